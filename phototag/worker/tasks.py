"""The caller's side of every task: opens the files, has the sealed process work on them, replaces them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Final

from phototag.errors import (
    REPORT,
    ChangedMeanwhile,
    InternalError,
    NotMade,
    PhotoDamaged,
    PhotoNotReadable,
    printable_name,
)
from phototag.files import formats, sidecar_names
from phototag.files.content import Content
from phototag.files.formats import ENCODED
from phototag.files.opening import FileState
from phototag.files.original import Original
from phototag.files.sizes import MEGABYTE
from phototag.outcome import PhotoState
from phototag.worker import new_picture
from phototag.worker.open_files import opened, opened_with_all
from phototag.worker.replacing import carry_out
from phototag.worker.requests import (
    ONLY_JPEG,
    Cut,
    Detect,
    Draw,
    Examine,
    FinishBlocks,
    GivenFile,
    Identify,
    MeasureBlocks,
    Preview,
    Read,
    Remove,
    Write,
)
from phototag.worker.source import PhotoFile, Source
from phototag.worker.start import child_environment, sealed_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phototag.analysis.shapes import Bar, Shape
    from phototag.metadata.about import About
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record, WriteOrder
    from phototag.options import Limits, WriteOptions
    from phototag.outcome import Expected, Written
    from phototag.scene.geometry import Box
    from phototag.scene.measures import Scene
    from phototag.worker.answers import Blocks, Examination
    from phototag.worker.open_files import OpenFiles
    from phototag.worker.protocol import Worker

CUT_SECONDS: Final = 30  # for jpegtran
_ANOTHER: Final = "choose another file"
_NOT_LOSSLESS: Final = "leave out --lossless (lossless=True)"


def detect(worker: Worker, source: Source, limits: Limits) -> Scene:
    """Detect what is in a picture."""
    pixels = limits.pixels
    if isinstance(source, PhotoFile):
        with opened(source) as files:
            return files.ask(worker, Detect(files=files.given, max_pixels=pixels))
    given = GivenFile(source.name, Content(source.data))
    return worker.submit(Detect(files=(given,), shape=source.shape, max_pixels=pixels))


def identify(
    worker: Worker, photo: PhotoFile, limits: Limits, *, detect: bool = True
) -> PhotoState:
    """Identify the picture in a file and, if requested, detect what is in it."""
    with opened(photo) as files:
        request = Identify(files=files.given, detect=detect, max_pixels=limits.pixels)
        found = files.ask(worker, request)
        state = FileState.of(files.photo.state)
        return PhotoState(picture=found.picture, state=state, scene=found.scene)


def preview(
    worker: Worker, photo: PhotoFile, limits: Limits, *, side: int, quality: int
) -> tuple[bytes, About]:
    """The upright picture, with its long side at most ``side`` px, as a WebP file; and what the photo says of itself."""
    with contextlib.ExitStack() as stack:
        try:
            files = stack.enter_context(opened(photo, sidecars=True))
        except PhotoNotReadable:  # a sidecar, perhaps: the picture can be shown without it
            files = stack.enter_context(opened(photo))
        request = Preview(files=files.given, side=side, quality=quality, max_pixels=limits.pixels)
        made = files.ask(worker, request)
        with contextlib.closing(made.content) as content:
            return content.read(), made.about


def draw(
    worker: Worker,
    photo: PhotoFile,
    limits: Limits,
    *,
    verdict: str,
    shapes: Sequence[Shape],
    bars: Sequence[Bar],
    words: str,
    target: str,
) -> None:
    """Write a picture of a photo with its verdict as a new PNG file; see ``requests.Draw``.

    Raises:
        NotMade: the new file already exists or cannot be written.
        PhototagError: the photo cannot be read.
    """
    if os.path.lexists(target):
        raise NotMade(photo.name, f"{printable_name(target)}: it already exists", _ANOTHER)
    with opened(photo) as files:
        request = Draw(
            files=files.given,
            title=os.path.basename(photo.name),
            verdict=verdict,
            shapes=tuple(shapes),
            bars=tuple(bars),
            words=words,
            max_pixels=limits.pixels,
        )
        made = files.ask(worker, request)
        with contextlib.closing(made.content) as content:
            new_picture.write(target, content, files.photo)


def read(worker: Worker, photo: PhotoFile) -> Record | None:
    """Read what phototag has written into a photo or its sidecar; None if nothing."""
    with opened(photo, sidecars=True) as files:
        return files.ask(worker, Read(files=files.given))


def write(
    worker: Worker,
    photo: PhotoFile,
    order: WriteOrder,
    options: WriteOptions,
    expected: Expected | None = None,
    *,
    etag: str | None = None,
    alone: bool = False,
) -> Written:
    """Write into a photo or its sidecars, or update what an earlier write has written.

    Only phototag's own values are ever changed. Nothing is written if nothing would change.

    Args:
        worker: does the work.
        photo: the photo.
        order: the record, including keywords and crops, and further data to write.
        options: how to write.
        expected: the state that the photo must have, with its record; otherwise nothing is written.
        etag: the same for the record alone; empty for none, None for any.
        alone: take phototag's data out of the other files of the photo: a sidecar that phototag has made since, or
            the photo itself if only sidecars are written.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoNotReadable: it cannot be read.
        NotAPhoto: its content is not a picture.
        PhotoDamaged: its structure is damaged.
        FormatNotWritable: it needs a sidecar, but sidecars are not allowed.
        MetadataDamaged: its metadata cannot be read, so they are not overwritten.
        ChangedMeanwhile: another program changed it at the same time.
        WriteRefused: it was left unchanged, for the reason given.
        WriteInPart: a sidecar was changed, but the photo was not.
        WriteUncertain: it was replaced, but the disk did not confirm it.
    """
    sidecars = options.sidecar != "never"
    with opened(photo, sidecars=sidecars or alone, write=not options.dry_run) as files:
        if expected and FileState.of(files.photo.state) != expected.state:
            problem = "another program changed it in the meantime"
            raise ChangedMeanwhile(photo.name, problem, "try again")
        wanted = sidecars and not files.sidecars
        original = files.photo
        missing = sidecar_names.new(original.name, original.folder) if wanted else []
        request = Write(
            files=files.given,
            new_sidecars=len(missing),
            order=order,
            options=options,
            etag=etag if expected is None else expected.etag,
            alone=alone,
        )
        prepared = files.ask(worker, request)
        return carry_out(files, prepared, options, missing, may_delete=alone)


def remove(worker: Worker, photo: PhotoFile, options: WriteOptions) -> Change:
    """Remove exactly what phototag wrote into a photo and its sidecars, or into a sidecar without a photo.

    Raises:
        PhototagError: as ``write`` does.
    """
    with opened_with_all(photo, write=not options.dry_run) as files:
        prepared = files.ask(worker, Remove(files=files.given, options=options))
        change = carry_out(files, prepared, options, may_delete=True).change
    assert change is not None
    return change


def examine(
    worker: Worker, photo: PhotoFile, limits: Limits, known: Iterable[str] = ()
) -> tuple[Examination, Sequence[str]]:
    """Examine a photo and its sidecars without changing them.

    Args:
        worker: does the work.
        photo: the photo.
        limits: limits for one photo.
        known: hashes of pictures that have been analysed: they need not be decoded.

    Returns:
        What was found, and the paths of the files by the numbers in it.

    Raises:
        PhototagError: the photo cannot be read.
    """
    with opened(photo, sidecars=True) as files:
        request = Examine(files=files.given, known=tuple(known), max_pixels=limits.pixels)
        found, paths = files.ask(worker, request), [one.photo for one in files.all]
    if not {audited.number for audited in found.metadata} <= set(range(len(paths))):
        problem = "the sealed process has named files that are not there"
        raise InternalError(photo.name, problem, REPORT)
    return found, paths


def cut(
    worker: Worker,
    photo: PhotoFile,
    *,
    box: Box,
    pixels: tuple[int, int],
    target: str,
    quality: int,
    lossless: bool = False,
    lightroom: bool = False,
    angle: float = 0.0,
    size: tuple[int, int] | None = None,
    same: bool = False,
) -> bool:
    """Write a crop as a new file.

    Args:
        worker: does the work.
        photo: the photo.
        box: this and the others without more words are as in ``requests.Cut``.
        pixels: of the crop.
        target: absolute path of the new file; its suffix determines the format.
        quality: of the encoding.
        lightroom: a copy of the whole.
        angle: of the turn.
        size: of the new file.
        lossless: cut a JPEG at its own block grid instead of encoding it again.
        same: a file that exists already is all right if it is this crop, whatever metadata it has got since; a copy
            of the whole only byte for byte.

    Returns:
        Whether the file was made; False if it exists already.

    Raises:
        NotMade: the new file already exists, or the crop cannot be made in this way.
        FormatNotWritable: phototag does not write pictures in the target's format.
        PhototagError: the photo cannot be read.
    """
    there, suffix = new_picture.checked(photo, target, same=same, encoded=not lightroom)
    with opened(photo) as files:
        if lossless:
            content = _cut_without_loss(worker, files, box, suffix)
        else:
            request = Cut(
                files=files.given,
                box=box,
                pixels=pixels,
                suffix=suffix,
                quality=quality,
                lightroom=lightroom,
                angle=angle,
                size=size,
            )
            content = files.ask(worker, request).content
        with contextlib.closing(content):
            if there:
                new_picture.refuse_another(worker, photo, target, content, picture=not lightroom)
            else:
                new_picture.write(target, content, files.photo)
            return not there


# --------------------------------------------------------------------------- without loss


def _cut_without_loss(worker: Worker, files: OpenFiles, box: Box, suffix: str) -> Content:
    """Whole blocks of a JPEG as they are, by jpegtran: the sealed process starts no program."""
    if ENCODED.get(suffix) is not formats.JPEG:
        raise NotMade(files.photo.photo, *ONLY_JPEG)
    program = shutil.which("jpegtran")
    if program is None:
        raise NotMade(
            files.photo.photo,
            "lossless cropping needs jpegtran",
            "install the programs of libjpeg-turbo",
        )
    blocks = files.ask(worker, MeasureBlocks(files=files.given, box=box))
    part = GivenFile("part.jpg", Content(_part(program, files.photo, blocks)))
    return files.ask(worker, FinishBlocks(files=(*files.given, part), blocks=blocks)).content


def _part(program: str, photo: Original, blocks: Blocks) -> bytes:
    """What jpegtran cuts out of a nameless copy of the photo."""
    area = f"{blocks.width}x{blocks.height}+{blocks.left}+{blocks.top}"
    command = sealed_command([program, "-copy", "none", "-optimize", "-crop", area])
    try:
        with tempfile.TemporaryFile() as copy, tempfile.TemporaryFile() as part:
            photo.content.write_to(copy.fileno())
            copy.seek(0)
            run = subprocess.run(
                command,
                env=child_environment(),
                stdin=copy,
                stdout=part,
                stderr=subprocess.PIPE,
                check=False,
                timeout=CUT_SECONDS,
            )
            if run.returncode:
                said = printable_name(run.stderr.decode(errors="replace").strip())
                raise PhotoDamaged(photo.photo, f"jpegtran failed: {said}", _NOT_LOSSLESS)
            part.seek(0)
            # A crop without loss is not larger than the whole; Huffman tables may be.
            return part.read(2 * photo.content.size + MEGABYTE)
    except subprocess.TimeoutExpired as error:
        problem = f"jpegtran took more than {CUT_SECONDS} s"
        raise PhotoDamaged(photo.photo, problem, _NOT_LOSSLESS) from error
    except OSError as error:
        reason = error.strerror or str(error)
        problem = f"it could not be copied for jpegtran: {reason}"
        raise NotMade(photo.photo, problem, "make room for temporary files") from error
