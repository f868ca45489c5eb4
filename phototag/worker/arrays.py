"""Arrays that a caller passes: what can be analysed, and in which order its channels are.

NumPy is the caller's own here: it is not imported, and the sealed process gets nothing but bytes.
"""

from __future__ import annotations

import inspect
import warnings
from typing import TYPE_CHECKING, Any, Final

from phototag import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.analysis.result import Analysis

NAME: Final = "<array>"
DIMENSIONS: Final = 2, 3  # of a grey and of a coloured picture
LAYERS: Final = 3, 4  # RGB, RGBA
WANTED: Final = "pass height x width x 3 RGB values of type uint8"


def checked(array: NDArray[Any], *, bgr: bool) -> NDArray[Any]:
    """The array as RGB, RGBA or grey levels.

    Args:
        array: H x W (grey), H x W x 3 or H x W x 4 (with opacity) of uint8.
        bgr: its colours are in the order of OpenCV: blue, green, red.

    Raises:
        BadInput: it has another shape or type.
    """
    remedy = _shape(array) or _type(array)
    if remedy:
        problem = f"an array of shape {array.shape} and type {array.dtype}"
        raise errors.BadInput(NAME, problem, remedy)
    if not bgr or array.ndim == DIMENSIONS[0]:
        return array
    order = [2, 1, 0, 3][: array.shape[2]]
    return array[..., order]


def _shape(array: NDArray[Any]) -> str:
    """What to do about the shape; empty if it is right."""
    shape = array.shape
    if not array.size:
        return "pass an array that has pixels"
    if array.ndim == DIMENSIONS[0] or (array.ndim == DIMENSIONS[1] and shape[2] in LAYERS):
        return ""
    if array.ndim == DIMENSIONS[1] and shape[2] == 1:
        return "pass the grey levels as height x width: array[..., 0]"
    if array.ndim == DIMENSIONS[1] and shape[0] in LAYERS and shape[0] < min(shape[1:]):
        return "put the channels last: array.transpose(1, 2, 0)"
    if array.ndim == DIMENSIONS[1] + 1:
        return "pass one picture at a time, or all of them to analyze_many"
    return WANTED


def _type(array: NDArray[Any]) -> str:
    """What to do about the type; empty if it is right."""
    if array.dtype == "uint8":
        return ""
    if array.dtype.kind == "f":
        scaled = "(array * 255)" if float(array.max()) <= 1 else "array"
        return f"convert it to uint8, 0 to 255: {scaled}.clip(0, 255).astype('uint8')"
    if array.dtype == "uint16":
        return "convert it to uint8: (array // 257).astype('uint8')"
    if array.dtype.kind == "b":
        return "convert it to uint8: array.astype('uint8') * 255"
    if array.dtype.kind in "iu":
        return "convert it to uint8, 0 to 255: array.clip(0, 255).astype('uint8')"
    return WANTED


def warn_if_bgr(array: NDArray[Any], analysis: Analysis) -> None:
    """Warn of a picture whose main face is bluer than it is red, as no skin is in white light.

    The rule has no threshold: the median over the face of blue less red is above zero.
    """
    face = analysis.scene.main_face if analysis.scene else None
    if array.ndim == DIMENSIONS[0] or face is None or not analysis.subjects.count:
        return
    height, width = array.shape[:2]
    box = face.box.turned(analysis.scene.image.turn) if analysis.scene else face.box
    left, top = max(0, int(box.x * width)), max(0, int(box.y * height))
    part = array[top : int(box.bottom * height) + 1, left : int(box.right * width) + 1]
    bluer = (part[..., 2] > part[..., 0]).sum()
    if 2 * int(bluer) > part.shape[0] * part.shape[1]:
        warnings.warn(
            "the face in this array is bluer than it is red: if the array comes from OpenCV, call analyze(array, "
            "bgr=True); if the light is blue, ignore this warning",
            errors.LikelyBGR,
            stacklevel=_levels_to_caller(),
        )


def _levels_to_caller() -> int:
    """How many calls up the code is that called phototag, as ``warnings.warn`` counts from the caller of this."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("phototag"):
        level, frame = level + 1, frame.f_back
    return level
