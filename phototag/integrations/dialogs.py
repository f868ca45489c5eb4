"""Windows and notifications for commands that are started from a menu, by the small programs that desktops have."""

from __future__ import annotations

import contextlib
import html
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from phototag.errors import printable_text
from phototag.wording import counted

TITLE: Final = "phototag"
_NOTIFY_SECONDS: Final = 10
_SHOWN_SECONDS: Final = 12 * 3600  # a window that nobody closes
_KILL_SECONDS: Final = 5
_SEEN_SECONDS: Final = 0.5  # nobody has seen and closed a window sooner
_LAST_WORDS_SECONDS: Final = 1.0  # until all is read that a program has said before its end
_MOST_SAID, _AT_ONCE = 10_000, 4096  # bytes that are kept of what a program says, and read at once
#: What GTK and Qt say without a screen.
_NO_SCREEN: Final = re.compile(
    rb"(cannot|could not|failed to) (open|connect to|create) (wl_)?display", re.IGNORECASE
)
#: Where Qt could see the beginning of markup, and what goes in between: U+2060, word joiner.
_MARKUP: Final = re.compile(r"(<|&(?=lt;))")
_UNSEEN: Final = "\u2060"
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
            shown = window.show(self._plain(text))
        return shown or self._notify(heading, text)

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
        with _started([self.program, *self._message(text, button)]) as window:
            yield window

    @contextlib.contextmanager
    def counting(self, text: str) -> Iterator[Window | None]:
        """A window with the progress of something, and a button that stops it.  None: there is none."""
        if self.progress is None:
            yield None
            return
        words = [self.progress, "--progress", "--auto-close", f"--title={TITLE}", "--width=420"]
        with _started([*words, f"--text={text}"]) as window:
            yield window

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

    def _plain(self, text: str) -> str:
        """Text that the program shows as it is."""
        lines = printable_text(text) + "\n"
        # kdialog asks Qt of each line whether it looks like markup; with a character between that nobody sees, none does.
        return _MARKUP.sub(rf"\1{_UNSEEN}", lines) if self._is_kdialog else lines

    @property
    def _is_kdialog(self) -> bool:
        return self.program is not None and os.path.basename(self.program) == "kdialog"


class Window:
    """A window that stays while something goes on: the program that shows it, and what it says on standard error."""

    def __init__(self, process: subprocess.Popen[str], errors: int) -> None:
        """Begin to read what it says, so that a program that says much does not stop.

        Args:
            process: the program; its input is a pipe.
            errors: a descriptor from which its standard error is read; closed when it has ended.
        """
        self._process, self._begun = process, time.monotonic()
        self._said, self._ended = b"", 0.0
        self._reading = threading.Thread(target=self._listen, args=(errors,), daemon=True)
        self._reading.start()

    def _listen(self, errors: int) -> None:
        with open(errors, "rb", buffering=0) as stream:
            while more := stream.read(_AT_ONCE):
                self._said = (self._said + more)[-_MOST_SAID:]
        self._ended = time.monotonic()

    @property
    def is_closed(self) -> bool:
        """Whether the user has closed it or pressed its button."""
        return self._process.poll() is not None and self._was_shown()

    @property
    def is_cancelled(self) -> bool:
        """Whether the user has closed it before the end of what it counts: at the end it closes by itself, with 0."""
        return self.is_closed and self._process.returncode != 0

    @property
    def has_failed(self) -> bool:
        """Whether its program has ended without the user: it could not show a window, or was ended."""
        return self._process.poll() is not None and not self._was_shown()

    def _was_shown(self) -> bool:
        """Whether a window was there when the program ended.

        Both programs end with 0 by their button. They end with 1 when the window is closed by its cross, and also where
        there is no screen.
        """
        self._reading.join(_LAST_WORDS_SECONDS)
        code, at_once = self._process.returncode, 0 < self._ended < self._begun + _SEEN_SECONDS
        by_cross = code in {1, 2} and not at_once and not _NO_SCREEN.search(self._said)
        return code == 0 or by_cross

    def show(self, text: str) -> bool:
        """Give it text, and wait until it is closed; whether it was shown."""
        try:
            self._process.communicate(text, timeout=_SHOWN_SECONDS)
        except (subprocess.TimeoutExpired, OSError):
            return True
        return self._was_shown()

    def count(self, done: int, total: int | None) -> None:
        """Show how many are done; of how many, if it is known."""
        stream = self._process.stdin
        if stream is None or self._process.poll() is not None:
            return
        counts = f"{done} of {counted(total, 'photo')}" if total else counted(done, "photo")
        # At 100 it closes by itself.
        percent = f"{min(99, 100 * done // total)}\n" if total else ""
        with contextlib.suppress(OSError, ValueError):
            stream.write(f"{percent}# {counts}\n")
            stream.flush()

    def end(self) -> None:
        """End its program, and wait for that."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=_KILL_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=_KILL_SECONDS)
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()


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
def _started(command: Sequence[str]) -> Iterator[Window | None]:
    """A window, which is ended afterwards; None if its program cannot be started."""
    window = _opened(command)
    try:
        yield window
    finally:
        if window is not None:
            window.end()


def _opened(command: Sequence[str]) -> Window | None:
    errors, given = os.pipe()
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=given,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except OSError:
        os.close(errors)
        return None
    finally:
        os.close(given)
    return Window(process, errors)
