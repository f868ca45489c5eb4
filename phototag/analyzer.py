"""The warm analyzer, for programs that process one photo after another."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

from phototag.analysis.result import Analysis
from phototag.criteria import personal
from phototag.crops import Profile
from phototag.crops import size as sizes
from phototag.files import StrPath, arguments
from phototag.files.arguments import Whole
from phototag.metadata.change import Change
from phototag.options import QUALITY, ChangeOptions, Limits, TagOptions, Workers
from phototag.outcome import Done, Failed, Outcome, Removed
from phototag.worker import single, tasks
from phototag.worker.areas import CutOptions, profile_for
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile, source_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from phototag.criteria.calibration import Calibration
    from phototag.crops import Crop
    from phototag.crops.size import Size
    from phototag.metadata.record import Record
    from phototag.scene.measures import Scene
    from phototag.worker.source import ImageInput


class Analyzer:
    """Holds warm sealed processes; use it as a context manager, from any number of threads.

    Without ``close()``, it ends them when it is garbage-collected, with a ``ResourceWarning``.

    Args:
        workers: most sealed processes, each with its own models (about 300 MB); ``auto`` = one per core, as far
            as there is memory. A process starts when the others are busy: calls one after another need only one.
        limits: limits for one photo; None = ``Limits()``.
        profiles: crop profiles in order of preference; None = the built-in ones.
        calibration: a file of ``phototag learn``, or a name from a package; None = phototag's own.
    """

    def __init__(
        self,
        workers: Workers = "auto",
        *,
        limits: Limits | None = None,
        profiles: Sequence[Profile] | None = None,
        calibration: Calibration | StrPath | None = None,
    ) -> None:
        arguments.check(profiles=(profiles, Sequence[Profile] | None))
        self._pool = Pool(workers, limits)
        self._rules = single.Rules(calibration=personal.chosen(calibration), profiles=profiles)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sealed processes; a later call starts new ones."""
        self._pool.close()

    def analyze(self, image: ImageInput, *, bgr: bool = False) -> Analysis:
        """See ``phototag.analyze``."""
        arguments.check(bgr=(bgr, bool))
        return single.analyzed(self._pool, image, self._rules, bgr=bgr)

    def detect(self, image: ImageInput, *, bgr: bool = False) -> Scene:
        """Detect what is in a picture, as numbers and without judgement; raises as ``analyze`` does."""
        arguments.check(bgr=(bgr, bool))
        return single.detected(self._pool, source_of(image, bgr=bgr))

    def analyze_many(
        self,
        images: Iterable[ImageInput],
        *,
        bgr: bool = False,
        stop: threading.Event | None = None,
    ) -> Generator[Outcome]:
        """Analyse a stream of pictures: one ``Outcome`` each, in order, as soon as it is ready.

        Setting ``stop`` ends the stream after the pictures in progress. ``bgr`` is that of ``phototag.analyze``.
        """
        arguments.check_several("images", images)
        arguments.check(bgr=(bgr, bool))

        def analyzed(image: ImageInput) -> Done:
            analysis = self.analyze(image, bgr=bgr)
            return Done(photo=analysis.path, analysis=analysis)

        return self._pool.stream(single.guarded(analyzed), images, stop=stop)

    def draw(self, photo: StrPath, analysis: Analysis, out: StrPath) -> str:
        """Write a picture of a photo with its faces, crops and reasons, as a new PNG file.

        Args:
            photo: path of the photo.
            analysis: the photo's analysis.
            out: path of the new file; an existing file is never overwritten.

        Returns:
            The path of the new file.

        Raises:
            WriteRefused: the new file already exists or cannot be written.
            PhototagError: as for ``analyze``.
        """
        arguments.check(analysis=(analysis, Analysis))
        return single.drawn(self._pool, photo, analysis, out)

    def write(
        self, photo: StrPath, analysis: Analysis, options: TagOptions | None = None
    ) -> Change:
        """See ``phototag.write``."""
        arguments.check(result=(analysis, Analysis))
        return single.written(self._pool, photo, analysis, self._checked(options, analysis))

    def tag(self, photo: StrPath, options: TagOptions | None = None) -> Done:
        """See ``phototag.tag``."""
        return single.tagged(self._pool, photo, self._checked(options), self._rules)

    def tag_many(
        self,
        photos: Iterable[StrPath],
        options: TagOptions | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> Generator[Outcome]:
        """Tag a stream of photos: one ``Outcome`` each, in order; a failure does not end it.

        Setting ``stop`` ends the stream after the photos in progress.
        """
        arguments.check_several("photos", photos)
        checked = self._checked(options)

        def tagged(photo: StrPath) -> Done:
            return single.tagged(self._pool, photo, checked, self._rules)

        return self._pool.stream(single.guarded(tagged), photos, stop=stop)

    def read(self, photo: StrPath) -> Record | None:
        """See ``phototag.read``."""
        return tasks.read(self._pool, PhotoFile.of(photo))

    def remove(self, photo: StrPath, options: ChangeOptions | None = None) -> Change:
        """See ``phototag.remove``."""
        arguments.check(options=(options, ChangeOptions | None))
        return single.removed(self._pool, photo, options or ChangeOptions())

    def remove_many(
        self,
        photos: Iterable[StrPath],
        options: ChangeOptions | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> Generator[Removed | Failed]:
        """Remove what phototag wrote into a stream of photos: one ``Removed`` or ``Failed`` each, in order.

        Setting ``stop`` ends the stream after the photos in progress.
        """
        arguments.check_several("photos", photos)
        arguments.check(options=(options, ChangeOptions | None))
        remove = partial(single.removal, self._pool, options=options or ChangeOptions())
        return self._pool.stream(remove, photos, stop=stop)

    def crop(
        self,
        photo: StrPath,
        profile: str,
        out: StrPath | None = None,
        *,
        quality: int = QUALITY,
        lossless: bool = False,
        lightroom: bool = False,
        level: bool = False,
        size: Size | tuple[int, int] | str | None = None,
        enlarge: bool = False,
    ) -> tuple[str, Crop]:
        """See ``phototag.crop``."""
        arguments.check(
            quality=(quality, Whole(1, 100)),
            lossless=(lossless, bool),
            lightroom=(lightroom, bool),
            level=(level, bool),
            enlarge=(enlarge, bool),
        )
        exact = sizes.size(size)
        how = CutOptions(
            quality=quality,
            lossless=lossless,
            lightroom=lightroom,
            level=level,
            size=exact,
            enlarge=enlarge,
        )
        asked = profile_for(profile, self._rules.profiles, how)
        target, area, _ = single.cropped(
            self._pool, photo, asked, out, rules=self._rules, options=how
        )
        return target, area.as_crop(asked, exact)

    def _checked(self, options: TagOptions | None, analysis: Analysis | None = None) -> TagOptions:
        arguments.check(options=(options, TagOptions | None))
        options = options or TagOptions()
        check_crop(options, self._rules.profiles, analysis)
        return options


_default_lock = threading.Lock()
_default: Analyzer | None = None


def default() -> Analyzer:
    """The analyzer of the module-level functions; its single process starts with the first call."""
    global _default  # noqa: PLW0603 - made once, on demand: importing phototag must take no time
    with _default_lock:
        if _default is None:
            _default = Analyzer(workers=1)
        return _default


def close_default() -> None:
    """End the process of the analyzer of the module-level functions, if there is one."""
    with _default_lock:
        made = _default
    if made is not None:
        made.close()


def _after_fork() -> None:
    """Replace the lock in a forked process: another thread may have held it."""
    global _default, _default_lock
    _default, _default_lock = None, threading.Lock()


with contextlib.suppress(AttributeError):  # no fork on Windows
    os.register_at_fork(after_in_child=_after_fork)
