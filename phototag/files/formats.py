"""The table of formats: all that phototag knows about each file type, and look-up by name or content.

To add a format, add an entry here and, if metadata are written into its files, a container in
``metadata/containers/``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import attrs

#: Offsets and bytes; all of them must match.
Signature = tuple[tuple[int, bytes], ...]


@attrs.frozen(kw_only=True, eq=False)
class Encoder:
    """How Pillow writes a new picture (a crop).

    Attributes:
        suffixes: suffixes that new files may have.
        modes: pixel modes that the format supports; others are converted to RGB.
        options: options for Pillow.
        takes_quality: whether it accepts a quality, 1..100.
    """

    suffixes: tuple[str, ...]
    modes: frozenset[str]
    options: Mapping[str, object] = attrs.Factory(dict)
    takes_quality: bool = False


@attrs.frozen(kw_only=True, eq=False)
class Format:
    """A file format.

    Attributes:
        name: readable name.
        suffixes: suffixes of its files, in lower case. Files with one of them are photos; a format without
            any is in the table only so that it can be refused by name.
        signatures: how its content begins; one match is enough.
        decoder: Pillow's name for it; empty if Pillow does not read it.
        extra: the optional dependency of phototag (extra) needed to read it; empty for none.
        upright: whether the decoder already turns the picture upright.
        raw: whether it is a camera's negative. The preview in it is analysed, crops of it are not written,
            and metadata are written into it only if sidecars are forbidden and it has a ``container``.
        container: module and class in ``phototag.metadata.containers``; empty if metadata are never written
            into files of this format.
        sidecar_by_stem: whether a sidecar may also be called ``name.xmp``, and not only ``name.ext.xmp``.
        encoder: how crops are written; None for a format in which crops are not written.
        browsers: whether web browsers can show it.
        mime_types: what desktops call it (shared-mime-info); none where they have no name for it.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    decoder: str = ""
    extra: str = ""
    upright: bool = False
    raw: bool = False
    container: str = ""
    sidecar_by_stem: bool = False
    encoder: Encoder | None = None
    browsers: bool = False
    mime_types: tuple[str, ...] = ()

    @property
    def takes_metadata(self) -> bool:
        """Whether metadata are written into its files unless sidecars are asked for."""
        return bool(self.container) and not self.raw

    def starts(self, data: bytes) -> bool:
        """Whether the data begin like a file of this format."""
        return any(
            all(data.startswith(part, at) for at, part in signature)
            for signature in self.signatures
        )


def _start(*beginnings: bytes) -> tuple[Signature, ...]:
    return tuple(((0, beginning),) for beginning in beginnings)


def _media(*brands: bytes) -> tuple[Signature, ...]:
    """Files of the ISO base media file format, by their major brand."""
    return tuple(((4, b"ftyp"), (8, brand)) for brand in brands)


def _raw(suffix: str, mime_type: str, *signatures: Signature, container: str = "") -> Format:
    """A camera's negative; ``mime_type`` is empty where desktops have none."""
    return Format(
        name=f"{suffix[1:].upper()} raw",
        suffixes=(suffix,),
        signatures=signatures,
        extra="raw",
        raw=True,
        container=container,
        sidecar_by_stem=True,
        mime_types=(mime_type,) if mime_type else (),
    )


# fmt: off
#: The format of crops from photos in a format in which crops are not written.
JPEG: Final = Format(
    name="JPEG", suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"), signatures=_start(b"\xff\xd8\xff"),
    decoder="JPEG", container="jpeg.Jpeg", browsers=True, mime_types=("image/jpeg",),
    encoder=Encoder(
        suffixes=(".jpg", ".jpeg"), modes=frozenset({"L", "RGB", "CMYK"}), takes_quality=True,
        options={"subsampling": "4:4:4", "optimize": True},
    ),
)
#: If two match, the first is used.
FORMATS: Final = (
    # Canon's raw files are TIFF with an additional signature.
    _raw(".cr2", "image/x-canon-cr2", ((0, b"II*\0"), (8, b"CR\x02")), ((0, b"MM\0*"), (8, b"CR\x02"))),
    JPEG,
    Format(
        name="PNG", suffixes=(".png",), signatures=_start(b"\x89PNG\r\n\x1a\n"),
        decoder="PNG", container="png.Png", browsers=True, mime_types=("image/png",),
        encoder=Encoder(
            suffixes=(".png",), modes=frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}),
        ),
    ),
    Format(
        name="TIFF", suffixes=(".tif", ".tiff"), signatures=_start(b"II*\0", b"MM\0*"),
        decoder="TIFF", upright=True, container="tiff.TiffFile", mime_types=("image/tiff",),
        encoder=Encoder(
            suffixes=(".tif", ".tiff"), options={"compression": "tiff_lzw"},
            modes=frozenset({
                "1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB",
            }),
        ),
    ),
    Format(
        name="WebP", suffixes=(".webp",), signatures=(((0, b"RIFF"), (8, b"WEBP")),),
        decoder="WEBP", container="webp.WebP", browsers=True, mime_types=("image/webp",),
        encoder=Encoder(
            suffixes=(".webp",), modes=frozenset({"RGB", "RGBA"}), takes_quality=True,
            options={"method": 6},
        ),
    ),
    Format(
        name="AVIF", suffixes=(".avif",), signatures=_media(b"avif", b"avis"), decoder="AVIF",
        browsers=True, mime_types=("image/avif",),
    ),
    Format(
        name="JPEG 2000", suffixes=(".jp2",), signatures=_start(b"\0\0\0\x0cjP  \r\n\x87\n"),
        decoder="JPEG2000", container="jp2.Jp2", mime_types=("image/jp2",),
    ),
    Format(
        name="HEIC", suffixes=(".heic",), decoder="HEIF", extra="heif", upright=True,
        signatures=_media(b"heic", b"heix", b"heim", b"heis", b"hevc"),
        mime_types=("image/heic", "image/heif"),
    ),
    Format(
        name="HEIF", suffixes=(".heif", ".hif"), signatures=_media(b"mif1", b"msf1"),
        decoder="HEIF", extra="heif", upright=True, mime_types=("image/heif",),
    ),
    Format(
        name="GIF", suffixes=(".gif",), signatures=_start(b"GIF8"), decoder="GIF", browsers=True,
        mime_types=("image/gif",),
    ),
    Format(
        name="BMP", suffixes=(".bmp",), signatures=_start(b"BM"), decoder="BMP", browsers=True,
        mime_types=("image/bmp",),
    ),
    # The only negative designed to contain metadata: its standard specifies their place.
    _raw(".dng", "image/x-adobe-dng", container="tiff.TiffFile"),
    _raw(".cr3", "image/x-canon-cr3", *_media(b"crx ")),
    _raw(".raf", "image/x-fuji-raf", *_start(b"FUJIFILMCCD-RAW")),
    _raw(".orf", "image/x-olympus-orf", *_start(b"IIRO", b"IIRS", b"MMOR")),
    _raw(".rw2", "image/x-panasonic-rw2", *_start(b"IIU\0")),
    _raw(".x3f", "image/x-sigma-x3f", *_start(b"FOVb")),
    *(_raw(suffix, mime_type) for suffix, mime_type in (
        (".3fr", ""), (".arw", "image/x-sony-arw"), (".crw", "image/x-canon-crw"),
        (".dcr", "image/x-kodak-dcr"), (".erf", "image/x-kde-raw"), (".fff", "image/x-kde-raw"),
        (".iiq", ""), (".k25", "image/x-kodak-k25"), (".kdc", "image/x-kodak-kdc"), (".mef", ""),
        (".mos", "image/x-kde-raw"), (".mrw", "image/x-minolta-mrw"), (".nef", "image/x-nikon-nef"),
        (".nrw", "image/x-nikon-nrw"), (".pef", "image/x-pentax-pef"),
        (".raw", "image/x-panasonic-rw"), (".rwl", ""), (".sr2", "image/x-sony-sr2"),
        (".srf", "image/x-sony-srf"), (".srw", ""),
    )),
    Format(name="ISO media", signatures=_media(b"")),
    Format(name="PSD", signatures=_start(b"8BPS")),
    Format(name="JPEG XL", signatures=_start(b"\xff\x0a", b"\0\0\0\x0cJXL ")),
    Format(name="JPEG 2000 code stream", signatures=_start(b"\xff\x4f\xff\x51")),
    Format(name="BigTIFF", signatures=_start(b"II+\0", b"MM\0+")),
    Format(name="PDF", signatures=_start(b"%PDF")),
)
# fmt: on

_BY_SUFFIX: Final = {suffix: form for form in FORMATS for suffix in form.suffixes}
#: Suffixes of pictures from cameras, phones and photo programs.
PHOTO_SUFFIXES: Final = frozenset(_BY_SUFFIX)
#: Suffixes of camera negatives.
RAW_SUFFIXES: Final = frozenset(suffix for suffix, form in _BY_SUFFIX.items() if form.raw)
#: Suffixes of files that browsers can show.
BROWSER_SUFFIXES: Final = frozenset(s for s, form in _BY_SUFFIX.items() if form.browsers)
#: The formats in which crops are written, by the suffix of the new file.
ENCODED: Final = {s: form for form in FORMATS if form.encoder for s in form.encoder.suffixes}


def by_name(path: str) -> Format | None:
    """The format of a file according to its name; None if it is not in the table."""
    return _BY_SUFFIX.get(suffix_of(path))


def by_content(data: bytes) -> Format | None:
    """The format of a file according to its content; None if it is not in the table."""
    return next((form for form in FORMATS if form.starts(data)), None)


def is_raw(path: str, data: bytes) -> bool:
    """Whether it is a camera's negative, by its name or by its content."""
    return any(form is not None and form.raw for form in (by_name(path), by_content(data)))


def suffix_of(path: str) -> str:
    """The suffix of a file's name in lower case, ``.jpg``."""
    return os.path.splitext(path)[1].lower()


def crop_name(photo: str, profile: str) -> str:
    """``jane.casting_8x10.jpg`` next to ``jane.jpg``; a JPEG if crops are not written in the photo's format."""
    stem, suffix = os.path.splitext(photo)
    return f"{stem}.{profile}{suffix if suffix.lower() in ENCODED else '.jpg'}"
