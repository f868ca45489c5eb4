"""A damaged row of the state file is as good as none; the rest of the file goes on."""

from __future__ import annotations

import gc
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import phototag
from phototag import errors
from phototag.cli import main
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")

DEEP = "[" * 100_000 + "]" * 100_000
#: What may stand in any column.
DAMAGED: dict[str, Any] = {
    "zeros": b"\0" * 40,
    "text": "what is this",
    "no utf-8": "CAST(x'ff80fe' AS TEXT)",
    "number": 5,
    "infinite": float("inf"),
    "empty": b"",
    "json": zlib.compress(b"[1, 2]"),
    "other json": zlib.compress(json.dumps({"order": {"record": 5}, "record": 5}).encode()),
    "deep": zlib.compress(DEEP.encode()),
    "cut off": zlib.compress(b"{}" * 400)[:-9],
    "deep text": DEEP,
    "error of numbers": "[1, 2, 3]",
}


@pytest.fixture
def tagged(tree: Path, state: Path) -> dict[str, bytes]:
    """The contents before, of a tree that has been tagged."""
    before = content(tree)
    tag(tree, state)
    return before


def tag(tree: Path, state: Path, **options: object) -> dict[str, phototag.TreeOutcome]:
    outcomes = phototag.tag_catalogue(tree, state=state, **options)  # type: ignore[arg-type]
    return {Path(outcome.photo).name: outcome for outcome in outcomes}


def damage(state: Path, table: str, column: str, what: str, where: str = "1") -> None:
    value = DAMAGED[what]
    with closing(sqlite3.connect(state)) as sql, sql:
        into, values = ("?", (value,)) if what != "no utf-8" else (value, ())
        assert sql.execute(f"UPDATE {table} SET {column} = {into} WHERE {where}", values).rowcount


@pytest.mark.parametrize("what", DAMAGED)
def test_a_photo_that_is_not_known_is_read_again(
    tree: Path, state: Path, tagged: dict[str, bytes], what: str
) -> None:
    now = content(tree)
    for column in ("looks", "picture", "settings", "kind", "mark", "written", "error"):
        damage(state, "photos", column, what, "name = CAST('cat.jpg' AS BLOB)")
        again = tag(tree, state)
        assert [name for name, outcome in again.items() if outcome.error] == ["broken.jpg"]
        assert content(tree) == now
        again = tag(tree, state)
        assert str(again["cat.jpg"].verdict_from) == "unchanged"
    assert [o.error for o in phototag.undo(state=state)] == [None, None, None]
    assert content(tree) == tagged


@pytest.mark.parametrize("what", DAMAGED)
def test_a_scene_that_cannot_be_read_is_made_again(
    tree: Path, state: Path, tagged: dict[str, bytes], what: str
) -> None:
    damage(state, "scenes", "scene", what)
    again = tag(tree, state, keywords="full")
    assert [name for name, outcome in again.items() if outcome.error] == ["broken.jpg"]
    assert str(again["cat.jpg"].verdict_from) == "analysed"
    assert str(tag(tree, state, keywords="standard")["cat.jpg"].verdict_from) == "recalled"


@pytest.mark.parametrize("what", DAMAGED)
def test_a_correction_that_cannot_be_read_does_not_hold(tree: Path, state: Path, what: str) -> None:
    tag(tree, state, corrections={"ab": phototag.Kind.OTHER, "cd": phototag.Kind.OTHER})
    damage(state, "decisions", "said", what, "picture = 'ab'")
    assert str(tag(tree, state)["cat.jpg"].verdict_from) == "unchanged"


@pytest.mark.parametrize(
    ("column", "what"),
    [("before", what) for what in DAMAGED]
    + [("name", "text"), ("folder", "number"), ("picture", "zeros")],
)
def test_a_change_whose_entry_is_damaged_is_named_and_left(
    tree: Path, state: Path, tagged: dict[str, bytes], column: str, what: str
) -> None:
    damage(state, "changes", column, what, "name = CAST('cat.jpg' AS BLOB)")
    now = (tree / "cat.jpg").read_bytes()
    done = CliRunner().invoke(main, ["undo", "--state", str(state)])
    assert (done.exit_code, "in the log of run 1 is damaged" in done.stderr) == (1, True)
    assert "use `phototag remove`" in done.stderr
    assert content(tree) == tagged | {"cat.jpg": now}


@pytest.mark.parametrize(
    ("folder", "name"),
    [(b"..", b"x.jpg"), (b"", b"../x.jpg"), (b"/tmp", b"x.jpg"), (b"a/..", b"b")],
)
def test_an_entry_leads_nowhere_else(
    tree: Path, state: Path, tagged: dict[str, bytes], folder: bytes, name: bytes
) -> None:
    with closing(sqlite3.connect(state)) as sql, sql:
        query = "UPDATE changes SET folder = ?, name = ? WHERE name = CAST('cat.jpg' AS BLOB)"
        sql.execute(query, (folder, name))
    refused = [o.error for o in phototag.undo(state=state) if o.error]
    assert [type(error) for error in refused] == [errors.WriteRefused]


@pytest.mark.parametrize("what", ["zeros", "text", "infinite", "no utf-8"])
@pytest.mark.parametrize("column", ["started", "ended", "software", "settings"])
def test_a_run_that_is_damaged_is_listed_and_undone(
    tree: Path, state: Path, tagged: dict[str, bytes], column: str, what: str
) -> None:
    damage(state, "runs", column, what)
    listed = CliRunner().invoke(main, ["undo", "--list", "--state", str(state)])
    assert (listed.exit_code, listed.stdout.split()[0]) == (0, "1"), listed.stderr
    assert CliRunner().invoke(main, ["undo", "--list", "--json", "--state", str(state)]).stdout
    assert [o.error for o in phototag.undo(state=state)] == [None, None, None]
    assert content(tree) == tagged


def test_a_run_without_a_folder_is_left(tree: Path, state: Path, tagged: dict[str, bytes]) -> None:
    with closing(sqlite3.connect(state)) as sql, sql:
        sql.execute("DELETE FROM roots")
    now = content(tree)
    assert CliRunner().invoke(main, ["undo", "--list", "--state", str(state)]).exit_code == 0
    assert CliRunner().invoke(main, ["undo", "--state", str(state)]).exit_code == 1
    assert content(tree) == now


@pytest.fixture
def uncollected() -> Iterator[None]:
    """What earlier tests have left is not collected meanwhile: its finalizers would begin near the end of the stack."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("option", ["--corrections", "--vocabulary", "--profiles"])
def test_a_file_of_many_brackets(
    tree: Path, tmp_path: Path, option: str, uncollected: None
) -> None:
    file = tmp_path / "file"
    file.write_text(DEEP if option == "--corrections" else f"x = {DEEP}", encoding="utf-8")
    done = CliRunner().invoke(main, ["tag", str(tree), option, str(file)])
    assert (done.exit_code, "too many levels" in done.stderr) == (3, True)


def test_a_lone_surrogate_in_a_corrections_file(tree: Path, state: Path, tmp_path: Path) -> None:
    row = {"path": "\ud800.jpg", "picture": "\ud800", "is": "portrait"}
    saved = {"schema": 1, "what": "phototag corrections", "corrections": [row]}
    (file := tmp_path / "corrections.json").write_text(json.dumps(saved), encoding="utf-8")
    words = ["tag", str(tree), "--state", str(state), "--corrections", str(file)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "not a corrections file" in done.stderr) == (3, True)
    saved["corrections"] = [row | {"picture": "ab"}]
    file.write_text(json.dumps(saved), encoding="utf-8")
    assert CliRunner().invoke(main, words).exit_code == 1  # broken.jpg
