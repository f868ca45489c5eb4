"""``phototag integrate`` with keywords of one's own, and on disks that are full, or come and go."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from homes import ELSEWHERE, Home
from phototag.integrations import ledger, table
from phototag.integrations.placing import OwnFile

MENU = "kio/servicemenus/phototag.desktop"


def test_each_application_tags_with_the_keywords_that_were_chosen_for_it(home: Home) -> None:
    """Those with the same keywords share an entry for *Open With*; it goes with the last of them."""
    one, two = home.path / "one.toml", home.path / "my words.toml"
    for file in (one, two):
        file.write_text('root = "Bildart"\n', encoding="utf-8")
    home.run("integrate", "dolphin", "--vocabulary", one)
    home.run("integrate", "nautilus", "--vocabulary", "my words.toml")
    entries = _open_with(home)
    assert {name: words.count(str(file)) for name, words in entries.items() for file in (one, two)
            if str(file) in words} == {
        "Tag with phototag (one)": 1, "Tag with phototag (my words)": 1,
    }  # fmt: skip
    assert f"desktop tag --vocabulary {one} %U" in (home.data / MENU).read_text("utf-8")
    scripts = home.data / "nautilus" / "scripts" / "phototag"
    tags = {path.name: str(two) in path.read_text("utf-8") for path in scripts.iterdir()}
    assert tags == {"Tag with phototag": True, "Review folder": True, "Show verdict": False}
    assert home.run("integrate", "dolphin").count(": unchanged") == 2, "they are remembered"
    home.run("integrate", "nautilus", "--vocabulary", one)
    assert _open_with(home).keys() == {"Tag with phototag (one)"}
    home.run("integrate", "dolphin", "--remove")
    assert _open_with(home).keys() == {"Tag with phototag (one)"}
    home.run("integrate", "nautilus", "--remove")
    assert home.files() == set()


def _open_with(home: Home) -> dict[str, str]:
    """The commands of the entries for *Open With*, by their names in menus."""
    files = [path.read_text("utf-8").splitlines() for path in home.data.glob("applications/*")]
    lines = [dict(line.split("=", 1) for line in file if "=" in line) for file in files]
    return {found["Name"]: found["Exec"] for found in lines}


def test_an_application_that_is_refused_its_keywords_is_left_as_it_is(home: Home) -> None:
    words = home.path / "100%.toml"
    words.write_text('root = "Bildart"\n', encoding="utf-8")
    told = home.run("integrate", "explorer", "--vocabulary", words, code=2)
    assert "give the file another name" in told
    assert home.files() == set()


# --------------------------------------------------------------- disks that come and go, and full ones


@pytest.mark.parametrize(
    ("name", "place"), [("finder", "disk"), ("darktable", "config"), ("dolphin", "data")]
)
def test_what_lies_in_a_folder_that_is_not_there_is_not_taken_for_taken_back(
    home: Home, name: str, place: str
) -> None:
    """As of a disk that is not connected: the folder is one that phototag has not made."""
    disk, away = home.path / place, home.path / "away"
    disk.mkdir(exist_ok=True)
    more = ("--folder", disk / "tools") if name == "finder" else ()
    home.run("integrate", name, *more)
    paths = [path for path in disk.rglob("*") if path.is_file()]
    disk.rename(away)
    told = home.run("integrate", name, "--remove", code=3)
    assert told.count(f": not taken back; {disk} is not there") == len(told.splitlines()) > 1
    away.rename(disk)
    told = home.run("integrate", name, "--remove")
    assert all(path.name in told for path in paths)
    assert list(disk.iterdir()) == []
    assert ledger.load() == ledger.Ledger()


def test_what_the_user_has_deleted_is_taken_for_taken_back(home: Home) -> None:
    """Folders that phototag has made may be gone; for others, making them again says that they are not to come back."""
    own = home.path / "mine"
    own.mkdir()
    home.run("integrate", "finder", "--folder", own / "tools")
    shutil.rmtree(own / "tools")
    assert home.run("integrate", "finder", "--remove").count(": taken back") == 2
    home.run("integrate", "finder", "--folder", own / "tools")
    shutil.rmtree(own)
    assert "make this folder" in home.run("integrate", "finder", "--remove", code=3)
    own.mkdir()
    assert home.run("integrate", "finder", "--remove").count(": taken back") == 2
    assert ledger.load() == ledger.Ledger()


def test_a_disk_that_is_not_mounted_is_not_taken_for_an_empty_one(home: Home) -> None:
    """The folder at which it is mounted is always there. A namespace of its own has the disk."""
    disk = home.path / "disk"
    disk.mkdir()
    mounted = ("unshare", "-rm", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(disk))

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*mounted, *words], env=home.environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    if shutil.which("unshare") is None or run("true").returncode:
        pytest.skip("this system lets nobody mount a disk in a namespace")
    phototag = (sys.executable, "-P", "-m", "phototag", "integrate", "finder")
    done = run(*phototag, "--folder", disk / "tools")
    assert done.returncode == 0, done.stderr
    told = home.run("integrate", "finder", "--remove", code=3)
    assert told.count(f"not taken back; its disk is not connected at {disk}") == 2
    assert run(*phototag, "--remove").stdout.count(": taken back") == 2, "the disk is empty"


def test_what_was_written_before_a_failure_is_named_and_can_be_taken_back(home: Home) -> None:
    """A full disk: the largest of the files does not fit."""
    plugin = table.by_name("darktable").wanted(ELSEWHERE, None)
    size = max(len(piece.content) for piece in plugin if isinstance(piece, OwnFile))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limited(*words: str) -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, limits[1]))
        try:
            return home.run("integrate", "darktable", *words, code=3)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    config = home.path / "config"
    *told, failed, last = limited().splitlines()
    written = {str(path) for path in config.rglob("*") if path.is_file()}
    assert {line.removesuffix(": written") for line in told} == written
    assert len(written) > 3
    assert "service.lua: not written; it cannot be written (File too large)" in failed
    assert "phototag integrate darktable --remove" in last
    assert home.run("integrate", "darktable", "--remove").count(": taken back") > len(written)
    assert list(config.iterdir()) == []
    rows = [json.loads(line) for line in limited("--json").splitlines()]
    assert {row["deed"] for row in rows[:-1]} == {"written"}
    assert rows[-1]["deed"] == "not_written"
    again = home.run("integrate", "darktable")
    assert again.count(": unchanged") == len(written)
    assert "service.lua: written" in again
    home.run("integrate", "darktable", "--remove")
    assert list(config.iterdir()) == []
