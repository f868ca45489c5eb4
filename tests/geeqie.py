"""The real Geeqie, driven without a person: its remote control shows photos, its pane lists their keywords.

What stands in the pane is asked for by AT-SPI, the interface for screen readers: Geeqie's remote control has
no command for keywords.
"""

from __future__ import annotations

import ast
import functools
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import attrs

import desktop
import processes
from desktop import Listed, Session

PROGRAMS: Final = ("geeqie", "Xvfb", "dbus-daemon", "gdbus")
_CONFIG: Final = """<gq><layout id="lw1" main_window.w="1000" main_window.h="700"><bar enabled="true" width="300">
<clear/><pane_keywords id="keywords" expanded="true" key="Xmp.dc.subject"/></bar></layout></gq>"""
_REGISTRY: Final = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
_NO_TEXT: Final = {
    "combo box",
    "menu bar",
    "panel",
    "table",
    "tool bar",
    "tree table",
}  # many parts, no text view
_MULTI_LINE: Final = 1 << 17  # of the states of a part

#: A part of what a program shows: the program's name on the bus, and a path.
Part: TypeAlias = tuple[str, str]


def listed(folder: Path, scratch: Path) -> Listed:
    """The keywords that Geeqie shows of each photo in a folder.

    Args:
        folder: of the photos; only read.
        scratch: a new folder for Geeqie's own files.
    """
    with desktop.session(scratch, services=("org.a11y.Bus",)) as session:
        config = scratch / "config" / "geeqie"
        config.mkdir()
        (config / "geeqierc.xml").write_text(_CONFIG, encoding="utf-8")
        photos = desktop.photos(desktop.copied(folder, scratch))
        with session.program("geeqie", photos[0]):
            screen = _Screen(session)
            # Asked before it listens, "geeqie --remote" would become a second Geeqie.
            processes.wait_until((config / ".command").exists, 30)
            time.sleep(1)
            processes.wait_until(lambda: _shows(session, photos[0]), 30)
            pane = next(screen.texts(_REGISTRY))
            found = {}
            for photo in photos:
                session.run("geeqie", "--remote", f"--file:{photo}")
                processes.wait_until(functools.partial(_shows, session, photo), 10)
                text, before = screen.read(pane), None
                while text != before:  # the pane follows the picture
                    time.sleep(0.2)
                    text, before = screen.read(pane), text
                found[photo.name] = text.splitlines()
    return found


def _shows(session: Session, photo: Path) -> bool:
    """Whether Geeqie shows a photo."""
    return str(photo) in session.run("geeqie", "--remote", "--tell").splitlines()


@attrs.define
class _Screen:
    """What a reader of screens can ask for.

    Attributes:
        session: of the program.
        bus: the address of the bus of AT-SPI.
    """

    session: Session
    bus: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Ask for the address."""
        answer = self.session.run(
            "gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path",
            "/org/a11y/bus", "--method", "org.a11y.Bus.GetAddress",
        )  # fmt: skip
        (self.bus,) = _values(answer)

    def texts(self, part: Part) -> Iterator[Part]:
        """The texts of several lines in a part."""
        (role,) = _values(self._call(part, "Accessible.GetRoleName"))
        if role == "text":
            states = re.findall(r"\d+(?=[,\]])", self._call(part, "Accessible.GetState"))
            if int(states[0]) & _MULTI_LINE:
                yield part
        elif role not in _NO_TEXT:
            for below in re.findall(
                r"\('([^']+)', (?:objectpath )?'([^']+)'\)",
                self._call(part, "Accessible.GetChildren"),
            ):
                yield from self.texts(below)

    def read(self, text: Part) -> str:
        """What stands in a text."""
        (found,) = _values(self._call(text, "Text.GetText", "0", "--", "-1"))
        return found

    def _call(self, part: Part, method: str, *arguments: str) -> str:
        name, path = part
        return self.session.run(
            "gdbus", "call", "--address", self.bus, "--dest", name, "--object-path", path,
            "--method", f"org.a11y.atspi.{method}", *arguments,
        )  # fmt: skip


def _values(answer: str) -> tuple[str, ...]:
    """The texts in an answer of gdbus, which writes them as Python does."""
    values: tuple[str, ...] = ast.literal_eval(answer)
    return values
