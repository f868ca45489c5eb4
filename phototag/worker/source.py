"""What a caller may hand to ``analyze``, as something that can be sent to the child."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from phototag import errors
from phototag.files import opening

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    ImageInput = str | os.PathLike[str] | bytes | BinaryIO | NDArray[np.uint8] | Image

# Pillow modes that are sent as they are, with the shape of one pixel.
ARRAY_MODES: dict[str, tuple[int, ...]] = {"L": (), "RGB": (3,), "RGBA": (4,)}


@attrs.frozen
class Source:
    """A picture on its way to the child.

    Attributes:
        name: the path, or what stands for it in errors (``<bytes>``, ``<array>`` ...).
        path: the absolute path of a file that the child reads; None for the others.
        data: a file's bytes, or an array's.
        shape: of the uint8 array in ``data``; None if ``data`` is a file.
    """

    name: str
    path: str | None = None
    data: bytes = b""
    shape: tuple[int, ...] | None = None

    @classmethod
    def of(cls, image: Any) -> Source:
        """Make a source of a path, bytes, a binary file, an RGB array or a Pillow image.

        Raises:
            BadInput: it is none of these.
        """
        if isinstance(image, (str, os.PathLike)):
            return cls.of_path(image)
        if isinstance(image, (bytes, bytearray, memoryview)):
            return cls(_named("<bytes>", image), data=bytes(image))
        numpy, pillow = sys.modules.get("numpy"), sys.modules.get("PIL.Image")
        if numpy is not None and isinstance(image, numpy.ndarray):
            return cls._of_array(image)
        if pillow is not None and isinstance(image, pillow.Image):
            return cls._of_pillow(image)
        if hasattr(image, "read"):
            return cls._of_file(image)
        raise errors.BadInput(
            f"<{type(image).__name__}>",
            "this is not a picture",
            "give a path, bytes, a file opened in binary mode, an RGB array or a Pillow image",
        )

    @classmethod
    def of_path(cls, path: str | os.PathLike[str]) -> Source:
        """A file by its path; it is read by the child.

        Raises:
            BadInput: it is no path; a picture's bytes or a data URL, say.
        """
        name = opening.path_of(path)
        return cls(name, path=os.path.abspath(os.path.expanduser(name)))  # noqa: PTH100, PTH111

    @classmethod
    def _of_array(cls, array: NDArray[Any]) -> Source:
        flat = not array.shape[1:]
        if array.dtype != "uint8" or flat or array.shape[2:] not in ARRAY_MODES.values():
            raise errors.BadInput(
                "<array>",
                f"an array of shape {array.shape} and type {array.dtype}",
                "give height x width x 3 RGB values of type uint8",
            )
        return cls("<array>", data=array.tobytes(), shape=array.shape)

    @classmethod
    def _of_pillow(cls, image: Image) -> Source:
        from PIL import ImageOps  # noqa: PLC0415 - only where the caller uses Pillow already

        name = getattr(image, "filename", "") or "<image>"
        if image.format == "EPS" and getattr(image, "tile", None):
            # Not yet drawn: Pillow would start Ghostscript.
            problem = "this is PostScript, a program that draws a picture"
            raise errors.NotAPhoto(name, problem, "draw it first: image.load()")
        try:
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ARRAY_MODES and not upright.has_transparency_data:
                depth = ARRAY_MODES[upright.mode]
                shape = (upright.height, upright.width, *depth)
                return cls(name, data=upright.tobytes(), shape=shape)
            target = io.BytesIO()
            upright.save(target, "PNG" if upright.has_transparency_data else "TIFF")
        except (OSError, SyntaxError, ValueError) as error:
            raise errors.PhotoDamaged(name, f"the picture is damaged ({error})") from error
        return cls(name, data=target.getvalue())

    @classmethod
    def _of_file(cls, file: BinaryIO) -> Source:
        name = getattr(file, "name", None)
        name = name if isinstance(name, str) else f"<{type(file).__name__}>"
        try:
            data = file.read()
        except OSError as error:
            raise errors.PhotoNotReadable(name, f"cannot be read ({error})") from error
        if not isinstance(data, bytes):
            raise errors.BadInput(name, "this file was opened as text", 'open it with mode "rb"')
        return cls(_named(name, data), data=data)


def _named(name: str, data: bytes | bytearray | memoryview) -> str:
    if not len(data):
        raise errors.NotAPhoto(name, "there are no bytes in it")
    return name
