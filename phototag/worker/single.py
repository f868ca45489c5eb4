"""Handles single photos through the pool: analyse, write, tag, remove, crop, draw."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag import errors
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.result import Analysis, evaluate
from phototag.analysis.shapes import bars, recommended
from phototag.files import StrPath, arguments, formats
from phototag.files.opening import absolute
from phototag.options import WriteOptions, part
from phototag.outcome import Done, Failed, Removed, VerdictSource, standing
from phototag.worker import arrays, tasks
from phototag.worker.areas import areas
from phototag.worker.order import order_of
from phototag.worker.source import PhotoFile, Source, is_array, name_of, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phototag.criteria.calibration import Calibration
    from phototag.crops import Profile
    from phototag.metadata.change import Change
    from phototag.options import ChangeOptions, TagOptions
    from phototag.scene.measures import Scene
    from phototag.worker.areas import Area, CutOptions
    from phototag.worker.pool import Pool
    from phototag.worker.source import ImageInput


T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Rules:
    """By what scenes are judged.

    Attributes:
        calibration: thresholds and weights; None = the shipped ones.
        profiles: crop profiles; None = the built-in ones.
    """

    calibration: Calibration | None = None
    profiles: Sequence[Profile] | None = None

    def judged(self, name: str, scene: Scene, decision: Decision = NOTHING) -> Analysis:
        """The analysis of a scene."""
        return evaluate(name, scene, self.calibration, self.profiles, decision)


def detected(pool: Pool, source: Source) -> Scene:
    """Detect what is in a picture, as numbers and without judgement."""
    return tasks.detect(pool, source, pool.limits)


def analyzed(pool: Pool, image: ImageInput, rules: Rules, *, bgr: bool = False) -> Analysis:
    """See ``phototag.analyze``."""
    source = source_of(image, bgr=bgr)
    analysis = rules.judged(source.name, detected(pool, source))
    if is_array(image) and not bgr:
        arrays.warn_if_bgr(image, analysis)
    return analysis


def written(pool: Pool, photo: StrPath, analysis: Analysis, options: TagOptions) -> Change:
    """See ``phototag.write``."""
    order = order_of(analysis, options)
    change = tasks.write(pool, PhotoFile.of(photo), order, part(options, WriteOptions)).change
    assert change is not None  # no state of the photo was expected
    return change


def tagged(
    pool: Pool, photo: StrPath, options: TagOptions, rules: Rules, *, forget: bool = False
) -> Done:
    """See ``phototag.tag``; ``forget`` drops what a person has decided, as far as the photo holds it."""
    file = PhotoFile.of(photo)
    if options.corrections:
        photo_state = tasks.identify(pool, file, pool.limits)
        assert photo_state.scene is not None
        scene = photo_state.scene
        decision = options.corrections.get(photo_state.picture, NOTHING)
    else:
        scene, decision = detected(pool, source_of(file.name)), NOTHING
    analysis = rules.judged(file.name, scene, decision)
    writing = part(options, WriteOptions)
    order = order_of(analysis, options)
    # A photo that has a record may hold a person's word, which goes on to hold.
    written = tasks.write(pool, file, order, writing, etag=None if forget else "")
    if written.change is None:
        there = Decision.readable(written.found.decision) if written.found else NOTHING
        if there:
            analysis = rules.judged(file.name, scene, there.with_(decision))
            order = order_of(analysis, options)
        written = tasks.write(pool, file, order, writing)
    assert written.change is not None
    keywords = standing(order.record.keywords, written.change)
    return Done(photo=file.name, analysis=analysis, change=written.change, keywords=keywords)


def removed(pool: Pool, photo: StrPath, options: ChangeOptions) -> Change:
    """See ``phototag.remove``."""
    return tasks.remove(pool, PhotoFile.of(photo), part(options, WriteOptions))


def removal(pool: Pool, photo: StrPath, options: ChangeOptions) -> Removed | Failed:
    """See ``phototag.remove``; an error is part of the outcome."""
    try:
        change = removed(pool, photo, options)
    except errors.PhototagError as error:
        return Failed(photo=name_of(photo, error), error=error, verdict_from=VerdictSource.REMOVED)
    return Removed(photo=os.fsdecode(photo), change=change)


def cropped(
    pool: Pool,
    photo: StrPath,
    profile: Profile,
    out: StrPath | None,
    *,
    rules: Rules,
    options: CutOptions,
    same: bool = False,
) -> tuple[str, Area, bool]:
    """See ``phototag.crop``; what a person has decided about the photo, as it says itself, holds.

    Returns:
        The path of the new file, what is in it, and whether it was made: with ``same``, it may be there already.
    """
    file = PhotoFile.of(photo)
    scene = detected(pool, source_of(file.name))
    analysis = rules.judged(file.name, scene, _word_in(pool, file))
    (found,) = areas(analysis, profile, level=options.level)
    if isinstance(found, errors.CropRefused):
        raise found
    target = (
        formats.crop_name(file.name, profile.name) if out is None else arguments.path("out", out)
    )
    made, _ = cut_out(pool, file, found, absolute(target), options, same=same)
    return target, found, made


def _word_in(pool: Pool, photo: PhotoFile) -> Decision:
    """What a person has decided about a photo, as it says itself; its picture can be used if it says nothing."""
    try:
        record = tasks.read(pool, photo)
    except errors.PhotoError:
        return NOTHING
    return NOTHING if record is None else Decision.readable(record.decision)


def cut_out(
    pool: Pool,
    photo: PhotoFile,
    area: Area,
    target: str,
    options: CutOptions,
    *,
    same: bool = False,
) -> tuple[bool, tuple[int, int]]:
    """Write an area as a new file.

    Args:
        pool: does the work.
        photo: the photo.
        area: what is cut out.
        target: absolute path of the new file.
        options: how it is made.
        same: as for ``tasks.cut``.

    Returns:
        Whether the file was made, and its width and height.
    """
    size = area.size(photo.name, options.size, enlarge=options.enlarge)
    made = tasks.cut(
        pool,
        photo,
        box=area.box,
        pixels=area.pixels,
        target=target,
        quality=options.quality,
        lossless=options.lossless,
        lightroom=options.lightroom,
        angle=area.angle,
        size=size,
        same=same,
    )
    return made, size or area.pixels


def drawn(pool: Pool, photo: StrPath, analysis: Analysis, out: StrPath) -> str:
    """See ``Analyzer.draw``."""
    target = arguments.path("out", out)
    tasks.draw(
        pool,
        PhotoFile.of(photo),
        pool.limits,
        verdict=analysis.explain().splitlines()[0],
        shapes=tuple(recommended(analysis)),
        bars=tuple(bars(analysis)),
        words=", ".join(analysis.keywords.flat) or "none",
        target=absolute(target),
    )
    return target


def guarded(work: Callable[[T], Done]) -> Callable[[T], Done | Failed]:
    """Wrap the work so that an error becomes an outcome."""

    def done(item: T) -> Done | Failed:
        try:
            return work(item)
        except errors.PhototagError as error:
            folder = isinstance(item, str | os.PathLike) and os.path.isdir(item)
            return Failed(photo=name_of(item, error), error=error, folder=folder)

    return done
