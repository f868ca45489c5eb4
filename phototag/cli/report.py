"""What the command line prints: data to stdout, progress and errors to stderr, an exit code."""

from __future__ import annotations

import collections
import contextlib
import json
import signal
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Self

from phototag.catalogue.walk import count_photos
from phototag.cli.exit_codes import ExitCode, code_of
from phototag.cli.failures import IN_SIGHT, LISTED, Alike, failure
from phototag.cli.terminal import echo, echo_as_is
from phototag.criteria.verdict import Kind
from phototag.errors import PhototagError, printable_name
from phototag.files.opening import is_folder
from phototag.version import SCHEMA
from phototag.wording import counted
from phototag.worker.source import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from rich.table import Table

    from phototag.outcome import AnyOutcome, VerdictSource

LINE_SECONDS = 30.0  # between two lines of progress if there is no terminal for a progress bar
ONE_STOP = 0.5  # s; a stop may come as several signals: `timeout` sends TERM to the process and to its group
NO_PHOTOS = "No photos were found."
TABLE_WIDTH = 120  # columns, if there is no terminal


class Tally:
    """Counts of the results so far; a folder that could not be searched is no photo, but a failure."""

    def __init__(self) -> None:
        self.photos: int = 0
        self.folders: int = 0
        self.changed: int = 0
        self.kinds: collections.Counter[Kind | None] = collections.Counter()
        self.changed_kinds: collections.Counter[Kind | None] = collections.Counter()
        self.verdict_from: collections.Counter[VerdictSource] = collections.Counter()
        self.failures: list[str] = []
        self.failed: int = 0
        self.alike: Alike = Alike()
        self._start = time.monotonic()

    def add(self, outcome: AnyOutcome) -> None:
        """Count one photo."""
        folder = outcome.error is not None and outcome.folder
        if folder:
            self.folders += 1
        else:
            self.photos += 1
            self.verdict_from[outcome.verdict_from] += 1
        if outcome.error is not None:
            self.failed += 1
            if not self.alike.count(outcome.error) and len(self.failures) < LISTED:
                self.failures.append(failure(outcome.photo, outcome.error))
            return
        self.kinds[outcome.kind] += 1
        if outcome.change is not None and outcome.change.changed:
            self.changed += 1
            self.changed_kinds[outcome.kind] += 1

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self._start

    @property
    def counts(self) -> str:
        """``12 headshot, 3 portrait, 1 failed``."""
        parts = [f"{self.kinds[kind]} {kind}" for kind in Kind if self.kinds[kind]]
        return ", ".join([*parts, *([f"{self.failed} failed"] if self.failed else [])])


class Report:
    """Prints what a command does.

    Args:
        as_json: print JSON lines.
        total: number of photos, if known.
        count: counts the photos, in the background; for the progress bar.
        quiet: print nothing but errors.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        total: int | None = None,
        count: Callable[[], int] | None = None,
        quiet: bool = False,
    ) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.tally: Tally = Tally()
        self.total = total
        self._count = count
        self._code = ExitCode.ALL_WELL
        self._alike = Alike()
        self._since: int | None = None  # lines printed since the first failure

    @classmethod
    def over(
        cls,
        paths: Sequence[str],
        *,
        as_json: bool = False,
        quiet: bool,
        links: bool = False,
        counted: bool = True,
    ) -> Self:
        """The report of a command that goes through all photos of some paths.

        Args:
            paths: photos and folders.
            as_json: as for the class.
            quiet: as for the class.
            links: symbolic links to folders are followed.
            counted: all photos are processed, so that their number says how far the command is.
        """
        return cls(
            as_json=as_json,
            quiet=quiet,
            total=None if any(map(is_folder, paths)) else len(paths),
            count=(lambda: count_photos(paths, links=links)) if counted else None,
        )

    def run(
        self,
        stream: Callable[[threading.Event], Generator[AnyOutcome]],
        lines: Callable[[AnyOutcome], list[str]],
        *,
        seen: Callable[[AnyOutcome], object] | None = None,
    ) -> bool:
        """Print every outcome of a stream, after ``seen`` was called with it; returns whether it was stopped early.

        After Ctrl-C, TERM or HUP, the photos in progress are finished; a second signal ends at once.
        """
        with (
            stoppable() as stopped,
            self.progress() as show,
            closing(stream(stopped)) as outcomes,
        ):
            for outcome in outcomes:
                if outcome.warning:
                    self.warned(outcome)
                    continue
                self.tally.add(outcome)
                if seen is not None:
                    seen(outcome)
                if outcome.error is not None:
                    self.failed(outcome.photo, outcome.error)
                else:
                    for line in lines(outcome):
                        self.print(line)
                show()
        return stopped.is_set() and self.tally.photos + self.tally.folders != self.total

    def print(self, line: str) -> None:
        """One line of data."""
        if self.quiet:
            return
        self._note(line)
        if self.as_json:
            echo_as_is(line)
        else:
            echo(line)

    def table(self, table: Table) -> None:
        """A table of data."""
        if self.quiet:
            return
        from rich.console import Console  # noqa: PLC0415 - a tenth of the start

        width = None if sys.stdout and sys.stdout.isatty() else TABLE_WIDTH
        console = Console(width=width, markup=False, emoji=False)
        with console.capture() as printed:
            console.print(table, highlight=False)
        self._note(printed.get())
        echo_as_is(printed.get(), newline=False)

    def say(self, line: str) -> None:
        """Print a message to the user."""
        if not self.quiet:
            self._note(line)
            echo(line, err=True)

    def none_found(self, instead: str = NO_PHOTOS) -> None:
        """Say that there was no photo to work on, in the same words whatever the command; not with ``quiet``.

        Args:
            instead: what else is said where something else than photos was looked for.
        """
        self.say(instead)

    def failed(self, photo: str, error: PhototagError) -> None:
        """One photo that failed; of what concerns many photos, the first one is told."""
        self._code = max(self._code, code_of(error))
        photo = name_of(photo, error)
        known = self._alike.count(error)
        if self.as_json:
            from phototag.outcome import Failed  # noqa: PLC0415 - lists start without it

            echo_as_is(json.dumps(Failed(photo=photo, error=error).to_dict()))
        elif not known:
            line = failure(photo, error)
            self._since = self._since or 0
            self._note(line)
            echo(line, err=True, colour="red")

    @property
    def failures_are_in_sight(self) -> bool:
        """Whether all failures so far stand in the last lines that were printed, as lines of text."""
        return not self.as_json and (self._since or 0) <= IN_SIGHT

    def _note(self, text: str) -> None:
        if self._since is not None:
            self._since += 1 + text.rstrip("\n").count("\n")

    def warned(self, outcome: AnyOutcome) -> None:
        """A file that needs somebody's attention; it is no photo and no failure."""
        if self.as_json:
            row = {"schema": SCHEMA, "path": outcome.photo, "warning": outcome.warning}
            self.print(json.dumps(row))
        else:
            line = f"{printable_name(outcome.photo)}: {outcome.warning}"
            if not self.quiet:
                self._note(line)
                echo(line, err=True, colour="yellow")

    def end(self, *, stopped: bool = False) -> None:
        """Tell how many photos an error concerns that was told for the first one, and end with the exit code.

        Args:
            stopped: the command was ended early; otherwise, the code is that of the most serious error.
        """
        if not (self.as_json and self.quiet):
            for line in self._alike.lines(remedy=not self.failures_are_in_sight):
                echo(line, err=True, colour="red")
        code = ExitCode.INTERRUPTED if stopped else self._code
        if code:
            sys.exit(code)

    @contextlib.contextmanager
    def progress(self) -> Iterator[Callable[[], None]]:
        """Show the progress: a bar on a terminal, otherwise a line from time to time."""
        few = self.total is not None and self.total < 2  # noqa: PLR2004 - nothing to wait for
        if few or self.quiet:
            yield lambda: None
            return
        if self._count is not None:
            threading.Thread(target=self._count_now, args=(self._count,), daemon=True).start()
        if sys.stderr.isatty():
            yield from self._bar()
        else:
            yield self._line_now_and_then()

    def _bar(self) -> Iterator[Callable[[], None]]:
        from rich import console  # noqa: PLC0415 - a tenth of the start
        from rich import progress as rich  # noqa: PLC0415

        columns = (
            rich.SpinnerColumn(),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TextColumn("{task.fields[rate]}/s"),
            rich.TimeElapsedColumn(),
            rich.TimeRemainingColumn(),
            rich.TextColumn("{task.fields[counts]}"),
        )
        screen = console.Console(stderr=True, highlight=False, markup=False, emoji=False)
        with rich.Progress(*columns, console=screen, transient=True) as progress:
            task = progress.add_task("photos", total=self.total, rate="", counts="")

            def show() -> None:
                tally = self.tally
                progress.update(
                    task,
                    total=self.total,
                    completed=tally.photos,
                    rate=f"{tally.photos / max(tally.seconds, 0.001):.1f}",
                    counts=tally.counts,
                )

            yield show

    def _line_now_and_then(self) -> Callable[[], None]:
        last = time.monotonic()

        def show() -> None:
            nonlocal last
            if time.monotonic() - last < LINE_SECONDS:
                return
            last = time.monotonic()
            tally, rate = self.tally, self.tally.photos / self.tally.seconds
            left, done = "", counted(tally.photos, "photo")
            if self.total:
                done = f"{tally.photos} of {counted(self.total, 'photo')}"
                left = f", {duration((self.total - tally.photos) / rate)} left"
            self.say(f"{done}, {rate:.1f}/s{left}: {tally.counts}")

        return show

    def _count_now(self, count: Callable[[], int]) -> None:
        with contextlib.suppress(PhototagError):  # the run itself reports it
            self.total = count()


@contextlib.contextmanager
def stoppable() -> Iterator[threading.Event]:
    """The first Ctrl-C, TERM or HUP sets the event; a later one has its usual effect."""
    stopped = threading.Event()
    usual = {number: signal.getsignal(number) for number in _stops()}
    first = 0.0

    def stop(number: int, _frame: object) -> None:
        nonlocal first
        if not stopped.is_set():
            first = time.monotonic()
            stopped.set()
        elif time.monotonic() - first > ONE_STOP:
            restore()
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in usual.items():
            signal.signal(number, handler)

    for number in usual:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        restore()


def _stops() -> list[signal.Signals]:
    """The signals that stop a run cleanly, including a closed terminal, except under ``nohup``."""
    found = [signal.SIGINT, signal.SIGTERM]
    hang_up = getattr(signal, "SIGHUP", None)  # not on Windows
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        found.append(hang_up)
    return found


def duration(seconds: float) -> str:
    """``1 h 5 min``, ``12 min 3 s``, ``4 s``."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
