"""What a killed run has left and may be somebody's is named by every command, and stays; edits of others are seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import phototag
from commands import rows, run
from phototag.files import temporary
from phototag.files.content import Content

pytestmark = [
    pytest.mark.usefixtures("unsealed"),
    pytest.mark.skipif(os.name != "posix", reason="no process can be asked for here"),
]
THEIRS = b"\xff\xd8\xff another program's"


def of_a_dead_process(name: str) -> str:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return name.replace(f"-{os.getpid()}-", f"-{dead.stdout.strip()}-")


def left(photo: Path, content: bytes, *, read: bytes = b"what was read") -> Path:
    """What lies there if a write was killed right after the exchange."""
    name = temporary.exchange_name(photo.stat(), Content(read).digest(), photo.name)
    path = photo.with_name(of_a_dead_process(name))
    path.write_bytes(content)
    return path


def said(
    outcomes: Sequence[phototag.TreeOutcome | phototag.RemovalOutcome],
) -> list[tuple[str, str]]:
    return [(outcome.photo, outcome.warning) for outcome in outcomes if outcome.warning]


def test_every_run_names_what_may_be_somebodys(tree: Path, state: Path) -> None:
    photo = tree / "2023" / "portrait.jpg"
    list(phototag.tag_catalogue(tree, state=state))
    theirs = left(photo, THEIRS)
    for outcomes in (
        list(phototag.tag_catalogue(tree, state=state)),
        list(phototag.tag_catalogue(tree, state=state, failed=True)),
        list(phototag.undo(state=state)),
        list(phototag.remove_catalogue(tree)),
    ):
        ((path, warning),) = said(outcomes)
        assert path == str(theirs)
        assert "another program's version of portrait.jpg" in warning
        assert "keep the better one of the two" in warning
        assert theirs.read_bytes() == THEIRS
        (one,) = [outcome for outcome in outcomes if outcome.warning]
        assert (one.error, one.change, one.verdict_from) == (
            None, None, phototag.VerdictSource.UNCHANGED,
        )  # fmt: skip
    assert said(list(phototag.tag_catalogue(tree, state=state, dry_run=True))) == []


def test_a_version_whose_successor_is_in_place_is_deleted(tree: Path, state: Path) -> None:
    photo = tree / "2023" / "portrait.jpg"
    before = photo.read_bytes()
    old, new = left(photo, before, read=before), left(photo, b"", read=b"another")
    new.unlink()
    photo.rename(new)  # killed before the exchange, and then the photo was restored
    photo.write_bytes(before)
    assert said(list(phototag.tag_catalogue(tree, state=state))) == []
    assert not old.exists()
    assert not new.exists()


def test_a_version_whose_photo_has_gone_is_named(tree: Path, state: Path) -> None:
    photo = tree / "2023" / "portrait.jpg"
    before = photo.read_bytes()
    old = left(photo, before, read=before)
    photo.rename(tree / "renamed.jpg")
    ((path, warning),) = said(list(phototag.tag_catalogue(tree, state=state)))
    assert path == str(old)
    assert "a photo in this folder" in warning
    assert old.read_bytes() == before


def test_the_bytes_of_a_deleted_sidecar_go(tree: Path, state: Path) -> None:
    name = temporary.exchange_name(None, Content(b"ours").digest(), "portrait.jpg.xmp")
    ours, theirs = tree / of_a_dead_process(name), tree / "2023" / of_a_dead_process(name)
    ours.write_bytes(b"ours")
    theirs.write_bytes(b"ours, and a word of somebody's")
    ((path, _),) = said(list(phototag.tag_catalogue(tree, state=state)))
    assert path == str(theirs)
    assert not ours.exists()


def test_the_command_line_says_so_once_and_does_not_fail(tree: Path) -> None:
    (tree / "broken.jpg").unlink()
    theirs = left(tree / "2023" / "portrait.jpg", THEIRS)
    first = run("tag", tree)
    assert first.returncode == 0
    assert first.stderr.count(str(theirs)) == 1
    assert "keep the better one of the two" in first.stderr
    assert "3 photos in" in first.stderr
    for words in (["tag", tree], ["undo"], ["remove", tree]):
        done = run(*words, "--json")
        assert done.returncode == 0, done.stderr
        (row,) = [row for row in rows(done.stdout) if "warning" in row]
        assert row.keys() == {"schema", "path", "warning"}
        assert row["path"] == str(theirs)
    assert theirs.read_bytes() == THEIRS


def test_an_edit_that_keeps_size_and_time_is_read_and_not_analysed_again(
    tree: Path, state: Path
) -> None:
    photo = tree / "2023" / "portrait.jpg"
    list(phototag.tag_catalogue(tree, state=state, mtime="keep"))
    unchanged = {o.verdict_from for o in phototag.tag_catalogue(tree, state=state)}
    assert unchanged == {phototag.VerdictSource.UNCHANGED}
    before = photo.stat()
    data = photo.read_bytes()
    at = data.index(b">headshot<") if b">headshot<" in data else data.index(b">portrait<")
    with photo.open("r+b") as file:
        file.seek(at)
        file.write(b">my album")  # a word of the user's own, of the same length
    os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (photo.stat().st_size, photo.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    sources = {
        Path(o.photo).name: o.verdict_from for o in phototag.tag_catalogue(tree, state=state)
    }
    assert sources["portrait.jpg"] is phototag.VerdictSource.RECALLED
    assert sources["cat.jpg"] is phototag.VerdictSource.UNCHANGED
    again = {o.verdict_from for o in phototag.tag_catalogue(tree, state=state)}
    assert again == {phototag.VerdictSource.UNCHANGED}


def test_states_of_an_earlier_form_are_read_once_and_no_picture_is_analysed(
    tree: Path, state: Path
) -> None:
    import sqlite3

    list(phototag.tag_catalogue(tree, state=state))
    with sqlite3.connect(state) as sql:
        rows = sql.execute("SELECT rowid, looks FROM photos").fetchall()
        for number, looks in rows:
            assert looks.count(":") in {0, 3}, json.dumps(looks)
            sql.execute(
                "UPDATE photos SET looks = ? WHERE rowid = ?", (looks.rpartition(":")[0], number)
            )
    sql.close()
    outcomes = list(phototag.tag_catalogue(tree, state=state))
    assert [o.photo for o in outcomes if o.change and o.change.changed] == []
    found = {Path(o.photo).name: o.verdict_from for o in outcomes if not o.error}
    assert set(found.values()) == {phototag.VerdictSource.RECALLED}
    again = {o.verdict_from for o in phototag.tag_catalogue(tree, state=state)}
    assert again == {phototag.VerdictSource.UNCHANGED}


@pytest.mark.parametrize("way", ["tag_catalogue", "remove_catalogue"])
def test_beside_single_photos_it_is_the_same(tree: Path, way: str) -> None:
    photos = [tree / "2023" / "portrait.jpg", tree / "2023" / "May" / "headshot.JPG"]
    theirs = left(photos[0], THEIRS)
    half = theirs.with_name(of_a_dead_process(temporary.name()))
    half.write_bytes(b"half a photo")
    call = getattr(phototag, way)
    assert said(list(call([*photos, photos[0]], dry_run=True))) == []
    assert half.exists()
    ((path, _),) = said(list(call([*photos, photos[0]])))
    assert path == str(theirs)
    assert theirs.read_bytes() == THEIRS
    assert not half.exists()
