"""Which format a file has, by its content; and which ones are never written."""

from __future__ import annotations

from typing import Final

from phototag.errors import FormatNotWritable, NotAPhoto, PhotoDamaged
from phototag.metadata.containers.container import Container
from phototag.metadata.containers.jp2 import SIGNATURE as JP2
from phototag.metadata.containers.jp2 import Jp2
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.containers.png import SIGNATURE as PNG
from phototag.metadata.containers.png import Png
from phototag.metadata.containers.tiff import TiffFile
from phototag.metadata.containers.webp import WebP

_BRANDS: Final = {
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"hevc": "HEIC",
    b"mif1": "HEIF", b"msf1": "HEIF", b"avif": "AVIF", b"avis": "AVIF", b"crx ": "CR3 raw",
}  # fmt: skip
_OTHERS: Final = (
    (b"GIF8", "GIF"), (b"BM", "BMP"), (b"8BPS", "PSD"), (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"), (b"\xff\x4f\xff\x51", "JPEG 2000 code stream"), (b"II+\0", "BigTIFF"),
    (b"MM\0+", "BigTIFF"), (b"FUJIFILM", "RAF raw"), (b"IIRO", "ORF raw"), (b"IIRS", "ORF raw"),
    (b"MMOR", "ORF raw"), (b"IIU\0", "RW2 raw"), (b"FOVb", "X3F raw"), (b"%PDF", "PDF"),
)  # fmt: skip
#: The one negative that is made for metadata inside: its standard says where they go.
DNG: Final = "DNG"
_REMEDY: Final = "allow a sidecar, or convert it to JPEG, PNG, TIFF, WebP or JPEG 2000"


def open_container(data: bytes, photo: str, *, raw: str = "", negatives: bool = False) -> Container:
    """Take a photo apart.

    Args:
        data: the whole file.
        photo: its name, for errors.
        raw: what kind of negative it is by its name (``NEF``); empty for none.
        negatives: open a DNG too.

    Raises:
        FormatNotWritable: the format is known and is none that phototag writes.
        NotAPhoto: the content is no picture.
        PhotoDamaged: the file's structure is broken.
    """
    negative = negatives and raw == DNG
    if raw and not negative:
        raise _not_writable(photo, f"{raw} raw")
    if not data:
        raise NotAPhoto(photo, "the file is empty")
    container = _container(data)
    if container is None:
        name = _name(data)
        if name is None:
            raise NotAPhoto(photo, "the content is no known kind of picture")
        raise _not_writable(photo, name)
    try:
        opened = container(data)
        sensor = isinstance(opened, TiffFile) and opened.is_raw
    except ValueError as error:
        raise PhotoDamaged(photo, str(error), "restore it from a backup") from error
    if sensor and not negative:
        raise _not_writable(photo, "raw")
    return opened


def _container(data: bytes) -> type[Jpeg | Jp2 | Png | TiffFile | WebP] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return Jpeg
    if data.startswith(PNG):
        return Png
    if data.startswith((b"II*\0", b"MM\0*")):
        # Canon's raw files are TIFF with a mark of their own.
        return None if data[8:10] == b"CR" else TiffFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebP
    if data.startswith(JP2):
        return Jp2
    return None


def _name(data: bytes) -> str | None:
    if data.startswith(b"II*\0"):
        return "CR2 raw"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "ISO media")
    return next((name for start, name in _OTHERS if data.startswith(start)), None)


def _not_writable(photo: str, name: str) -> FormatNotWritable:
    return FormatNotWritable(photo, f"metadata cannot be written into {name} files", _REMEDY)
