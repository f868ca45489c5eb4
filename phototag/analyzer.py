"""The warm analyzer: sealed processes in, typed results out."""

from __future__ import annotations

import base64
import contextlib
import os
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any, Self

from phototag import errors
from phototag.analysis.result import Analysis, analyse_scene
from phototag.analysis.shapes import bars
from phototag.analysis.shapes import recommended as to_draw
from phototag.criteria.verdict import Kind
from phototag.files.opening import path_of
from phototag.limits import Limits
from phototag.metadata.options import Change, Options
from phototag.metadata.record import Record
from phototag.outcome import Expected, How, Met, Outcome, Written
from phototag.scene import serialization
from phototag.scene.measures import Scene
from phototag.tagging import Tagging
from phototag.worker import SealedProcess, Source
from phototag.worker.streaming import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from phototag.crops import Crop, Profile
    from phototag.worker.source import ImageInput

    Path = str | os.PathLike[str]

QUALITY = 95  # of a crop that is encoded anew
AT_ONCE = 2  # requests of a sealed process: one it works at, one that it finds ready after that


class Analyzer:
    """Holds warm sealed processes; use it as a context manager, from any number of threads.

    Dropped without ``close()`` it ends them when it is collected, with a ``ResourceWarning``.

    Args:
        workers: sealed processes, each with its own models (about 300 MB); one a core is right.
        limits: what one photo may take; None = ``Limits()``.
        profiles: crop profiles in the order of preference; None = the built-in ones.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        limits: Limits | None = None,
        profiles: Sequence[Profile] | None = None,
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        self.workers = workers
        self.limits: Limits = limits or Limits()
        self._profiles = profiles
        self._processes = [SealedProcess(self.limits) for _ in range(workers)]
        self._forget_loads()
        _LIVING.add(self)
        dropped = weakref.finalize(self, _end_abandoned, self._processes)
        dropped.atexit = False  # then they are closed in good order

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget_loads(self) -> None:
        self._loads = [0] * self.workers  # requests that each process has been handed
        self._loading = threading.Condition()

    def close(self) -> None:
        """End the sealed processes; a later call starts new ones."""
        for process in self._processes:
            process.close()

    def analyze(self, image: ImageInput) -> Analysis:
        """See ``phototag.analyze``."""
        source = Source.of(image)
        return self.conclude(source.name, self._see(source))

    def see(self, image: ImageInput) -> Scene:
        """What is in a picture, as numbers and without an opinion; errors as for ``analyze``."""
        return self._see(Source.of(image))

    def _see(self, source: Source) -> Scene:
        message = {
            "job": "look",
            "name": source.name,
            "path": source.path,
            "shape": source.shape,
            "max_pixels": self.limits.pixels,
        }
        return serialization.from_json(self._ask(source.name, message, source.data), Scene)

    def analyze_many(
        self, images: Iterable[ImageInput], *, stop: threading.Event | None = None
    ) -> Generator[Outcome]:
        """Analyse a stream of pictures: one ``Outcome`` each, in order, as they become ready.

        Setting ``stop`` ends the stream when the pictures in hand are finished.
        """
        return self._stream(self._analyze_outcome, images, stop)

    def meet(self, photo: Path, *, look: bool = True) -> Met:
        """Which picture a file holds and, if asked, what is in it; errors as for ``analyze``."""
        source = Source.of_path(photo)
        message = {
            "job": "meet",
            "name": source.name,
            "path": source.path,
            "look": look,
            "max_pixels": self.limits.pixels,
        }
        return serialization.from_json(self._ask(source.name, message), Met)

    def preview(self, photo: Path, side: int, quality: int) -> bytes:
        """The upright picture as a WebP file; errors as for ``analyze``.

        Args:
            photo: its path.
            side: px, long side; a smaller picture keeps its size.
            quality: 1..100.
        """
        source = Source.of_path(photo)
        message = {
            "job": "preview",
            "name": source.name,
            "path": source.path,
            "side": side,
            "quality": quality,
            "max_pixels": self.limits.pixels,
        }
        return base64.b64decode(self._ask(source.name, message))

    def paint(self, photo: Path, analysis: Analysis, out: Path) -> str:
        """Write a picture of a photo with faces, crops and reasons drawn, as a new PNG file.

        Args:
            photo: its path.
            analysis: what was found in it.
            out: path of the new file; never one that is there.

        Returns:
            The path of the new file.

        Raises:
            WriteRefused: there is such a file already, or it cannot be written.
            PhototagError: as for ``analyze``.
        """
        source, target = Source.of_path(photo), path_of(out)
        painting = {
            "title": os.path.basename(source.name),  # noqa: PTH119
            "verdict": analysis.explain().splitlines()[0],
            "shapes": serialization.to_json(to_draw(analysis)),
            "bars": serialization.to_json(bars(analysis)),
            "words": ", ".join(analysis.keywords.flat) or "none",
            "target": os.path.abspath(os.path.expanduser(target)),  # noqa: PTH100, PTH111
        }
        message = {
            "job": "paint",
            "name": source.name,
            "path": source.path,
            "painting": painting,
            "max_pixels": self.limits.pixels,
        }
        self._ask(source.name, message)
        return target

    def conclude(self, path: str, scene: Scene, kind: Kind | None = None) -> Analysis:
        """What follows from a scene, with this analyzer's crop profiles.

        Args:
            path: of the photo.
            scene: what was seen in it.
            kind: what a person says it is; None = nobody has said.
        """
        return analyse_scene(path, scene, profiles=self._profiles, kind=kind)

    def write(self, photo: Path, analysis: Analysis, tagging: Tagging | None = None) -> Change:
        """See ``phototag.write``."""
        tagging = tagging or Tagging()
        change = self.put(photo, tagging.record(analysis), tagging.write).change
        assert change is not None
        return change

    def put(
        self, photo: Path, record: Record, options: Options, expected: Expected | None = None
    ) -> Written:
        """Write a record; with ``expected``, only where the photo is as the caller knows it."""
        source = Source.of_path(photo)
        message = {
            "job": "write",
            "name": source.name,
            "path": source.path,
            "record": serialization.to_json(record),
            "options": serialization.to_json(options),
            "expected": None if expected is None else serialization.to_json(expected),
        }
        return serialization.from_json(self._ask(source.name, message), Written)

    def tag(self, photo: Path, tagging: Tagging | None = None) -> Outcome:
        """See ``phototag.tag``."""
        if tagging is None or not tagging.corrections:
            analysis = self.analyze(Source.of_path(photo).name)
        else:
            met = self.meet(photo)
            assert met.scene is not None
            kind = tagging.corrections.get(met.picture)
            analysis = self.conclude(Source.of_path(photo).name, met.scene, kind)
        change = self.write(photo, analysis, tagging)
        return Outcome(photo=analysis.path, analysis=analysis, change=change)

    def tag_many(
        self,
        photos: Iterable[Path],
        tagging: Tagging | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> Generator[Outcome]:
        """Tag a stream of photos: one ``Outcome`` each, in order; a failure does not end it.

        Setting ``stop`` ends the stream when the photos in hand are finished.
        """
        return self._stream(lambda photo: self.tag(photo, tagging), photos, stop)

    def read(self, photo: Path) -> Record | None:
        """See ``phototag.read``."""
        source = Source.of_path(photo)
        found = self._ask(source.name, {"job": "read", "name": source.name, "path": source.path})
        return None if found is None else serialization.from_json(found, Record)

    def remove(self, photo: Path, options: Options | None = None) -> Change:
        """See ``phototag.remove``."""
        source = Source.of_path(photo)
        message = {
            "job": "remove",
            "name": source.name,
            "path": source.path,
            "options": serialization.to_json(options or Options()),
        }
        return serialization.from_json(self._ask(source.name, message), Change)

    def remove_many(
        self,
        photos: Iterable[Path],
        options: Options | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> Generator[Outcome]:
        """Take back what was written in a stream of photos: one ``Outcome`` each, in order.

        Setting ``stop`` ends the stream when the photos in hand are finished.
        """

        def take_back(photo: Path) -> Outcome:
            try:
                change = self.remove(photo, options)
            except errors.PhototagError as error:
                return Outcome(photo=error.photo, error=error, how=How.TAKEN_BACK)
            return Outcome(photo=os.fsdecode(photo), change=change, how=How.TAKEN_BACK)

        return self._stream(take_back, photos, stop)

    def crop(
        self,
        photo: Path,
        profile: str,
        out: Path | None = None,
        *,
        quality: int = QUALITY,
        lossless: bool = False,
        lightroom: bool = False,
    ) -> tuple[str, Crop]:
        """See ``phototag.crop``."""
        source = Source.of_path(photo)
        analysis = self.analyze(source.name)
        found = next((crop for crop in analysis.crops if crop.profile == profile), None)
        if found is None:
            raise errors.CropRefused(source.name, *_why_not(analysis, profile))
        target = _beside(source.name, profile) if out is None else path_of(out)
        order = {
            "box": serialization.to_json(found.box),
            "pixels": list(found.pixels),
            "target": os.path.abspath(os.path.expanduser(target)),  # noqa: PTH100, PTH111 - any name
            "quality": quality,
            "lossless": lossless,
            "lightroom": lightroom,
        }
        self._ask(
            source.name, {"job": "crop", "name": source.name, "path": source.path, "order": order}
        )
        return target, found

    def versions(self) -> dict[str, str]:
        """Versions of the native libraries, as the sealed process has them."""
        answer: dict[str, str] = self._ask("<versions>", {"job": "versions", "name": ""})
        return answer

    def _analyze_outcome(self, image: ImageInput) -> Outcome:
        analysis = self.analyze(image)
        return Outcome(photo=analysis.path, analysis=analysis)

    def _ask(self, name: str, message: dict[str, Any], payload: bytes = b"") -> Any:
        with self._loading:
            self._loading.wait_for(lambda: min(self._loads) < AT_ONCE)
            number = self._loads.index(min(self._loads))  # of equals the first, which is warm
            self._loads[number] += 1
        try:
            return self._processes[number].ask(name, message, payload)
        finally:
            with self._loading:
                self._loads[number] -= 1
                self._loading.notify()

    def _stream(
        self,
        work: Callable[[Any], Outcome],
        items: Iterable[Any],
        stop: threading.Event | None,
    ) -> Generator[Outcome]:
        """Ordered outcomes; an error becomes one."""

        def guarded(item: Any) -> Outcome:
            try:
                return work(item)
            except errors.PhototagError as error:
                return Outcome(photo=error.photo, error=error)

        return stream(guarded, items, self.workers, stop=stop)


def _end_abandoned(processes: Sequence[SealedProcess]) -> None:
    """What becomes of the sealed processes of an analyzer that nobody can reach any more."""
    ended = [process.abandon() for process in processes]
    if any(ended):
        what = "an Analyzer was dropped while its sealed processes ran"
        remedy = "call close(), or use it in a `with` statement"
        warnings.warn(f"{what}: {remedy}", ResourceWarning, stacklevel=2)


def _why_not(analysis: Analysis, profile: str) -> tuple[str, str]:
    """Problem and remedy where a picture has no crop of this profile."""
    refusals = {refusal.profile: refusal.reason for refusal in analysis.refusals}
    if profile in refusals:
        return f"there is no crop {profile}: {refusals[profile]}", ""
    if not analysis.crops and not refusals:
        return f"there is no crop {profile}: no person is the subject", ""
    known = sorted([crop.profile for crop in analysis.crops] + list(refusals))
    return f"there is no profile {profile}", f"there are {', '.join(known)}"


def _beside(photo: str, profile: str) -> str:
    """``jane.casting_8x10.jpg`` beside ``jane.jpg``; a JPEG where the format is not written."""
    stem, suffix = os.path.splitext(photo)  # noqa: PTH122 - keeps names that are not UTF-8
    written = suffix.lower() in {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}
    return f"{stem}.{profile}{suffix if written else '.jpg'}"


_LIVING: weakref.WeakSet[Analyzer] = weakref.WeakSet()
_default_lock = threading.Lock()
_default: Analyzer | None = None


def default() -> Analyzer:
    """The analyzer of the module-level functions; its one process starts with the first call."""
    global _default  # noqa: PLW0603 - made once, on demand: importing phototag must cost nothing
    with _default_lock:
        if _default is None:
            _default = Analyzer()
        return _default


def _after_fork() -> None:
    """A fork may happen while other threads hold locks and wait for answers; they are not in it."""
    global _default, _default_lock
    _default, _default_lock = None, threading.Lock()
    for analyzer in list(_LIVING):
        analyzer._forget_loads()  # noqa: SLF001


with contextlib.suppress(AttributeError):  # no fork on Windows
    os.register_at_fork(after_in_child=_after_fork)
