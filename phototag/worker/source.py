"""Converts what a caller passes to ``analyze`` to a form that can be sent to the sealed process."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from phototag import errors
from phototag.files import opening
from phototag.worker import arrays

if TYPE_CHECKING:
    from typing import BinaryIO, TypeGuard

    from numpy.typing import NDArray
    from PIL.Image import Image

    ImageInput = str | os.PathLike[str] | bytes | BinaryIO | NDArray[Any] | Image

NOTHING = "NoneType"
# Pillow modes that are sent without conversion, with the shape of one pixel.
ARRAY_MODES: dict[str, tuple[int, ...]] = {"L": (), "RGB": (3,), "RGBA": (4,)}


@attrs.frozen
class PhotoFile:
    """A photo on disk, which the caller opens for the sealed process.

    Attributes:
        name: its path as given by the caller, for errors.
        path: its absolute path.
    """

    name: str
    path: str

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> PhotoFile:
        """Make the source from a path.

        Raises:
            BadInput: it is not a path but, for example, a picture's bytes or a data URL.
        """
        name = opening.path_of(path)
        return cls(name, os.path.abspath(os.path.expanduser(name)))


@attrs.frozen
class PictureData:
    """A picture in the caller's memory.

    Attributes:
        name: placeholder in errors (``<bytes>``, ``<array>`` ...).
        data: the bytes of a file or of an array.
        shape: shape of the uint8 array in ``data``; None if ``data`` is a file.
    """

    name: str
    data: bytes
    shape: tuple[int, ...] | None = None


Source: TypeAlias = PhotoFile | PictureData


def source_of(image: Any, *, bgr: bool = False) -> Source:
    """Make a source from a path, bytes, a binary file, an array or a Pillow image.

    Args:
        image: any of these.
        bgr: it is an array whose colours are in the order of OpenCV: blue, green, red.

    Raises:
        BadInput: it is none of these.
        BadValue: it is no array, but ``bgr`` is set.
    """
    if is_array(image):
        array = arrays.checked(image, bgr=bgr)
        return PictureData(arrays.NAME, array.tobytes(), array.shape)
    kind = type(image).__name__
    if bgr and kind != NOTHING:
        problem = f"only an array has its colours in another order, not {kind}"
        raise errors.BadValue("bgr", problem, "leave out bgr")
    if isinstance(image, (str, os.PathLike)):
        return PhotoFile.of(image)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return PictureData(_named("<bytes>", image), bytes(image))
    pillow = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(image, pillow.Image):
        return _of_pillow(image)
    if callable(getattr(image, "read", None)) and not isinstance(image, type):
        return _of_file(image)
    remedy = "pass a path, bytes, a file opened in binary mode, an RGB array or a Pillow image"
    if kind == NOTHING:
        remedy = f"{remedy} (None is what cv2.imread gives for a file that it cannot read)"
    raise errors.BadInput(f"<{kind}>", "this is not a picture", remedy)


def is_array(image: object) -> TypeGuard[NDArray[Any]]:
    """Whether it is an array; without NumPy in this process, nothing is."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(image, numpy.ndarray)


def _of_pillow(image: Image) -> PictureData:
    from PIL import ImageOps  # noqa: PLC0415 - only if the caller already uses Pillow

    name = getattr(image, "filename", "") or "<image>"
    if image.format == "EPS" and getattr(image, "tile", None):
        # Not yet rendered: Pillow would start Ghostscript.
        problem = "this is PostScript, a program that draws a picture"
        raise errors.NotAPhoto(name, problem, "load it first: image.load()")
    try:
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ARRAY_MODES and not upright.has_transparency_data:
            depth = ARRAY_MODES[upright.mode]
            shape = (upright.height, upright.width, *depth)
            return PictureData(name, upright.tobytes(), shape)
        target = io.BytesIO()
        upright.save(target, "PNG" if upright.has_transparency_data else "TIFF")
    except (OSError, SyntaxError, ValueError) as error:
        problem = f"the picture is damaged ({error})"
        raise errors.PhotoDamaged(name, problem, errors.RESTORE) from error
    return PictureData(name, target.getvalue())


def _of_file(file: Any) -> PictureData:
    name = getattr(file, "name", None)
    name = name if isinstance(name, str) else f"<{type(file).__name__}>"
    as_text = errors.BadInput(name, "this file was opened as text", 'open it with mode "rb"')
    if isinstance(file, io.TextIOBase):
        raise as_text
    try:
        data = file.read()
    except UnicodeError:
        raise as_text from None
    except (OSError, ValueError) as error:  # ValueError: the file is closed
        problem = f"it cannot be read ({error})"
        raise errors.PhotoNotReadable(
            name, problem, "pass an open file that can be read"
        ) from error
    if isinstance(data, str):
        raise as_text
    if not isinstance(data, bytes):
        problem = f"reading it gives {type(data).__name__}, not bytes"
        raise errors.BadInput(name, problem, "pass a file opened in binary mode")
    return PictureData(_named(name, data), data)


def name_of(image: Any, error: errors.PhototagError) -> str:
    """The name of a picture that failed."""
    if isinstance(error, errors.PhotoError):
        return error.photo
    if isinstance(image, (str, os.PathLike)):
        return os.fsdecode(image)
    return (
        "<bytes>"
        if isinstance(image, (bytes, bytearray, memoryview))
        else f"<{type(image).__name__}>"
    )


def _named(name: str, data: bytes | bytearray | memoryview) -> str:
    if not len(data):
        raise errors.NotAPhoto(name, "it is empty", "pass all bytes of a picture's file")
    return name
