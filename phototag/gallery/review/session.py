"""One review: the photos, what is decided about them, and what can be undone."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, Final

from phototag import crops
from phototag.analysis.decisions import line
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.decisions.evidence import Side
from phototag.catalogue.current_run import folders_of
from phototag.criteria.verdict import Kind
from phototag.errors import PhotoError, PhototagError
from phototag.gallery.review.changes import Answer, Change, Left
from phototag.gallery.review.ended import Ended
from phototag.gallery.review.photos import Library, Photo, Prepared
from phototag.gallery.review.rows import amended, row, thought
from phototag.gallery.review.writer import Event, Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phototag.catalogue.current_run import CurrentRun
    from phototag.catalogue.state import State
    from phototag.crops import Profile
    from phototag.options import CatalogueOptions
    from phototag.worker.pool import Pool

MOST_TOGETHER: Final = 500  # rows in one answer
JUDGED_AT_ONCE: Final = 20  # photos whose rows are made anew before the page gets its answer
THUMBNAIL_BYTES: Final = 256 * 1024 * 1024  # kept in memory; the others are made again


class UnknownPhoto(Exception):
    """There is no photo with this number."""


class NothingToUndo(Exception):
    """Nothing has been decided, or all has been undone."""


class Session:
    """A review, from its start to its end; used from many threads.

    Args:
        paths: folders and photos.
        options: how to search and to write.
        state: holds decisions, and what earlier runs have found.
        pool: does the work.
        run: the run that this review is.
    """

    def __init__(
        self,
        paths: Sequence[str],
        options: CatalogueOptions,
        state: State,
        pool: Pool,
        run: CurrentRun,
    ) -> None:
        self._paths, self._options, self._state, self._run = paths, options, state, run
        self._library = Library(paths, options, state, pool, run)
        self.writer: Writer = Writer(
            self._write, pool, [os.path.realpath(f) for f in folders_of(paths)]
        )
        self._lock = threading.RLock()
        self._photos: list[Photo] = []
        self._rows: list[bytes] = []
        self._outdated: set[int] = set()  # photos whose rows are to be made anew
        self._thumbnails: dict[int, bytes] = {}
        self._room = THUMBNAIL_BYTES
        self._by_picture: dict[str, list[int]] = {}
        self._failures: list[str] = []
        self._loaded = self._empty = False
        self._unwritten = state.unwritten()
        self._left: dict[str, Left] = {
            picture: words for picture, said in state.left().items() if (words := said.words())
        }
        self._decided: set[str] = set()  # pictures, in this session
        self._log_odds: dict[str, float | None] = {}
        self._made = 0
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._stop = threading.Event()
        self._loader = threading.Thread(target=self._load, name="phototag-loader")

    def start(self) -> None:
        """Begin to analyse photos, and to write what was left unwritten."""
        self._loader.start()
        self.writer.start()

    @property
    def is_ending(self) -> bool:
        """Whether the session is coming to its end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Finish the photos in progress, and end."""
        self._stop.set()
        self.writer.stop()
        if self._loader.is_alive():
            self._loader.join()
        self._run.complete()

    # ------------------------------------------------------------------ what the page shows

    def photos(self, first: int) -> tuple[list[bytes], list[str], bool]:
        """The rows from this number on, the failures so far, and whether these are the last rows."""
        with self._lock:
            end = min(first + MOST_TOGETHER, len(self._rows))
            rows = [self.row(number) for number in range(first, end)]
            last = self._loaded and end >= len(self._rows)
            return rows, list(self._failures), last

    def row(self, number: int) -> bytes:
        """The row of a photo, as JSON."""
        with self._lock:
            made = self._rows[number]
            if number not in self._outdated:
                return made
            return amended(made, *self._said(self._photos[number].picture))

    def thumbnail(self, number: int) -> bytes:
        """The reduced picture, WebP; raises ``UnknownPhoto``, or why it cannot be read."""
        photo = self._photo(number)
        kept = self._thumbnails.get(number)
        return self._library.thumbnail(photo) if kept is None else kept

    def large(self, number: int) -> bytes:
        """The picture with a long side of 1,600 px, WebP; raises as ``thumbnail`` does."""
        return self._library.large(self._photo(number))

    def nearest(self, count: int) -> list[int]:
        """The photos nearest to the person's own headshot line so far, of those about which nothing was said."""
        with self._lock:
            moved = line.offset(self._sides())
            open_ones = [
                (abs(photo.log_odds + moved), numbers[0])
                for picture, numbers in self._by_picture.items()
                if (photo := self._photos[numbers[0]]).log_odds is not None
                and self._run.decision(picture).kind is None
                and picture not in self._left
            ]
        return [number for _, number in sorted(open_ones)[:count]]

    @property
    def crop_profiles(self) -> Sequence[Profile] | None:
        """The crop profiles in use; None = the built-in ones."""
        return self._options.profiles

    @property
    def profiles(self) -> list[str]:
        """The names of the crop profiles in use."""
        return crops.names(self._options.profiles)

    def ended(self) -> Ended:
        """What has come of the review so far."""
        with self._lock:
            decided = {p for change in self._done for p in change.decisions}
            left = {p for change in self._done for p in change.left if p in self._left} - decided
            decided_photos, left_photos = (
                sum(len(self._by_picture[picture]) for picture in pictures)
                for pictures in (decided, left)
            )
        return Ended(
            decided=decided_photos,
            left=left_photos,
            written=self.writer.written,
            waiting=self.writer.events(0, 0)[2],
            empty=self._empty,
            problems=[*self.writer.problems.values()],
        )

    # ------------------------------------------------------------------ what the page remembers

    def place(self) -> dict[str, Any]:
        """What the page remembers."""
        return self._state.review_place(self._paths)

    def keep_place(self, place: dict[str, Any]) -> None:
        """Store what the page remembers."""
        if not self._options.dry_run:
            self._state.keep_review_place(self._paths, place)

    # ------------------------------------------------------------------ decisions

    def decide(self, numbers: Iterable[int], said: Mapping[str, str | None]) -> Answer:
        """Decide about photos and all their copies; None forgets a field."""
        with self._lock:
            decisions = {}
            for picture in self._pictures(numbers):
                before = self._run.decision(picture)
                words = {
                    field: value for field, value in before.words().items() if field not in said
                }
                words |= {field: value for field, value in said.items() if value is not None}
                decisions[picture] = before, Decision.of(words)
            return self._do(decisions=decisions)

    def leave(self, numbers: Iterable[int]) -> Answer:
        """Note that a person has seen photos and left them as they were."""
        with self._lock:
            left = {}
            for picture in self._pictures(numbers):
                left[picture] = self._left.get(picture, {}), self._thought(picture)
            return self._do(left=left)

    def undo(self) -> Answer:
        """Put back what held before the last change; raises ``NothingToUndo``."""
        with self._lock:
            if not self._done:
                raise NothingToUndo
            change = self._done[-1]
            answer = self._apply(
                change.number,
                {picture: before for picture, (before, _) in change.decisions.items()},
                {picture: before for picture, (before, _) in change.left.items()},
            )
            self._undone.append(self._done.pop())
            return answer

    def redo(self) -> Answer:
        """Make the last change again that was undone; raises ``NothingToUndo``."""
        with self._lock:
            if not self._undone:
                raise NothingToUndo
            change = self._undone[-1]
            answer = self._make(change)
            self._done.append(self._undone.pop())
            return answer

    def _do(
        self,
        decisions: Mapping[str, tuple[Decision, Decision]] | None = None,
        left: Mapping[str, tuple[Left, Left]] | None = None,
    ) -> Answer:
        self._made += 1
        change = Change(number=self._made, decisions=decisions or {}, left=left or {})
        answer = self._make(change)
        self._done.append(change)
        self._undone.clear()
        return answer

    def _make(self, change: Change) -> Answer:
        return self._apply(
            change.number,
            {picture: after for picture, (_, after) in change.decisions.items()},
            {picture: after for picture, (_, after) in change.left.items()},
        )

    def _apply(
        self, number: int, decisions: Mapping[str, Decision], left: Mapping[str, Left]
    ) -> Answer:
        """Save, have it written, and judge anew."""
        numbers = [n for picture in decisions for n in self._by_picture[picture]]
        if not self._options.dry_run:
            # First: a photo that is written without need is left as it is, but none may be forgotten.
            self._state.add_unwritten(self._photos[n].real_path for n in numbers)
            self._state.leave(left)
        self._run.decide(decisions)
        self._decided.update(decisions)
        for picture, words in left.items():
            self._left.pop(picture, None)
            if words:
                self._left[picture] = words
        changed = sorted({*numbers, *(n for picture in left for n in self._by_picture[picture])})
        self._outdated.update(changed)
        at_once, later = changed[:JUDGED_AT_ONCE], changed[JUDGED_AT_ONCE:]
        for n in set(numbers).intersection(at_once):
            self._judge(n)
        self.writer.add(numbers)
        return Answer(
            change=number,
            rows={n: self.row(n) for n in at_once},
            said={n: self._said(self._photos[n].picture) for n in later},
        )

    def _judge(self, number: int) -> bool:
        """Make an outdated row anew; whether it was one."""
        with self._lock:
            if number not in self._outdated:
                return False
            # Without the scene the old row stays; what was decided is saved, and the write says what is wrong.
            with contextlib.suppress(PhotoError):
                self._rows[number] = self._row(self._photos[number])
                self._outdated.discard(number)
            return True

    def _said(self, picture: str) -> tuple[dict[str, str], bool]:
        """What was decided about a picture, and whether it was left as it was."""
        return self._run.decision(picture).words(), picture in self._left

    def _thought(self, picture: str) -> Left:
        """What phototag says of a picture without anybody's decision."""
        number = self._by_picture[picture][0]
        known = thought(self._rows[number])
        if known is not None:
            return known
        found = self._library.judged(self._photos[number], alone=True)
        said = Decision(
            kind=found.kind,
            shot=found.cropping.shot,
            expression=found.mood.expression,
            environment=found.environment.place,
        )
        return said.words()

    # ------------------------------------------------------------------ inside

    def _photo(self, number: int) -> Photo:
        with self._lock:
            if not 0 <= number < len(self._photos):
                raise UnknownPhoto
            return self._photos[number]

    def _pictures(self, numbers: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(self._photo(number).picture for number in numbers))

    def _row(self, photo: Photo) -> bytes:
        left = photo.picture in self._left
        return row(self._library.judged(photo), photo.picture, photo.about, left=left)

    def _write(self, number: int) -> Event:
        photo = self._photo(number)
        anew = self._judge(number)
        problem = self._library.write(photo)
        with self._lock:
            if not problem and not self.writer.is_waiting(number):
                self._state.remove_unwritten(photo.real_path)
        return Event(number, problem, anew)

    def _load(self) -> None:
        try:
            for prepared in self._library.prepared(self._stop):
                self._add(prepared)
        except PhototagError as error:
            with self._lock:
                self._failures.append(str(error))
        except Exception:
            with self._lock:
                self._failures.append("a bug in phototag ended the search; see its output")
            raise
        finally:
            with self._lock:
                self._loaded = True
                self._empty = not (self._photos or self._failures or self.is_ending)

    def _add(self, prepared: Prepared) -> None:
        photo = prepared.photo
        with self._lock:
            if photo is None:
                self._failures.append(prepared.failure)
                return
            number = len(self._photos)
            waits = photo.real_path in self._unwritten
            if not waits:
                self._run.see(photo.picture, prepared.decision)
            try:
                made = self._row(photo)
            except PhototagError as error:
                self._failures.append(str(error))
                return
            self._photos.append(photo)
            self._rows.append(made)
            self._by_picture.setdefault(photo.picture, []).append(number)
            self._log_odds[photo.picture] = photo.log_odds
            if len(prepared.thumbnail) <= self._room:
                self._room -= len(prepared.thumbnail)
                self._thumbnails[number] = prepared.thumbnail
            if waits or photo.picture in self._decided:
                if not self._options.dry_run:
                    self._state.add_unwritten([photo.real_path])
                self.writer.add([number])

    def _sides(self) -> list[Side]:
        """What people have decided about the kind, or confirmed by leaving it, in all catalogues."""
        said = self._state.decisions()
        found = []
        for picture in {**self._left, **said}:
            kind = said.get(picture, NOTHING).kind
            if kind is None and "kind" in self._left.get(picture, {}):
                kind = Kind(self._left[picture]["kind"])
            if kind is None or kind is Kind.OTHER:
                continue
            if picture not in self._log_odds:
                scene = self._state.scene(picture)
                self._log_odds[picture] = None if scene is None else self._library.log_odds(scene)
            log_odds = self._log_odds[picture]
            if log_odds is not None:
                found.append(Side(log_odds=log_odds, headshot=kind is Kind.HEADSHOT))
        return found
