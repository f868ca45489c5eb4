"""The user's keywords in fields that phototag never writes.

Applications read these fields only if the usual ones are missing: digiKam goes through a list and uses the
first field that has keywords. A field that phototag creates further up in the list would hide them, so
phototag repeats the user's words in it.

Source: keywords shown by digiKam 7.9 for photos with each of the fields, and with pairs of them. Its order is
digiKam:TagsList, MicrosoftPhoto:LastKeywordXMP, lr:hierarchicalSubject, mediapro:CatalogSets,
acdsee:Categories, dc:subject, IPTC Keywords, Exif XPKeywords.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import attrs

from phototag.metadata import iim
from phototag.metadata.containers import Container
from phototag.metadata.containers.ifd import Tiff
from phototag.metadata.xmp import tree
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet

_XP_KEYWORDS: Final = 0x9C9E  # Windows' tag: UTF-16, little-endian in any file
_CATALOG_SETS: Final = Name.of("mediapro:CatalogSets")
_CATEGORIES: Final = Name.of("acdsee:categories")


@attrs.frozen(kw_only=True)
class Elsewhere:
    """Keywords outside the XMP, in blocks that phototag reads but never writes.

    Attributes:
        windows: keywords in Exif.
        iptc: keywords in an IPTC block, in a format without a standard place for one.
    """

    windows: tuple[str, ...] = ()
    iptc: tuple[str, ...] = ()


def read(container: Container) -> Elsewhere:
    """The keywords in a file's other blocks; none from a damaged block."""
    windows: tuple[str, ...] = ()
    iptc: tuple[str, ...] = ()
    with contextlib.suppress(ValueError):
        windows = tuple(_windows(container.exif))
    with contextlib.suppress(ValueError):
        block = container.foreign_iptc
        iptc = () if block is None else iim.parse(block).keywords
    return Elsewhere(windows=windows, iptc=tuple(filter(str.strip, iptc)))


def paths(packet: Packet) -> tuple[str, ...]:
    """Hierarchical words that digiKam reads instead of ``dc:subject``, levels joined by ``|``."""
    sets = tuple(path for path in packet.texts(_CATALOG_SETS) if path.strip())
    return sets or tuple(_categories(packet.text(_CATEGORIES)))


def _windows(exif: bytes | None) -> Iterator[str]:
    if exif is None:
        return
    entry = Tiff(exif).first.get(_XP_KEYWORDS)
    if entry is not None and entry.whole:
        text = entry.value.decode("utf-16-le", "replace").partition("\0")[0]
        # Spaces around a word are part of it: digiKam lists them, too.
        yield from filter(str.strip, text.split(";"))


def _categories(text: str) -> Iterator[str]:
    """The categories assigned in ACDSee: XML inside a text, nested by level."""
    if not text.strip():
        return
    try:
        top = tree.parse(text.encode())
    except ValueError:
        return
    waiting = [("", node) for node in reversed(top) if isinstance(node, tree.Element)]
    while waiting:
        above, element = waiting.pop()
        path = above
        if element.name.local == "Category":
            path = "|".join(filter(None, (above, element.text.strip())))
            if element.attributes.get("Assigned") == "1" and element.text.strip():
                yield path
        waiting += [(path, child) for child in reversed(element.elements)]
