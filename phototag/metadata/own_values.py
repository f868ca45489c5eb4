"""Reads a photo's own keywords and rating: what its photographer says of it, without phototag's words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from phototag.metadata import elsewhere, exiv2, iim, ledger
from phototag.metadata.about import About
from phototag.metadata.containers.ifd import Tiff
from phototag.metadata.draft import Draft
from phototag.metadata.merge import fold
from phototag.metadata.properties.keywords import flat_elsewhere
from phototag.metadata.properties.table import HIERARCHIES, WORD_BAGS
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet

MOST_KEYWORDS: Final = 1_000  # of one photo; more are nobody's choice
LONGEST: Final = 1_000  # characters of a keyword
REJECTED: Final = -1
MOST: Final = 5
_RATING: Final = Name.of("xmp:Rating")
_PERCENT: Final = Name.of("MicrosoftPhoto:Rating")
_EXIF_RATING: Final = 0x4746
_SUBJECT: Final = "Xmp.dc.subject"
# Windows' per cent, by the lowest of each number of stars.
_STARS: Final = ((99, 5), (75, 4), (50, 3), (25, 2), (1, 1), (0, 0))
_CONTENTS: Final = {"flat", "hierarchical"}


def own_values(draft: Draft, exif: bytes | None) -> About:
    """The own keywords and the rating of one file.

    Args:
        draft: its metadata.
        exif: its Exif block; None without one.
    """
    separators = {bag.label: bag.separator for bag in HIERARCHIES}
    words = [*flat_elsewhere(draft)]
    for bag in WORD_BAGS:
        if bag.content in _CONTENTS:
            users = draft.users(bag.label, bag.present(draft))
            words += (_leaf(word, separators.get(bag.label)) for word in users)
    words += (_leaf(path, "|") for path in elsewhere.paths(draft.packet))
    return About(keywords=_each_once(words), rating=_rating(draft.packet, _in_exif(exif)))


def described(photo: bytes) -> About:
    """The same for a photo in a format into which phototag writes nothing.

    Raises:
        ValueError: its metadata cannot be read.
    """
    found = exiv2.describe(photo)
    packet = Packet(found.packet or None)
    draft = Draft(
        packet=packet,
        block=iim.Iim(),
        takes_iptc=False,
        orientation=1,
        ledger=ledger.read(packet),
    )
    own = own_values(draft, None)
    converted = found.converted.get(_SUBJECT, ())
    more = [converted] if isinstance(converted, str) else list(map(str, converted))
    in_exif = _whole(str(found.exif.get("Exif.Image.Rating", "")))
    return About(keywords=_each_once((*own.keywords, *more)), rating=_rating(packet, in_exif))


def _leaf(word: str, separator: str | None) -> str:
    return word if separator is None else word.rpartition(separator)[2]


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    """The words without blank ones and those that differ only in case, or in how characters are composed."""
    found: dict[str, str] = {}
    for word in words:
        plain = word.strip()[:LONGEST]
        if plain:
            found.setdefault(fold(plain), plain)
        if len(found) >= MOST_KEYWORDS:
            break
    return tuple(found.values())


def _rating(packet: Packet, in_exif: int | None) -> int | None:
    """The rating in XMP, or else the one in Exif."""
    stars = _whole(packet.text(_RATING))
    if stars is None:
        stars = in_exif
    if stars is not None:
        return stars if REJECTED <= stars <= MOST else None
    percent = _whole(packet.text(_PERCENT))
    return next(
        (number for least, number in _STARS if percent is not None and percent >= least), None
    )


def _in_exif(exif: bytes | None) -> int | None:
    if exif is None:
        return None
    try:
        tiff = Tiff(exif)
        numbers = tiff.numbers(tiff.first.get(_EXIF_RATING))
    except ValueError:
        return None
    return numbers[0] if numbers else None


def _whole(text: str) -> int | None:
    """The number in a text; some programs write ``4.0``."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if math.isfinite(number) else None
