"""Keywords in the IPTC-IIM block: encoding, character set marker, and how to restore the block."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from phototag.metadata import iim
from phototag.metadata.iim import Iim
from phototag.metadata.ledger import NONE
from phototag.metadata.merge import Merged, fold, folded

# Version 4 of the information interchange model; the standard requires it in every block.
_EMPTY = "empty"  # for the marker of the character set: there, without a value
_NEW = Iim((iim.DataSet(iim.VERSION, b"\0\4"),))


def missing(words: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Words of the user that are not among the other keywords of the photo.

    Args:
        words: the words in the IPTC block, or in Exif.
        known: the other keywords. IPTC cuts a long word, so its beginning also counts as known.
    """
    keys = folded(known) | folded(map(iim.cut, known))
    return tuple(word for word in words if word.strip() and fold(word) not in keys)


def changed(block: Iim | None, merged: Merged, before: str) -> tuple[Iim | None, str]:
    """Return the block with merged keywords, and its state before phototag's first write.

    Args:
        block: the present block; None without one.
        merged: the changes to its keywords.
        before: the earlier state in the ledger, see ``Before.iptc``.
    """
    if not merged.drop and not merged.extra:
        return block, before
    if block is None:
        block, before = _NEW, NONE
    tail = _tail(before)
    if (
        tail is not None
        and block.tail.startswith(tail)
        and not block.tail[len(tail) :].strip(b"\0")
    ):
        # What a TIFF needs to fill the block up must not become longer with each write.
        block = attrs.evolve(block, tail=tail)
    before = before or f"{block.encoding}:{_mark(block)}:{block.tail.hex()}"
    if block.charset != iim.UTF8 and merged.extra:
        # A block has one encoding: a marker that is right only for phototag's words would break the user's.
        block = iim.marked(iim.recoded(block, "utf-8"), iim.UTF8)
    return iim.with_keywords(block, set(merged.drop), merged.extra), before


def restored(block: Iim | None, before: str) -> Iim | None:
    """Restore the block to its state before phototag's first write; phototag's keywords are already removed."""
    if block is None or not before:
        return block
    if before == NONE:
        frame = {iim.CHARSET, *iim.VERSIONS}
        return None if all(item.number in frame for item in block.datasets) else block
    encoding, mark, *_ = (*before.split(":"), "")
    try:
        back = iim.recoded(block, "latin-1" if encoding == "latin-1" else "utf-8")
    except UnicodeEncodeError:
        # The user has since added words with characters that are not in the old encoding.
        return block
    return iim.marked(back, b"" if mark == _EMPTY else bytes.fromhex(mark) or None)


def _mark(block: Iim) -> str:
    """The character set marker as a text."""
    return _EMPTY if block.charset == b"" else (block.charset or b"").hex()


def _tail(before: str) -> bytes | None:
    """The bytes that followed the datasets before phototag's first write; None if they were not recorded."""
    if before == NONE:
        return b""
    _encoding, _mark, *tail = (*before.split(":"), "")
    return bytes.fromhex(tail[0]) if tail[1:] else None
