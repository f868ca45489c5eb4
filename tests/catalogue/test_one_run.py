"""One command is one run, on however many folders; its corrections are undone with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import phototag
from checks import found
from phototag import Kind, errors
from phototag.catalogue import database
from phototag.catalogue.current_run import CurrentRun
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import State
from phototag.metadata.picture_hash import digest
from phototag.options import CatalogueOptions
from phototag.worker.pool import Pool
from trees import content

pytestmark = pytest.mark.usefixtures("unsealed")


@pytest.fixture
def other(tree: Path) -> Path:
    """A second folder, of one photo."""
    folder = tree.parent / "Other"
    folder.mkdir()
    with Image.open(tree / "cat.jpg") as cat:
        cat.rotate(180).save(folder / "upside.jpg")
    return folder


def tag(state: Path, *roots: Path, **options: object) -> list[phototag.TreeOutcome]:
    return list(phototag.tag_catalogue(roots, state=state, **options))  # type: ignore[arg-type]


def undo(state: Path, run: int | None = None) -> list[str]:
    return [str(o.error) for o in phototag.undo(run=run, state=state) if o.error is not None]


def command(*words: str | Path) -> Result:
    from phototag.cli import main

    return CliRunner().invoke(main, [str(word) for word in words])


def kinds_of(state: State) -> dict[str, Kind | None]:
    """The kinds that people have set, by picture."""
    return {picture: decision.kind for picture, decision in state.decisions().items()}


def kinds(*roots: Path) -> dict[str, str]:
    """What the photos say, and whether a person has decided it."""
    found = {}
    for root in roots:
        for path in sorted(root.rglob("*.jpg")):
            if path.name != "broken.jpg":
                record = phototag.read(path)
                found[path.name] = f"{record.kind}, {record.corrected}" if record else "nothing"
    return found


# --------------------------------------------------------------------------- several folders


def test_two_folders_are_taken_back_together(tree: Path, other: Path, state: Path) -> None:
    before = content(tree), content(other)
    told = command("tag", tree, other, "--state", state).stderr
    assert re.findall(r"phototag undo (\d+)", told) == ["1"]
    (run,) = phototag.runs(state)
    assert (run.roots, run.changes, run.ended is None) == ((str(tree), str(other)), 4, False)
    listed = command("undo", "--list", "--state", state).stdout
    assert listed.rstrip().endswith(f"4 photos  {tree}, {other}")
    row = json.loads(command("undo", "--list", "--json", "--state", state).stdout)
    assert row["roots"] == [str(tree), str(other)]
    done = command("undo", "--state", state)
    assert (done.exit_code, content(tree), content(other)) == (0, *before)


def test_photos_that_a_killed_run_has_perhaps_written_are_counted_by_themselves(
    tree: Path, state: Path
) -> None:
    with State(state) as run_log:
        number = run_log.root(os.fsencode(tree))
        run = run_log.begin([number], "", "1")
        for name in (b"1.jpg", b"2.jpg", b"3.jpg"):
            run_log.intend(run, PhotoKey(number, b"", name), "ab", None)
        run_log.settle(run, PhotoKey(number, b"", b"1.jpg"), changed=True)
    (one,) = phototag.runs(state)
    assert (one.changes, one.unfinished, one.can_be_undone) == (1, 2, True)
    listed = command("undo", "--list", "--state", state).stdout
    assert "  1 photo and perhaps 2 more, interrupted  " in listed


def test_a_check_tells_a_run_of_failed_photos_as_interrupted_only_if_it_resumed_one_that_was(
    tmp_path: Path, state: Path
) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    with State(state) as run_log, Pool(1) as pool:
        for interrupted in (False, True):
            whole = CurrentRun([str(root)], CatalogueOptions(), "a", run_log, pool)
            part = CurrentRun([str(root)], CatalogueOptions(failed=True), "a", run_log, pool)
            if interrupted:
                assert whole.number == part.number  # it is not completed
            assert part.number > 0  # as when a photo is about to be written
            part.complete()
            expected = [("empty", "interrupted")] if interrupted else []
            assert found(root, state) == expected


def test_the_same_command_resumes_it_and_another_does_not(
    tree: Path, other: Path, state: Path
) -> None:
    stop = threading.Event()
    for outcome in phototag.tag_catalogue([tree, other], state=state, stop=stop):
        if outcome.change:
            stop.set()
    (run,) = phototag.runs(state)
    assert (run.ended, run.changes < 4) == (None, True)
    tag(state, other, tree)
    (run,) = phototag.runs(state)
    assert (run.ended is None, run.changes) == (False, 4)
    undo(state)
    stop.clear()
    for outcome in phototag.tag_catalogue([tree, other], state=state, stop=stop):
        if outcome.change:
            stop.set()
    tag(state, other)
    _, both, alone = phototag.runs(state)
    assert (both.roots, both.ended) == ((str(tree), str(other)), None)
    assert (alone.roots, alone.ended is None) == ((str(other),), False)


def test_a_file_of_the_time_when_a_run_had_one_folder(tree: Path, other: Path, state: Path) -> None:
    before = content(tree), content(other)
    tag(state, tree)
    tag(state, other)
    tagged = content(other)
    former = state.with_name("former.sqlite3")
    with closing(sqlite3.connect(former)) as sql, sql:
        for script in database.MIGRATIONS[:2]:
            sql.executescript(script)
        sql.execute("PRAGMA user_version = 2")
        sql.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        sql.execute("ATTACH ? AS new", (str(state),))
        for table in ("roots", "scenes", "photos"):
            columns = ", ".join(row[1] for row in sql.execute(f"PRAGMA main.table_info({table})"))
            sql.execute(f"INSERT INTO {table} SELECT {columns} FROM new.{table}")
        sql.execute("INSERT INTO corrections VALUES ('ab', 'headshot')")
        sql.execute(
            "INSERT INTO runs SELECT id, root, settings, software, started, ended"
            " FROM new.runs JOIN new.run_roots ON run = id"
        )
        sql.execute(
            "INSERT INTO changes SELECT run, folder, name, picture, before, done, undone"
            " FROM new.changes"
        )
    assert [run.roots for run in phototag.runs(former)] == [(str(tree),), (str(other),)]
    assert undo(former, 1) == []
    assert (content(tree), content(other)) == (before[0], tagged)
    assert undo(former) == []
    assert content(other) == before[1]
    tag(former, tree, other)
    assert [run.number for run in phototag.runs(former)] == [1, 2, 3]
    with State(former) as run_log:
        assert kinds_of(run_log) == {"ab": Kind.HEADSHOT}


def test_one_folder_busy_means_nothing_is_undone(tree: Path, other: Path, state: Path) -> None:
    from phototag.catalogue.lock import locked

    tag(state, tree, other)
    before = content(tree), content(other)
    with locked([str(other)]), pytest.raises(errors.CatalogueBusy):
        undo(state)
    assert (content(tree), content(other)) == before


# --------------------------------------------------------------------------- corrections


def picture(path: Path) -> str:
    return digest(path.read_bytes(), str(path))


def test_a_correction_is_undone_for_good(tree: Path, state: Path) -> None:
    before = content(tree)
    tag(state, tree, corrections={picture(tree / "cat.jpg"): Kind.PORTRAIT})
    assert kinds(tree)["cat.jpg"] == "portrait, True"
    assert [(run.changes, run.corrections) for run in phototag.runs(state)] == [(3, 1)]
    assert undo(state) == []
    assert content(tree) == before
    tag(state, tree)
    assert kinds(tree)["cat.jpg"] == "other, False"


def test_the_correction_before_is_back(tree: Path, state: Path) -> None:
    cat = picture(tree / "cat.jpg")
    tag(state, tree, corrections={cat: Kind.PORTRAIT})
    tag(state, tree, corrections={cat: Kind.HEADSHOT})
    assert kinds(tree)["cat.jpg"] == "headshot, True"
    assert undo(state) == []
    assert kinds(tree)["cat.jpg"] == "portrait, True"
    assert [str(o.verdict_from) for o in tag(state, tree) if o.photo.endswith("cat.jpg")] == [
        "recalled"
    ]
    assert kinds(tree)["cat.jpg"] == "portrait, True"


def test_one_that_changed_no_photo_is_a_run_too(tree: Path, state: Path) -> None:
    tag(state, tree)
    tag(state, tree, corrections={"ab": Kind.PORTRAIT})  # of a photo that is not here
    assert [(run.changes, run.corrections) for run in phototag.runs(state)] == [(3, 0), (0, 1)]
    assert "0 photos, 1 correction" in command("undo", "--list", "--state", state).stdout
    assert undo(state) == []
    with State(state) as run_log:
        assert kinds_of(run_log) == {}
    assert [(run.changes, run.corrections) for run in phototag.runs(state)] == [(3, 0)]


def test_the_correction_of_a_photo_that_stays_as_it_is_stays(tree: Path, state: Path) -> None:
    cat = picture(tree / "cat.jpg")
    tag(state, tree, corrections={cat: Kind.PORTRAIT, "ab": Kind.OTHER})
    tag(state, tree, keywords="full")  # says more of it
    assert any("undo that run first" in line for line in undo(state, 1))
    with State(state) as run_log:
        assert kinds_of(run_log) == {cat: Kind.PORTRAIT}
    assert undo(state) == []
    assert undo(state) == []
    with State(state) as run_log:
        assert kinds_of(run_log) == {}


def test_an_earlier_run_is_undone_and_the_later_word_holds(tree: Path, state: Path) -> None:
    tag(state, tree, corrections={"ab": Kind.PORTRAIT})
    tag(state, tree, corrections={"ab": Kind.HEADSHOT})
    assert undo(state, 1) == []
    with State(state) as run_log:
        assert kinds_of(run_log) == {"ab": Kind.HEADSHOT}
    assert undo(state, 2) == []
    with State(state) as run_log:
        assert kinds_of(run_log) == {}


@pytest.mark.parametrize("whole", [False, True])
def test_a_correction_is_forgotten(tree: Path, state: Path, whole: bool) -> None:
    cat, portrait = tree / "cat.jpg", tree / "2023" / "portrait.jpg"
    said = {picture(cat): Kind.PORTRAIT, picture(portrait): Kind.OTHER}
    tag(state, tree, corrections=said)
    dry = command("tag", tree, "--forget", cat, "--state", state, "--dry-run")
    assert (dry.exit_code, kinds(tree)["cat.jpg"]) == (1, "portrait, True")
    forget = tree if whole else cat
    command("tag", tree, "--forget", forget, "--state", state)
    expected = {
        "cat.jpg": "other, False",
        "portrait.jpg": "portrait, False" if whole else "other, True",
    }
    assert kinds(tree) == expected
    tag(state, tree)
    assert kinds(tree) == expected
    assert undo(state) == []  # it can be taken back as well
    tag(state, tree)
    assert kinds(tree) == {"cat.jpg": "portrait, True", "portrait.jpg": "other, True"}


def test_what_cannot_be_forgotten(tree: Path, state: Path) -> None:
    tag(state, tree, corrections={"ab": Kind.PORTRAIT})
    done = command("tag", tree, "--forget", tree / "missing.jpg", "--state", state)
    assert (done.exit_code, "missing.jpg' does not exist" in done.stderr) == (2, True)
    with pytest.raises(errors.BadType, match="forget"):
        tag(state, tree, forget=5)
    shutil.rmtree(tree)
    tree.mkdir()
    tag(state, tree, forget=tree)  # nothing to forget is no error
    with State(state) as run_log:
        assert kinds_of(run_log) == {"ab": Kind.PORTRAIT}
