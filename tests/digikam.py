"""The real digiKam, driven without a person: by its actions on the message bus, by keys and clicks, in a home of its own.

What it shows is asked of digiKam itself: it selects all photos in view and rates them, which its database then says.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import attrs

import desktop
import processes
from desktop import Session
from phototag.integrations.installed import version_of

PROGRAMS: Final = (
    "digikam", "Xvfb", "dbus-daemon", "dbus-send", "gdbus", "xdotool", "import", "zenity",
)  # fmt: skip
SIZE: Final = "1280x900"
APPLICATIONS, PHOTO = Path("/usr/share/applications"), "image/jpeg"
#: Where things are in a window of this size.
ALBUM, THUMBNAIL, ROW = (90, 120), (525, 200), 24
_SEARCHES: Final = {"7": (120, 324), "8": (120, 300)}  # digiKam 8 has a row less above them
_SETTINGS: Final = """[General Settings]
Version=7.9.0

[Album Settings]
Scan At Start=true
Clean Core DB=false
Show Splash=false

[Database Settings]
Database Type=QSQLITE
Database Name={folder}/
Database Name Face={folder}/
Database Name Similarity={folder}/
Database Name Thumbnails={folder}/
Internal Database Server=false

[Metadata Settings]
Rescan File If Modified={rescan}
"""
_TAGS: Final = """WITH RECURSIVE path(id, p) AS (SELECT id, name FROM Tags WHERE pid = 0
UNION ALL SELECT t.id, path.p || '/' || t.name FROM Tags t JOIN path ON t.pid = path.id)
SELECT i.name, path.p FROM Images i JOIN ImageTags it ON it.imageid = i.id JOIN path ON path.id = it.tagid
WHERE i.status = 1 AND path.p NOT LIKE '\\_Digikam%' ESCAPE '\\'"""


def first_search() -> tuple[int, int]:
    """Where the first search of the sidebar is."""
    return _SEARCHES[(version_of("digikam") or "")[:1]]


@attrs.frozen
class Home:
    """A home in which digiKam has a collection.

    Attributes:
        session: its screen and message bus.
        photos: the folder of the collection.
        database: with tags and searches.
        pictures: a folder for pictures of the screen.
    """

    session: Session
    photos: Path
    database: Path
    pictures: Path

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        address = f"file:{quote(str(self.database))}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=10)) as sql:
            return list(sql.execute(query, values))

    def tags(self) -> dict[str, set[str]]:
        """The tags of each photo, levels divided by ``/``."""
        found: dict[str, set[str]] = {}
        for name, tag in self.ask(_TAGS):
            found.setdefault(str(name), set()).add(str(tag))
        return found

    def rated(self, stars: int) -> set[str]:
        """The photos with a rating."""
        query = "SELECT name FROM Images JOIN ImageInformation ON imageid = id WHERE rating = ? AND status = 1"
        return {str(name) for (name,) in self.ask(query, stars)}

    @contextlib.contextmanager
    def open(self) -> Iterator[Window]:
        """digiKam's window, until the test leaves."""
        with self._started() as window:
            window.come_up()
            yield window
            window.act("app_exit")
            processes.wait_until(lambda: not processes.alive(window.process), 30)

    @contextlib.contextmanager
    def _started(self) -> Iterator[Window]:
        environment = self.session.environment | {
            "QT_QPA_PLATFORM": "xcb", "QTWEBENGINE_DISABLE_SANDBOX": "1",
        }  # fmt: skip
        with (
            (self.session.scratch / "digikam.log").open("a") as log,
            processes.started(
                ["digikam"], seconds=desktop.SECONDS, env=environment, stdout=log, stderr=log
            ) as process,
        ):
            yield Window(self, process.pid)

    def make_database(self) -> None:
        """Have digiKam make its tables, and name the collection in it."""
        self.database.touch()  # where none is, digiKam asks where to make one
        with self._started():
            processes.wait_until(self._has_tables, 60)
            time.sleep(1)
        root = f"volumeid:?path={quote(str(self.photos))}"
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as sql, sql:
            sql.execute(
                "INSERT INTO AlbumRoots (label, status, type, identifier, specificPath) VALUES (?, 0, 1, ?, '/')",
                ("Photos", root),
            )

    def _has_tables(self) -> bool:
        with contextlib.suppress(sqlite3.Error):
            return bool(self.ask("SELECT 1 FROM Settings WHERE keyword = 'DBVersion'"))
        return False


@attrs.frozen
class Window:
    """digiKam's main window.

    Attributes:
        home: of this digiKam.
        process: its number.
    """

    home: Home
    process: int

    def act(self, action: str) -> None:
        """Do an action of the menus."""
        assert "true" in self._call("activateAction", action), action

    def shows_photos(self) -> bool:
        """Whether there are photos in view: digiKam then selects the first, and has actions for it."""
        return "true" in self._call("actionIsEnabled", "image_read_metadata")

    def show(self, place: tuple[int, int]) -> None:
        """Show the photos of an album or a search, and select them all."""
        self.click(place)
        time.sleep(1)  # the photos of before leave the view
        with contextlib.suppress(AssertionError):  # there may be none
            processes.wait_until(self.shows_photos, 5)
        self.act("selectAll")
        time.sleep(0.5)

    def click(self, place: tuple[int, int]) -> None:
        """Click somewhere."""
        x, y = map(str, place)
        self.home.session.run("xdotool", "mousemove", x, y, "click", "1")

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        self.home.session.run("import", "-window", "root", str(path))

    def found_by(self, row: int, expected: set[str], stars: int) -> set[str]:
        """The photos that a search finds: digiKam shows them, and rates them all.

        Args:
            row: of the search in the sidebar's list.
            expected: is waited for.
            stars: a rating that no photo has.
        """
        assert not self.home.rated(stars)
        x, y = first_search()
        self.show((x, y + row * ROW))
        self.act(f"rateshortcut-{stars}")
        with contextlib.suppress(AssertionError):
            processes.wait_until(lambda: self.home.rated(stars) == expected, 6)
        time.sleep(0.3)
        return self.home.rated(stars)

    def open_with_first(self, picture: Path, *, leave: bool = False) -> None:
        """Open the photos in view with the first program in the menu *Open With*.

        Args:
            picture: where to save what is on the screen by then.
            leave: the menu after the picture.
        """
        self.click(THUMBNAIL)  # keys go there
        self.act("selectAll")
        time.sleep(0.5)
        self._menu("Menu")
        self._menu("w")
        self.picture(picture)
        for key in ("Escape", "Escape") if leave else ("Return",):
            self.press(key)

    def close_result(self, picture: Path) -> None:
        """Close the window in which phototag shows what it has done.

        Args:
            picture: where to save what is on the screen before that.
        """
        processes.wait_until(lambda: self._windows("--class", "[Zz]enity"), 20)
        time.sleep(0.5)
        self.picture(picture)
        (number,) = self._windows("--class", "[Zz]enity")
        self.home.session.run("xdotool", "windowfocus", number, "key", "Escape")
        self.home.session.run("xdotool", "windowfocus", self._number())

    def _menu(self, key: str) -> None:
        """Press a key that opens a menu, and wait for it."""
        before = set(self._windows("--class", "digikam"))
        self.press(key)
        processes.wait_until(lambda: set(self._windows("--class", "digikam")) - before, 20)
        time.sleep(0.3)

    def press(self, key: str) -> None:
        """Press a key."""
        self.home.session.run("xdotool", "key", key)

    def come_up(self) -> None:
        """Wait for the window, in the size that the places are for; refuse what digiKam wants to download."""
        processes.wait_until(self._refuses, 60)
        processes.wait_until(lambda: not self._refuses(), 20)
        number = self._number()
        width, height = SIZE.split("x")
        run = self.home.session.run
        run("xdotool", "windowmove", number, "0", "0", "windowsize", number, width, height)
        run("xdotool", "windowfocus", number)  # there is no window manager that does it
        time.sleep(0.5)

    def _refuses(self) -> bool:
        """Whether there was something to refuse: digiKam offers its face models at each start in a new home."""
        dialogs = self._windows("--name", "[Dd]ownload [Rr]equired")
        for dialog in dialogs:
            self._try("xdotool", "windowfocus", dialog, "key", "--window", dialog, "Escape")
        return bool(dialogs)

    def _windows(self, *what: str) -> list[str]:
        return self._try("xdotool", "search", "--onlyvisible", *what).split()

    def _try(self, *command: str) -> str:
        """What a command prints; it fails while a window is just closing, or not there yet."""
        with contextlib.suppress(AssertionError):
            return self.home.session.run(*command)
        return ""

    def _number(self) -> str:
        (found,) = re.findall(r"\d{3,}", self._call("winId"))
        return str(found)

    def _call(self, method: str, *arguments: str) -> str:
        return self.home.session.run(
            "gdbus", "call", "--session", "--timeout", "20", "--dest", f"org.kde.digikam-{self.process}",
            "--object-path", "/Digikam", "--method", f"org.kde.KMainWindow.{method}", *arguments,
        )  # fmt: skip


@contextlib.contextmanager
def home(scratch: Path, *, rescan: bool) -> Iterator[Home]:
    """A new home with a database and an empty collection.

    No application of the system opens its photos: the menu *Open With* lists those in no order.

    Args:
        scratch: a folder for all of it; made here.
        rescan: whether digiKam reads files again that other programs have changed.
    """
    desktop.installed(*PROGRAMS)
    with desktop.session(scratch, size=SIZE) as made_session:
        folder = scratch / "own"
        session = attrs.evolve(
            made_session,
            environment=made_session.environment | {"XDG_STATE_HOME": str(scratch / "state")},
        )
        made = Home(session, scratch / "photos", folder / "digikam4.db", scratch / "pictures")
        for new in (folder, made.photos, made.pictures):
            new.mkdir()
        (scratch / "config" / "digikamrc").write_text(
            _SETTINGS.format(folder=folder, rescan=str(rescan).lower()), encoding="utf-8"
        )
        others = [
            path.name for path in APPLICATIONS.glob("*.desktop") if PHOTO in path.read_text("utf-8")
        ]
        (scratch / "config" / "mimeapps.list").write_text(
            f"[Removed Associations]\n{PHOTO}={';'.join(sorted(others))};\n", encoding="utf-8"
        )
        made.make_database()
        yield made
