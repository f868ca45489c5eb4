"""New files with pictures: never over another file, and known again if they are there already."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from phototag.errors import FormatNotWritable, NotMade, PhototagError, printable_name
from phototag.files import formats
from phototag.files.formats import ENCODED
from phototag.files.original import new_original
from phototag.files.replace import replace
from phototag.options import Limits
from phototag.worker.open_files import opened
from phototag.worker.requests import GivenFile, Identify
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.files.content import Content
    from phototag.files.original import Original
    from phototag.worker.protocol import Worker

ANOTHER: Final = "choose another file"


def checked(photo: PhotoFile, target: str, *, same: bool, encoded: bool) -> tuple[bool, str]:
    """Whether a crop is there already, and the suffix of its file; refuses what cannot be written.

    Args:
        photo: the photo.
        target: absolute path of the new file.
        same: a file that is there may be this crop.
        encoded: the crop is encoded anew: the suffix must be that of a format in which phototag can.
    """
    there = os.path.lexists(target)
    if there and not (same and stat.S_ISREG(os.lstat(target).st_mode)):
        raise NotMade(photo.name, f"{printable_name(target)} already exists", ANOTHER)
    suffix = formats.suffix_of(target)
    if encoded and suffix not in ENCODED:
        raise FormatNotWritable(
            photo.name,
            f"{printable_name(target)}: pictures cannot be written in this format",
            f"use {', '.join(ENCODED)}",
        )
    return there, suffix


def refuse_another(
    worker: Worker, photo: PhotoFile, target: str, content: Content, *, picture: bool
) -> None:
    """Refuse a file that is there already and is not the crop that would be made.

    Args:
        worker: does the work.
        photo: the photo.
        target: absolute path of the file.
        content: the crop that would be made.
        picture: the same picture is enough: phototag and other programs may have written metadata into it.

    Raises:
        NotMade: it is something else.
    """
    if _holds(target, content) or (picture and _shows(worker, target, content)):
        return
    problem = f"{printable_name(target)} already exists, and is not this crop"
    raise NotMade(photo.name, problem, ANOTHER)


def write(target: str, content: Content, beside: Original) -> None:
    """Write a new file, readable for those who can read the photo."""
    with new_original(target, beside) as original:
        replace(original, content)


def _holds(target: str, content: Content) -> bool:
    """Whether a file has this content, byte for byte."""
    try:
        handle = os.open(target, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        return file.read(content.size + 1) == content.read()


def _shows(worker: Worker, target: str, content: Content) -> bool:
    """Whether a file has the same picture as this content; False if it cannot be read."""
    pixels = Limits().pixels
    try:
        with opened(PhotoFile(target, target)) as files:
            (there,) = files.given
            now = files.ask(worker, Identify(files=(there,), detect=False, max_pixels=pixels))
    except PhototagError:
        return False
    wanted = GivenFile(there.label, content)
    then = worker.submit(Identify(files=(wanted,), detect=False, max_pixels=pixels))
    return now.picture == then.picture
