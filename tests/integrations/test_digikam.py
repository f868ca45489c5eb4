"""The real digiKam: photos are tagged from its menu, searches find photos in its Search view, and all of it goes again."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

import processes
from digikam import Home
from digikam_library import CASUAL, FROM_MENU, OWN, PORTRAIT, Library

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("digikam")]

CLOSE, TWO_LINES = FROM_MENU
#: What the searches find, in the order of the sidebar. "Styles/headshot" of the user's own is in none.
FOUND = {
    "phototag: Half-length": {PORTRAIT},
    "phototag: Headshots": {CASUAL, CLOSE},
    "phototag: Headshots, casual": {CASUAL},
    "phototag: Portraits": {PORTRAIT, TWO_LINES},
    "phototag: Portraits of one person": {PORTRAIT},
}


def unrated(home: Home, stars: int) -> bool:
    return not home.rated(stars)


def test_digikam_lists_what_its_open_with_menu_has_tagged(library: Library) -> None:
    """Names with quotes, variables and line breaks; digiKam has read the photos again by itself."""
    assert library.tags[CLOSE] == {"phototag/kind/headshot"}
    assert library.tags[TWO_LINES] == {"phototag/kind/portrait"}
    assert library.tags[OWN] == {"Styles/headshot"}


def test_searches_find_photos_in_digikam_until_they_are_taken_back(library: Library) -> None:
    home = library.home
    query = "SELECT id, type, name, query FROM Searches"
    before = home.ask(query)
    set_up = library.phototag("integrate", "digikam", "--json")
    assert set_up.returncode == 0, set_up.stderr
    assert {name for (name,) in home.ask("SELECT name FROM Searches")} == FOUND.keys()
    with home.open() as window:
        refused = library.phototag("integrate", "digikam", "--remove")
        assert "digiKam is open" in refused.stdout
        assert refused.returncode != 0
        window.act("browse_search")
        for row, (name, expected) in enumerate(FOUND.items()):
            assert window.found_by(row, expected, stars=row + 1) == expected, name
            window.act("rateshortcut-0")
            processes.wait_until(functools.partial(unrated, home, row + 1), 10)
            window.picture(home.pictures / f"{row}.png")
    removed = library.phototag("integrate", "digikam", "--remove", "--json")
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert {json.loads(line)["deed"] for line in removed.stdout.splitlines()} == {"taken_back"}
    assert home.ask(query) == before
    state = Path(home.session.environment["XDG_STATE_HOME"])
    left = {path.name for path in state.rglob("digikam4*")}  # digiKam 8 has a file of its own there
    assert left == set()
    assert not (home.session.scratch / "data" / "applications").exists()
