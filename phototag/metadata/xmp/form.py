"""What gives a packet its bytes of before back, where its properties alone do not.

Removal leaves the properties that were there before phototag's first write, and the spelling of all that
phototag did not touch. The rest, such as a list that was a single text, or padding for which a JPEG had no room,
is kept in the ledger: as a difference from what removal leaves, so it takes a few bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from typing import Final

from phototag.files.sizes import MOST_XMP

_MOST: Final = 1 << 14  # characters: a larger difference is not kept
_PARTS: Final = 4


def difference(left: bytes, before: bytes) -> str:
    """What turns one packet into another.

    Args:
        left: the packet that removal leaves.
        before: the packet that was there before.

    Returns:
        A text for ``restored``; empty if the two are equal, or differ too much.
    """
    if left == before:
        return ""
    start = _shared(left, before)
    end = _shared(left[start:][::-1], before[start:][::-1])
    engine = zlib.compressobj(9, zdict=left)
    middle = engine.compress(before[start : len(before) - end]) + engine.flush()
    text = f"{_check(left)}-{start}-{end}-{base64.b64encode(middle).decode('ascii')}"
    return text if len(text) <= _MOST else ""


def restored(left: bytes, form: str) -> bytes:
    """The packet as it was before; unchanged if another program has changed it since.

    Args:
        left: the packet that removal leaves.
        form: the result of ``difference``; empty for none.
    """
    parts = form.split("-")
    if len(parts) != _PARTS or parts[0] != _check(left):
        return left
    try:
        start, end = int(parts[1]), int(parts[2])
        engine = zlib.decompressobj(zdict=left)
        middle = engine.decompress(base64.b64decode(parts[3], validate=True), MOST_XMP)
    except (ValueError, binascii.Error, zlib.error):
        return left
    return left[:start] + middle + left[len(left) - end :]


def _shared(one: bytes, other: bytes) -> int:
    """The number of bytes with which both begin."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[:middle] == other[:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _check(packet: bytes) -> str:
    return hashlib.blake2b(packet, digest_size=8).hexdigest()
