"""The state file: what it refuses, how it grows, what a kill leaves in it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import phototag
from phototag import errors
from phototag.catalogue import database
from phototag.catalogue.lock import locked
from phototag.catalogue.run_log import PastWrite, PhotoKey
from phototag.catalogue.state import Row, State
from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from processes import read_until, started


def test_a_newer_file_is_refused_and_left_alone(state: Path) -> None:
    State(state).close()
    with closing(sqlite3.connect(state)) as sql:
        sql.execute("PRAGMA user_version = 99")
    before = state.read_bytes()
    with pytest.raises(errors.StateUnusable, match="newer phototag"):
        State(state)
    assert state.read_bytes() == before


def test_an_older_file_is_migrated(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with State(state) as run_log:
        root = run_log.root(b"/pictures")
        run_log.remember(
            PhotoKey(root, b"", b"a.jpg"), Row(fingerprint="1", picture="ab", kind="other")
        )
    newer = (*database.MIGRATIONS, "ALTER TABLE photos ADD COLUMN rating INTEGER")
    monkeypatch.setattr(database, "MIGRATIONS", newer)
    with State(state) as run_log:
        assert run_log.photos(root, b"")[b"a.jpg"].kind == "other"
    with closing(sqlite3.connect(state)) as sql:
        assert sql.execute("PRAGMA user_version").fetchone() == (len(newer),)
        assert sql.execute("SELECT rating FROM photos").fetchall() == [(None,)]


@pytest.mark.parametrize("what", ["text", "foreign"])
def test_a_file_of_something_else_is_refused(state: Path, what: str) -> None:
    state.parent.mkdir()
    if what == "text":
        state.write_text("Dear diary, " * 100)
    else:
        with closing(sqlite3.connect(state)) as sql:
            sql.execute("CREATE TABLE mine (x)")
    before = state.read_bytes()
    with pytest.raises(errors.StateUnusable) as caught:
        State(state)
    assert caught.value.name == str(state)
    assert "--state" in caught.value.remedy
    assert state.read_bytes() == before


def test_a_state_that_cannot_be_opened_leaves_the_photos_alone(tree: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*.jpg")}
    with pytest.raises(errors.StateUnusable):
        list(phototag.tag_catalogue(tree, state=tmp_path))  # a folder
    assert {path: path.read_bytes() for path in tree.rglob("*.jpg")} == before


def test_statements_and_errors_come_back_as_they_were(state: Path) -> None:
    place = PhotoKey(1, b"\xff folder", b"\xfe.jpg")
    record = Record(kind="headshot", confidence=0.9, contributions={"focus": 1.5})
    order = WriteOrder(record=record, faces=(Box(0.1, 0.2, 0.3, 0.4),), size=(3, 4))
    statement = PastWrite(order=order, options=WriteOptions(iptc="never"))
    error = errors.PhotoDamaged("a\udcff.jpg", "it is damaged", "throw it away")
    with State(state) as run_log:
        run_log.root(b"/")
        run_log.remember(place, Row(fingerprint="1", etag="m", error=error), statement)
        assert run_log.written(place) == statement
        found = run_log.photos(1, b"\xff folder")[b"\xfe.jpg"].error
        assert found is not None
        assert (type(found), found.args) == (type(error), error.args)
        assert run_log.failed(1) == {(b"\xff folder", b"\xfe.jpg")}


# As the version packed it that kept the faces, the crop and the size in the record.
FORMER = {
    "record": {
        "kind": "headshot", "confidence": 0.9, "grade": None, "contributions": {}, "starting_point": None,
        "keywords": {"flat": [], "hierarchical": [], "scene": []}, "crops": [],
        "faces": [[0.1, 0.2, 0.3, 0.4]], "lightroom": [0, 0, 0.5, 0.5], "size": [3, 4], "software": "",
        "models": "", "calibration": "", "corrected": False,
    },
    "options": {
        "iptc": "never", "sidecar": "auto", "force": False, "dry_run": False, "keep_mtime": False,
        "allow_hard_links": False,
    },
}  # fmt: skip


def test_what_an_earlier_version_packed_is_still_read(state: Path) -> None:
    place = PhotoKey(1, b"", b"a.jpg")
    with State(state) as run_log:
        run_log.root(b"/")
        run = run_log.begin([1], "a", "1")
        run_log.remember(
            place,
            Row(fingerprint="1"),
            PastWrite(order=WriteOrder(record=Record(kind="", confidence=0))),
        )
        run_log.intend(
            run, place, "ab", PastWrite(order=WriteOrder(record=Record(kind="", confidence=0)))
        )
        former = zlib.compress(json.dumps(FORMER).encode())
        run_log._do("UPDATE photos SET written = ?", former)
        run_log._do("UPDATE changes SET before = ?", former)
        expected = PastWrite(
            order=WriteOrder(
                record=Record(kind="headshot", confidence=0.9),
                faces=(Box(0.1, 0.2, 0.3, 0.4),),
                lightroom=Box(0, 0, 0.5, 0.5),
                size=(3, 4),
            ),
            options=WriteOptions(iptc="never"),
        )
        assert run_log.written(place) == expected
        assert [run_log.before(run, entry) for entry in run_log.entries(run)] == [expected]


def test_a_run_is_gone_on_with_until_it_ends(state: Path) -> None:
    with State(state) as run_log:
        root = run_log.root(b"/pictures")
        first = run_log.begin([root], "a", "1")
        assert run_log.begin([root], "a", "1") == first
        other = run_log.begin([root], "b", "1")
        assert other != first
        # Something else was asked for in between: that was another run.
        assert run_log.begin([root], "a", "1") not in {first, other}
        run_log.end([root], "a")
        assert run_log.begin([root], "a", "1") > other + 1


def test_what_stood_in_a_photo_before_the_first_write_of_a_run_is_kept(state: Path) -> None:
    records = (Record(kind=kind, confidence=1) for kind in ("portrait", "other"))
    first, second = (PastWrite(order=WriteOrder(record=record)) for record in records)
    place = PhotoKey(1, b"", b"a.jpg")
    with State(state) as run_log:
        run_log.root(b"/")
        run = run_log.begin([1], "a", "1")
        assert run_log.intend(run, place, "ab", first)
        assert not run_log.intend(run, place, "ab", second)
        (entry,) = run_log.entries(run)
        assert run_log.before(run, entry) == first
        run_log.settle(run, place, changed=False)
        assert list(run_log.entries(run)) == []


HOLD = """
    import sys, time
    from phototag.catalogue.lock import locked
    with locked([sys.argv[1]]):
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
"""


@contextlib.contextmanager
def holding(folder: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", textwrap.dedent(HOLD), str(folder), str(seconds)]
    with started(command, stdout=subprocess.PIPE) as process:
        read_until(process, "held")
        yield process


def test_a_second_run_says_that_it_is_one(tree: Path, state: Path) -> None:
    with holding(tree, 60) as other:
        try:
            for folder in (tree, tree / "2023", tree.parent):
                with pytest.raises(errors.CatalogueBusy, match="another run"):
                    list(phototag.tag_catalogue(folder, state=state))
            with locked([str(tree.with_name("Pictures 2"))]):
                pass
        finally:
            other.kill()
    # The system has let go of a killed run's lock.
    assert len(list(phototag.tag_catalogue(tree, state=state))) == 4


def test_a_second_run_may_wait(tree: Path, state: Path) -> None:
    with holding(tree / "2023", 1.5):
        assert len(list(phototag.tag_catalogue(tree, state=state, wait=True))) == 4


@pytest.mark.skipif(os.name != "posix", reason="locks are released in another way")
def test_a_lock_that_cannot_be_released_is_no_failure(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    real = fcntl.flock

    def flock(handle: int, operation: int) -> None:
        if operation == fcntl.LOCK_UN:
            raise PermissionError(errno.EACCES, "denied")
        real(handle, operation)

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", flock)
        with locked([str(tree)]):
            done = True
    assert done


def test_states_and_locks_lie_where_the_system_says() -> None:
    assert str(database.default_folder()).startswith(os.environ["XDG_STATE_HOME"])


@pytest.mark.parametrize(
    ("kind", "read_as"),
    [
        ("PhotoDamaged", errors.PhotoDamaged),
        ("WorkerNotStarted", errors.WorkerNotStarted),  # once it had a photo
        ("BadPlugin", errors.BadPlugin),
        ("SomethingOfLaterTimes", errors.PhotoError),
    ],
)
@pytest.mark.parametrize("remedy", [[], [""], ["do something"]])
def test_errors_of_earlier_versions_are_read(
    state: Path, kind: str, read_as: type[errors.PhototagError], remedy: list[str]
) -> None:
    with State(state) as run_log:
        place = PhotoKey(run_log.root(b"/"), b"", b"a.jpg")
        run_log.remember(place, Row(fingerprint="1", error=errors.NotAPhoto("/a.jpg", "x")))
    with closing(sqlite3.connect(state)) as sql, sql:
        sql.execute(
            "UPDATE photos SET error = ?", (json.dumps([kind, "/a.jpg", "it is bad", *remedy]),)
        )
    with State(state) as run_log:
        error = run_log.photos(place.root, b"")[b"a.jpg"].error
    assert type(error) is read_as
    assert error is not None
    assert str(error).startswith("/a.jpg: it is bad")
