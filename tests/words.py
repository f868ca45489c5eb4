"""Photos with keywords in every field that an application reads, and with every word that one of them might spoil.

Each photo's words end in its number, so that no application takes a word of one photo for that of another.
"""

from __future__ import annotations

import itertools
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
from PIL import Image

from phototag.metadata.containers import open_container
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Text
from samples import SAMPLES

#: The fields by a short name, as exiftool calls them. gThumb's own is not known to exiftool.
FIELDS: Final = {
    "dc": "XMP-dc:Subject",
    "lr": "XMP-lr:HierarchicalSubject",
    "digikam": "XMP-digiKam:TagsList",
    "windows": "XMP-microsoft:LastKeywordXMP",
    "mediapro": "XMP-mediapro:CatalogSets",
    "acdsee": "XMP-acdsee:Categories",
    "acdsee-flat": "XMP-acdsee:Keywords",
    "gthumb": "Iptc4xmpCore:Keywords",
    "iptc": "IPTC:Keywords",
    "exif": "IFD0:XPKeywords",
}
_LEVELS: Final = {"lr": "|", "mediapro": "|", "acdsee": "|", "digikam": "/", "windows": "/"}
_DECOMPOSED: Final = unicodedata.normalize("NFD", "Käthe")
#: Words, by what is odd about them; "@" stands for the number of the photo.
ODD: Final[dict[str, tuple[str, ...]]] = {
    "odd": (
        "Rome, Italy @", "left;right @", '"quoted" & <tagged> @', "back\\slash @", "#1 (a) @",
        "  before @", "behind @  ", "two  inside @", "Überblick @", "Ελλάδα @", "Москва @",
        "القاهرة @", "東京 @", "दिल्ली @", "👩‍👩‍👧 @",
    ),
    "long": ("x" * 70 + " @", "ü" * 40 + " @"),
    "twice": ("Käthe @", f"{_DECOMPOSED} @", "Garden @", "garden @"),
    "divided": ("AC/DC @", "a|b @"),
    "ours": ("people", "headshot", "kind", "Smile"),
}  # fmt: skip
_EVERYWHERE: Final = ("dc", "lr", "digikam", "mediapro", "iptc", "exif")


@attrs.frozen(kw_only=True)
class Photo:
    """A photo to be made.

    Attributes:
        name: of its file.
        words: its keywords by field.
        beside: whether they stand in a sidecar.
    """

    name: str
    words: dict[str, tuple[str, ...]]
    beside: bool = False


def mixture() -> list[Photo]:
    """Every field alone, pairs of fields, odd words in every field, other formats, sidecars."""
    photos = []
    for number, (name, suffix, words, beside) in enumerate(_combinations(), 1):
        numbered = {
            field: tuple(word.replace("@", str(number)) for word in given)
            for field, given in words.items()
        }
        photos.append(Photo(name=f"{number:02d}-{name}.{suffix}", words=numbered, beside=beside))
    return photos


def _combinations() -> Iterator[tuple[str, str, dict[str, tuple[str, ...]], bool]]:
    for field in FIELDS:
        yield field, "jpg", {field: _plain(field)}, False
    pairs = [("dc", other) for other in FIELDS if other != "dc"]
    pairs += [("lr", "iptc"), ("lr", "digikam"), ("windows", "iptc"), ("mediapro", "acdsee")]
    pairs += [("iptc", "exif"), ("iptc", "gthumb")]
    for pair in pairs:
        yield "+".join(pair), "jpg", {field: _plain(field) for field in pair}, False
    for field, oddity in itertools.product(_EVERYWHERE, ODD):
        yield f"{field}-{oddity}", "jpg", {field: ODD[oddity]}, False
    for oddity, words in ODD.items():
        yield f"dc+iptc-{oddity}", "jpg", {"dc": words, "iptc": words}, False
    for suffix in ("png", "webp", "tif"):
        for field in ("dc", "iptc" if suffix == "tif" else "gthumb"):
            yield field, suffix, {field: (*_plain(field), *ODD["odd"])}, False
    for field in ("dc", "lr"):
        yield f"{field}-beside", "jpg", {field: _plain(field)}, True


def _plain(field: str) -> tuple[str, ...]:
    """Two ordinary words of a field, one of them with levels if it may have some."""
    flat, path = f"{field} word @", ("Places @", "Europe @", f"{field} Rome @")
    levels = _LEVELS.get(field)
    return (flat, levels.join(path) if levels else path[-1])


def make(photo: Photo, number: int, folder: Path) -> Path:
    """Make a photo and its keywords; no two have the same pixels."""
    path = folder / photo.name
    with Image.open(SAMPLES / ("astronaut.png", "chelsea.png", "coffee.png")[number % 3]) as image:
        side = 200 + number
        image.convert("RGB").crop((0, 0, side, side)).resize((160, 120)).save(path)
    words = dict(photo.words)
    target = path.with_name(path.name + ".xmp") if photo.beside else path
    own = words.pop("gthumb", ())
    options = [option for field, given in words.items() for option in _options(field, given)]
    if options:
        where = ("-o" if photo.beside else "-overwrite_original", str(target))
        # An argument file keeps spaces at the start of a word; the sign for it is the hash at its own start.
        arguments = folder.parent / "arguments"
        arguments.write_text("\n".join(options), encoding="utf-8")
        command = [
            "exiftool",
            "-q",
            "-q",
            "-m",
            "-charset",
            "iptc=UTF8",
            "-@",
            str(arguments),
            *where,
        ]
        subprocess.run(command, check=True, timeout=60)
        arguments.unlink()
    if own:
        container = open_container(path.read_bytes(), path.name)
        packet = Packet(container.xmp)
        packet.put(Name.of(FIELDS["gthumb"]), Array("Bag", tuple(map(Text, own))))
        path.write_bytes(container.replaced(packet.to_bytes(), container.iptc))
    return path


def _options(field: str, words: tuple[str, ...]) -> Iterator[str]:
    name = FIELDS[field]
    if field == "exif":
        yield f"-{name}={';'.join(words)}"
    elif field == "acdsee":
        yield f"-{name}=<Categories>{''.join(map(_category, words))}</Categories>"
    else:
        yield from ("-CodedCharacterSet=UTF8",) if field == "iptc" else ()
        yield from (f"-{name}={word}" for word in words)


def _category(path: str) -> str:
    """A word with levels as ACDSee writes it: only the last level is assigned."""
    *above, last = path.split("|")
    text = f"<Category Assigned='1'>{last}</Category>"
    for level in reversed(above):
        text = f"<Category Assigned='0'>{level}{text}</Category>"
    return text
