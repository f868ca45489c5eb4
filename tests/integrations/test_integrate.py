"""``phototag integrate``: what it writes, what it refuses, and what is left when it was ended at any moment."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import processes
from homes import ELSEWHERE, Home
from phototag import errors
from phototag.integrations import ledger, setting_up, table
from phototag.integrations.application import Application, Command
from phototag.integrations.placing import OwnFile
from phototag.integrations.setting_up import Deed, Setup

NAMES = [one.name for one in table.APPLICATIONS]
MENU = "kio/servicemenus/phototag.desktop"
OPEN_WITH = "applications/phototag.desktop"


@pytest.mark.parametrize("name", ["dolphin", "nautilus", "explorer", "finder"])
def test_every_file_is_named_and_all_is_taken_back(home: Home, name: str) -> None:
    told = home.run("integrate", name).splitlines()
    files = {str(path) for path in home.data.rglob("*") if path.is_file()}
    assert files
    assert {line.removesuffix(": written") for line in told[:-1]} == files
    assert told[-1] == table.by_name(name).steps
    again = home.run("integrate", name).splitlines()
    assert {line.rpartition(": ")[2] for line in again[:-1]} == {"unchanged"}
    back = home.run("integrate", name, "--remove").splitlines()
    assert {line.removesuffix(": taken back") for line in back} == files
    assert home.files() == set()
    assert "nothing of phototag is set up" in home.run("integrate", name, "--remove")


def test_the_list_says_what_is_set_up(home: Home) -> None:
    home.run("integrate", "dolphin")
    rows = [json.loads(line) for line in home.run("integrate", "--list", "--json").splitlines()]
    assert [row["name"] for row in rows] == NAMES
    setups = {row["name"]: row["setup"] for row in rows}
    assert setups == dict.fromkeys(NAMES, "none") | {"dolphin": "current"}
    (dolphin,) = [row for row in rows if row["name"] == "dolphin"]
    assert dolphin["paths"] == [str(home.data / MENU), str(home.data / OPEN_WITH)]
    assert "dolphin: Dolphin" in home.run("integrate", "--list")


def test_the_list_tells_a_change_and_an_earlier_version(home: Home) -> None:
    home.run("integrate", "dolphin")
    dolphin = table.by_name("dolphin")

    def setup() -> Setup:
        (found,) = [one for one in setting_up.overview() if one.name == dolphin.name]
        return found.setup

    (home.data / MENU).unlink()
    assert setup() is Setup.OLDER
    home.run("integrate", "dolphin")
    assert setup() is Setup.CURRENT
    (home.data / MENU).write_text("mine", encoding="utf-8")
    assert setup() is Setup.CHANGED
    (home.data / MENU).unlink()
    (home.data / MENU).symlink_to("/etc/passwd")
    assert setup() is Setup.CHANGED


def test_an_earlier_version_is_replaced(home: Home) -> None:
    dolphin = table.by_name("dolphin")
    _integrate(dolphin, ELSEWHERE)
    before = (home.data / MENU).read_bytes()
    assert home.run("integrate", "dolphin").count(": written") == 2
    assert (home.data / MENU).read_bytes() != before
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()


def test_what_a_later_version_has_no_more_is_taken_back(home: Home) -> None:
    def pieces(*names: str) -> Application:
        files = tuple(OwnFile(path=str(home.data / name), content=b"1") for name in names)
        return _application(files)

    setting_up.integrate(pieces("a", "old/b"))
    done = setting_up.integrate(pieces("a", "c"))
    assert [(Path(one.path).name, one.deed) for one in done] == [
        ("a", Deed.UNCHANGED), ("c", Deed.WRITTEN), ("b", Deed.TAKEN_BACK),
    ]  # fmt: skip
    assert home.files() == {"a", "c"}


def test_nothing_is_written_when_somebody_elses_file_is_in_the_way(home: Home) -> None:
    foreign = home.data / OPEN_WITH
    foreign.parent.mkdir()
    foreign.write_text("mine", encoding="utf-8")
    told = home.run("integrate", "dolphin", code=3)
    assert str(foreign) in told
    assert "rename it" in told
    assert home.files() == {"applications", OPEN_WITH}
    assert foreign.read_text(encoding="utf-8") == "mine"


def test_a_changed_file_is_left_and_told(home: Home) -> None:
    home.run("integrate", "dolphin")
    menu = home.data / MENU
    placed = menu.read_bytes()
    menu.write_text("mine", encoding="utf-8")
    assert "not phototag's, or has been changed" in home.run("integrate", "dolphin", code=3)
    told = home.run("integrate", "dolphin", "--remove", code=1)
    assert f"{menu}: left; it has been changed since" in told
    assert f"{home.data / OPEN_WITH}: taken back" in told
    assert menu.read_text(encoding="utf-8") == "mine"
    menu.write_bytes(placed)
    assert f"{menu}: taken back" in home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()


def test_what_cannot_be_taken_back_now_is_told_and_stays_known(home: Home) -> None:
    home.run("integrate", "dolphin")
    menu = home.data / MENU
    menu.rename(home.data / "aside")
    menu.mkdir()
    told = home.run("integrate", "dolphin", "--remove", code=3)
    assert f"{menu}: not taken back; this is not a file" in told
    menu.rmdir()
    (home.data / "aside").rename(menu)
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()


def test_a_file_that_two_applications_need_goes_with_the_second(home: Home) -> None:
    home.run("integrate", "dolphin")
    assert f"{home.data / OPEN_WITH}: unchanged" in home.run("integrate", "nautilus")
    told = home.run("integrate", "dolphin", "--remove")
    assert f"{home.data / OPEN_WITH}: kept; nautilus still needs it" in told
    assert (home.data / OPEN_WITH).is_file()
    home.run("integrate", "nautilus", "--remove")
    assert home.files() == set()


def test_folders_of_the_user_stay(home: Home) -> None:
    (home.data / "kio" / "servicemenus").mkdir(parents=True)
    home.run("integrate", "dolphin")
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == {"kio", "kio/servicemenus"}


def test_a_folder_that_was_made_stays_while_somebody_uses_it(home: Home) -> None:
    home.run("integrate", "dolphin")
    (home.data / "kio" / "mine").touch()
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == {"kio", "kio/mine"}


def test_files_with_no_fixed_place_go_where_the_user_says(home: Home) -> None:
    one, two = home.path / "one place", home.path / "two"
    assert f"{one / 'phototag-finder.sh'}: written" in home.run(
        "integrate", "finder", "--folder", "one place"
    )
    assert ": written" not in home.run("integrate", "finder"), "the folder is remembered"
    told = home.run("integrate", "finder", "--folder", two)
    assert f"{one / 'phototag-finder.sh'}: taken back" in told
    assert not one.exists()
    home.run("integrate", "finder", "--remove")
    assert not two.exists()
    assert "fixed place" in home.run("integrate", "dolphin", "--folder", two, code=2)


@pytest.mark.parametrize(
    "words",
    [
        (), ("dolphin", "--list"), ("--list", "--folder", "x"), ("dolphin", "--remove", "--folder", "x"),
        ("dolfin",),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_refused(home: Home, words: tuple[str, ...]) -> None:
    told = home.run("integrate", *words, code=2)
    assert "Error: " in told
    assert home.files() == set()


def test_a_misspelt_name_gets_the_names(home: Home) -> None:
    told = home.run("integrate", "dolfin", code=2)
    assert all(name in told for name in NAMES)


# ------------------------------------------------------------------------------------ the ledger


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"what": "something else", "schema": 1}',
        '{"what": "phototag integrations", "schema": 1, "entries": [{"placed": {"kind": "file"}}]}',
        '{"what": "phototag integrations", "schema": 1, "entries": [{"placed": {"kind": "?", "path": "/a"}}]}',
        '{"what": "phototag integrations", "schema": "x"}',
    ],
)  # fmt: skip
def test_a_damaged_ledger_is_told_with_a_remedy_that_works(home: Home, text: str) -> None:
    home.run("integrate", "dolphin")
    book = Path(ledger.file())
    book.write_text(text, encoding="utf-8")
    for words in (("dolphin",), ("dolphin", "--remove"), ("--list",)):
        told = home.run("integrate", *words, code=3)
        assert str(book) in told
        assert "is damaged; rename this file" in told
    assert book.read_text(encoding="utf-8") == text
    book.rename(home.path / "aside")
    assert home.run("integrate", "dolphin").count(": unchanged") == 2
    home.run("integrate", "dolphin", "--remove")
    assert {path.name for path in home.data.rglob("*") if path.is_file()} == set()


def test_the_ledger_of_a_newer_version_is_left_alone(home: Home) -> None:
    book = Path(ledger.file())
    book.parent.mkdir(parents=True)
    text = '{"what": "phototag integrations", "schema": 2, "new": 1}'
    book.write_text(text, encoding="utf-8")
    assert "a newer phototag" in home.run("integrate", "dolphin", code=3)
    assert book.read_text(encoding="utf-8") == text
    assert home.files() == set()


def test_the_ledger_is_its_owners_alone(home: Home) -> None:
    home.run("integrate", "dolphin")
    assert Path(ledger.file()).stat().st_mode & 0o777 == 0o600


def test_two_calls_at_once_follow_each_other(home: Home) -> None:
    words = [sys.executable, "-P", "-m", "phototag", "integrate"]
    calls = [
        [*words, name, *more]
        for name in ("dolphin", "nautilus", "finder")
        for more in ((), ("--remove",), ())
    ]
    with contextlib.ExitStack() as running:
        started = [
            running.enter_context(
                processes.started(
                    call, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                )
            )
            for call in calls
        ]
        told = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(calls), told
    for name in ("dolphin", "nautilus", "finder"):
        home.run("integrate", name)
    assert ledger.load().applications.keys() == {"dolphin", "nautilus", "finder"}
    for name in ("dolphin", "nautilus", "finder"):
        home.run("integrate", name, "--remove")
    assert home.files() == set()


def test_a_call_that_waits_too_long_says_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_PATIENCE", 0.1)
    Path(ledger.file()).parent.mkdir(parents=True)
    with (
        FileLock(f"{ledger.file()}.lock"),
        pytest.raises(errors.CatalogueBusy, match="another `phototag integrate`"),
    ):
        setting_up.take_back(table.by_name("dolphin"))


KILLED = """
import os, signal, sys
from phototag.integrations import disk, ledger
from phototag.integrations.application import Command
count = 0
def counted(real, after):
    def call(*given, **more):
        global count
        count += 1
        if not after and count == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*given, **more)
        if after and count == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call
after = sys.argv[2] == "after"
for module, name in ((disk, "make"), (disk, "change"), (ledger, "save")):
    setattr(module, name, counted(getattr(module, name), after))
Command.check = lambda self: None
from phototag.cli import main
main(["integrate", *sys.argv[3:]])
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("then", [(), ("--remove",)])
def test_the_next_call_puts_right_what_a_kill_has_left(
    home: Home, step: int, when: str, then: tuple[str, ...]
) -> None:
    """Ended before or after each of the four writes: the ledger, two files, the ledger."""
    _killed(home, step, when, "dolphin")
    home.run("integrate", "dolphin", *then)
    if not then:
        assert home.run("integrate", "dolphin").count(": unchanged") == 2
        home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()
    assert ledger.load() == ledger.Ledger()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 5))
def test_a_kill_while_an_earlier_version_is_replaced_loses_nothing(
    home: Home, step: int, when: str
) -> None:
    _integrate(table.by_name("dolphin"), ELSEWHERE)
    _killed(home, step, when, "dolphin")
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 4))
def test_a_kill_while_all_is_taken_back_is_put_right(home: Home, step: int, when: str) -> None:
    home.run("integrate", "dolphin")
    _killed(home, step, when, "dolphin", "--remove")
    home.run("integrate", "dolphin", "--remove")
    assert home.files() == set()
    assert ledger.load() == ledger.Ledger()


def _killed(home: Home, step: int, when: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", KILLED, str(step), when, *words],
        env=home.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in {-signal.SIGKILL, 0}, done.stderr


def _integrate(application: Application, command: Command) -> None:
    """Set it up for a phototag elsewhere."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Command, "own", lambda: command)
        patched.setattr(Command, "check", lambda _: None)
        setting_up.integrate(application)


def _application(pieces: tuple[OwnFile, ...]) -> Application:
    def made(_: Command) -> Any:
        return pieces

    return Application(
        name="test", title="Test", version=lambda: None, pieces=made, steps="Nothing."
    )
