"""Windows and notifications for commands that are started from a menu, by the small programs that desktops have."""

from __future__ import annotations

import contextlib
import html
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final

import attrs

from phototag.errors import printable_text

TITLE: Final = "phototag"
_NOTIFY_SECONDS: Final = 10
_SHOWN_SECONDS: Final = 12 * 3600  # a window that nobody closes
_KILL_SECONDS: Final = 5
_SIZE: Final = ("--width=640", "--height=420")  # px
#: Terminals, with what comes before the command; the first two are the user's choice.
_TERMINALS: Final = (
    ("xdg-terminal-exec",),
    ("x-terminal-emulator", "-e"),
    ("konsole", "-e"),
    ("gnome-terminal", "--"),
    ("kgx", "--"),
    ("xfce4-terminal", "-x"),
    ("xterm", "-e"),
)


@attrs.frozen
class Dialogs:
    """What there is to show something with.

    Attributes:
        program: ``kdialog`` or ``zenity``; None: there is none, or no screen.
        progress: ``zenity``, which alone shows progress without D-Bus; None as above.
        notifier: ``notify-send``; None: there is none.
    """

    program: str | None
    progress: str | None
    notifier: str | None

    @classmethod
    def found(cls, environment: Mapping[str, str] = os.environ) -> Dialogs:
        """Those of this desktop."""
        notifier = shutil.which("notify-send")
        if not has_screen(environment):
            return cls(None, None, notifier)
        of_kde = "kde" in environment.get("XDG_CURRENT_DESKTOP", "").lower()
        names = ("kdialog", "zenity") if of_kde else ("zenity", "kdialog")
        program = next(filter(None, map(shutil.which, names)), None)
        return cls(program, shutil.which("zenity"), notifier)

    def show(self, text: str, *, heading: str = TITLE) -> bool:
        """Show text in a window until it is closed; returns whether it was shown.

        Args:
            text: several lines; shown as they are, without markup.
            heading: of the window.
        """
        if self.program is None:
            return self._notify(heading, text)
        with _started([self.program, *self._text(heading)]) as window:
            if window is None:
                return self._notify(heading, text)
            try:
                _, told = window.communicate(_plain(text), timeout=_SHOWN_SECONDS)
            except (subprocess.TimeoutExpired, OSError):
                return True
        return _was_shown(window.returncode, told) or self._notify(heading, text)

    def tell(self, text: str) -> bool:
        """Show something short: as a notification, otherwise in a window; returns whether it was shown."""
        return self._notify(TITLE, text) or (self.program is not None and self.show(text))

    def _notify(self, heading: str, text: str) -> bool:
        """Show a notification, which vanishes by itself; whether a desktop took it."""
        if self.notifier is None:
            return False
        body = html.escape(printable_text(text), quote=False)  # some desktops show markup
        command = [self.notifier, f"--app-name={TITLE}", "--", printable_text(heading), body]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(
                command, capture_output=True, timeout=_NOTIFY_SECONDS, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            return done.returncode == 0
        return False

    @contextlib.contextmanager
    def shown(self, text: str, button: str) -> Iterator[Window | None]:
        """A window that stays while something goes on; its button ends it.  None: there is none.

        Args:
            text: what it says, in plain words of phototag's own: it may be taken for markup.
            button: what its button says.
        """
        if self.program is None:
            yield None
            return
        with _started([self.program, *self._message(text, button)]) as process:
            yield None if process is None else Window(process)

    @contextlib.contextmanager
    def counting(self, text: str) -> Iterator[Window | None]:
        """A window with the progress of something, and a button that stops it.  None: there is none."""
        if self.progress is None:
            yield None
            return
        words = [self.progress, "--progress", "--auto-close", f"--title={TITLE}", "--width=420"]
        with _started([*words, f"--text={text}"]) as process:
            yield None if process is None else Window(process)

    def _text(self, heading: str) -> tuple[str, ...]:
        if self._is_kdialog:
            return ("--title", heading, "--textbox", "-", "640", "420")
        return ("--text-info", f"--title={heading}", *_SIZE)

    def _message(self, text: str, button: str) -> tuple[str, ...]:
        if self._is_kdialog:
            return ("--title", TITLE, "--ok-label", button, "--msgbox", text)
        return (
            "--info",
            "--no-markup",
            f"--title={TITLE}",
            f"--ok-label={button}",
            f"--text={text}",
        )

    @property
    def _is_kdialog(self) -> bool:
        return self.program is not None and os.path.basename(self.program) == "kdialog"


@attrs.frozen
class Window:
    """A window that stays while something goes on."""

    _process: subprocess.Popen[str]

    @property
    def is_closed(self) -> bool:
        """Whether the user has closed it or pressed its button."""
        return self._process.poll() is not None

    def count(self, done: int, total: int | None) -> None:
        """Show how many are done; of how many, if it is known."""
        stream = self._process.stdin
        if stream is None or self.is_closed:
            return
        of = f" of {total}" if total else ""
        # At 100 it closes by itself.
        percent = f"{min(99, 100 * done // total)}\n" if total else ""
        with contextlib.suppress(OSError, ValueError):
            stream.write(f"{percent}# {done}{of} photos\n")
            stream.flush()


def has_screen(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether windows can be shown, as far as is known before one is tried."""
    by_system = sys.platform in {"win32", "darwin"}
    return by_system or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def terminal() -> tuple[str, ...] | None:
    """What starts a command in a terminal of its own; None: there is none, or no screen."""
    if not has_screen():
        return None
    for name, *words in _TERMINALS:
        if path := shutil.which(name):
            return (path, *words)
    return None


@contextlib.contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str] | None]:
    """A window's program, which is ended afterwards; None if it cannot be started."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except OSError:
        yield None
        return
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=_KILL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=_KILL_SECONDS)
    streams: tuple[IO[str] | None, ...] = (process.stdin, process.stderr)
    for stream in streams:
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()


def _was_shown(code: int, told: str) -> bool:
    """Whether a window was there: both programs end with 1 when it is closed by its cross, and without a screen."""
    return code in {0, 1, 2} and "display" not in told


def _plain(text: str) -> str:
    return printable_text(text) + "\n"
