"""Lists of photos by what runs have found in them."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

import phototag
from commands import COMMAND, rows, run
from phototag import errors
from phototag.analysis.decisions.decision import Decision
from phototag.catalogue.listing import listing
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import Row, State
from phototag.catalogue.summary import Summary
from phototag.catalogue.walk import find
from phototag.cli import main
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Grade, Kind
from phototag.options import ListOptions

HEADSHOT = Summary(
    kind=Kind.HEADSHOT,
    confidence=0.97,
    grade=Grade.PROFESSIONAL,
    shot=Shot.HEAD_AND_SHOULDERS,
    people=1,
    expression=VisibleExpression.SMILE,
    background=BackgroundKind.PLAIN,
    environment=Place.STUDIO,
    crops=("casting_8x10", "linkedin"),
)
PORTRAIT = Summary(kind=Kind.PORTRAIT, confidence=0.59, shot=Shot.HALF_BODY, people=2)
OTHER = Summary(kind=Kind.OTHER, confidence=0.9)
DECIDED = attrs.evolve(
    PORTRAIT, kind=Kind.HEADSHOT, confidence=1.0, decided=("kind", "crop:linkedin")
)
PHOTOS = {
    "a.jpg": HEADSHOT,
    "b/c.jpg": PORTRAIT,
    "b/d.jpg": OTHER,
    "b b/e.jpg": DECIDED,
}


def store(tree: Path, state: Path, photos: dict[str, Summary], root: Path | None = None) -> None:
    """Photos, and the rows that a run would have left of them."""
    root = root or tree
    for name in photos:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(os.fsencode(name))
    with State(state) as book:
        number = book.root(os.fsencode(os.path.realpath(root)))
        for found in find(str(root)):
            summary = photos.get(str(Path(found.path).relative_to(tree)))
            if summary is not None:
                place = PhotoKey(number, os.fsencode(found.folder), os.fsencode(found.name))
                row = Row(
                    fingerprint=found.fingerprint, picture="0", settings="s", kind=str(summary.kind)
                )
                book.remember(place, row, None, summary)


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    store(tmp_path / "tree", tmp_path / "state.sqlite3", PHOTOS)
    return tmp_path / "tree", tmp_path / "state.sqlite3"


def names(tree: Path, listed: list[phototag.ListedPhoto]) -> list[str]:
    return [str(Path(one.path).relative_to(tree)) for one in listed]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a.jpg", "b b/e.jpg", "b/c.jpg", "b/d.jpg"]),
        ({"kind": "headshot"}, ["a.jpg", "b b/e.jpg"]),
        ({"kind": Kind.OTHER}, ["b/d.jpg"]),
        ({"doubtful": True}, ["b/c.jpg"]),
        ({"people": 2}, ["b b/e.jpg", "b/c.jpg"]),
        ({"people": 0}, ["b/d.jpg"]),
        ({"people": "1-"}, ["a.jpg", "b b/e.jpg", "b/c.jpg"]),
        ({"people": "0-1"}, ["a.jpg", "b/d.jpg"]),
        ({"people": "2-2"}, ["b b/e.jpg", "b/c.jpg"]),
        ({"shot": "half_body", "kind": "portrait"}, ["b/c.jpg"]),
        ({"expression": "smile"}, ["a.jpg"]),
        ({"background": "plain"}, ["a.jpg"]),
        ({"environment": "studio"}, ["a.jpg"]),
        ({"environment": "outdoor"}, []),
        ({"grade": "professional"}, ["a.jpg"]),
        ({"crop": "linkedin"}, ["a.jpg"]),
        ({"decided": True}, ["b b/e.jpg"]),
    ],
)
def test_every_filter_leaves_out_the_others(
    made: tuple[Path, Path], asked: dict[str, object], found: list[str]
) -> None:
    tree, state = made
    listed = list(phototag.list_catalogue(tree, state=state, **asked))  # type: ignore[arg-type]
    assert names(tree, listed) == found


def test_a_summary_is_stored_whole(made: tuple[Path, Path]) -> None:
    tree, state = made
    by_name = {Path(one.path).name: one for one in phototag.list_catalogue(tree, state=state)}
    for name, summary in PHOTOS.items():
        one = by_name[Path(name).name]
        assert {field: getattr(one, field) for field in attrs.asdict(summary)} == attrs.asdict(
            summary, recurse=False
        )
        assert not one.changed_since


def test_what_is_asked_for_is_checked(made: tuple[Path, Path]) -> None:
    tree, state = made
    with pytest.raises(errors.BadValue, match="kind: it must be one of headshot, portrait, other"):
        list(phototag.list_catalogue(tree, state=state, kind="head"))
    with pytest.raises(errors.BadValue, match="did you mean linkedin"):
        list(phototag.list_catalogue(tree, state=state, crop="linkedn"))
    for wrong in ("", "two", "5-2", "-2", "1-2-3", -1):
        with pytest.raises(errors.BadValue, match="people: it must be a number such as 2, or a ra"):
            list(phototag.list_catalogue(tree, state=state, people=wrong))
    with pytest.raises(errors.BadType, match="people: it must be a number or a range, not bool"):
        list(phototag.list_catalogue(tree, state=state, people=True))


def test_photos_that_no_run_has_seen_are_counted_and_those_that_are_gone_left_out(
    made: tuple[Path, Path],
) -> None:
    tree, state = made
    (tree / "new.jpg").write_bytes(b"new")
    (tree / "notes.txt").write_bytes(b"no photo")
    (tree / "b" / "c.jpg").unlink()
    found = listing(tree, ListOptions(state=state))
    assert names(tree, list(found.photos)) == ["a.jpg", "b b/e.jpg", "b/d.jpg"]
    assert found.unknown == 1


def test_a_photo_that_has_changed_is_listed_as_such(made: tuple[Path, Path]) -> None:
    tree, state = made
    (tree / "a.jpg").write_bytes(b"another picture")
    (tree / "b" / "d.jpg.xmp").write_text("<x/>", encoding="utf-8")
    changed = {
        Path(one.path).name
        for one in phototag.list_catalogue(tree, state=state)
        if one.changed_since
    }
    assert changed == {"a.jpg", "d.jpg"}


def test_folders_above_and_below_those_of_the_runs_and_single_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, state = tmp_path / "tree", tmp_path / "state.sqlite3"
    store(tree, state, {"b/c.jpg": PORTRAIT, "bb/d.jpg": OTHER, "b/in/e.jpg": HEADSHOT})
    below = phototag.list_catalogue(tree / "b", state=state)
    assert names(tree, list(below)) == ["b/c.jpg", "b/in/e.jpg"]
    assert names(tree, list(phototag.list_catalogue(tmp_path, state=state))) == [
        "b/c.jpg",
        "b/in/e.jpg",
        "bb/d.jpg",
    ]
    monkeypatch.chdir(tree / "b")
    single = [one.path for one in phototag.list_catalogue(["c.jpg", "in"], state=state)]
    assert single == ["c.jpg", "in/e.jpg"]


def test_a_root_that_is_not_there_is_an_error_as_in_other_functions(
    made: tuple[Path, Path],
) -> None:
    tree, state = made
    for name in ("none.jpg", "none/"):
        (failed,) = phototag.tag_catalogue(f"{tree}/{name}", state=state)
        with pytest.raises(errors.PhotoNotFound) as told:
            next(phototag.list_catalogue([tree, f"{tree}/{name}"], state=state))
        assert str(told.value) == str(failed.error)
    gone = listing([tree, tree / "none.jpg"], ListOptions(state=state))
    assert [type(error) for error in gone.missing] == [errors.PhotoNotFound]
    assert len(gone.photos) == 4


def test_of_two_runs_on_one_photo_the_one_that_saw_it_as_it_is_counts(tmp_path: Path) -> None:
    tree, state = tmp_path / "tree", tmp_path / "state.sqlite3"
    store(tree, state, {"b/c.jpg": PORTRAIT})
    (tree / "b" / "c.jpg").write_bytes(b"retouched")
    with State(state) as book:
        (found,) = find(str(tree / "b"))
        number = book.root(os.fsencode(os.path.realpath(tree / "b")))
        row = Row(fingerprint=found.fingerprint, picture="1", kind="headshot")
        book.remember(PhotoKey(number, b"", b"c.jpg"), row, None, HEADSHOT)
    (one,) = phototag.list_catalogue(tree, state=state)
    assert (one.kind, one.changed_since) == (Kind.HEADSHOT, False)


@pytest.mark.parametrize("damage", ["[]", "x", '["headshot"]', 7, b"\xff", None])
def test_a_damaged_row_counts_as_not_known(made: tuple[Path, Path], damage: object) -> None:
    tree, state = made
    with State(state) as book:
        book._do("UPDATE photos SET summary = ? WHERE name = ?", damage, b"a.jpg")
    found = listing(tree, ListOptions(state=state))
    assert found.unknown == 1
    assert "a.jpg" not in names(tree, list(found.photos))


def test_what_a_run_has_seen_before_there_were_summaries_is_filled_in_once(
    tree: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    before = list(phototag.list_catalogue(tree, state=state))
    assert [(Path(one.path).name, one.kind) for one in before] == [
        ("headshot.JPG", Kind.HEADSHOT),
        ("portrait.jpg", Kind.PORTRAIT),
        ("cat.jpg", Kind.OTHER),
    ]
    assert before[0].crops
    assert before[0].shot is not None
    with State(state) as book:
        book._do("UPDATE photos SET summary = NULL")
    filled: list[int] = []
    again = listing(tree, ListOptions(state=state), filling=filled.append)
    assert list(again.photos) == before
    assert filled == [1, 2, 3]
    assert again.unknown == 1  # the broken one
    assert list(listing(tree, ListOptions(state=state), filling=filled.append).photos) == before
    assert filled == [1, 2, 3]


def test_a_persons_word_is_in_the_list_and_never_doubtful(
    tree: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    with State(state) as book:
        (picture,) = book._one("SELECT picture FROM photos WHERE name = ?", b"portrait.jpg")
    said = {picture: Decision(kind=Kind.HEADSHOT)}
    list(phototag.tag_catalogue(tree, state=state, corrections=said))
    (one,) = phototag.list_catalogue(tree, state=state, decided=True)
    assert (Path(one.path).name, one.kind, one.decided) == (
        "portrait.jpg",
        Kind.HEADSHOT,
        ("kind",),
    )
    assert not one.doubtful


# ----------------------------------------------------------------------- the command


def command(*words: str | Path) -> str:
    done = CliRunner().invoke(main, ["list", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_paths_for_xargs_are_the_bytes_of_the_names(tmp_path: Path) -> None:
    tree, state = tmp_path / "tree", tmp_path / "state.sqlite3"
    odd = os.fsdecode(b"line\nbreak \xff.jpg")
    store(tree, state, {"plain name.jpg": HEADSHOT, odd: HEADSHOT, "no.jpg": OTHER})
    words = [*COMMAND, "list", str(tree), "--kind", "headshot", "--format", "paths"]
    done = subprocess.run(
        [*words, "--state", str(state)], capture_output=True, timeout=60, check=True
    )
    assert done.stdout.split(b"\0")[:-1] == sorted(
        os.fsencode(str(tree / name)) for name in ("plain name.jpg", odd)
    )
    program = [
        sys.executable,
        "-c",
        "import os, sys; print(all(map(os.path.exists, sys.argv[1:])))",
    ]
    seen = subprocess.run(
        ["xargs", "-0", *program], input=done.stdout, capture_output=True, timeout=60, check=True
    )
    assert seen.stdout == b"True\n"


def test_csv_is_read_back_and_no_cell_is_a_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, state = tmp_path / "tree", tmp_path / "state.sqlite3"
    store(tree, state, {'=cmd,"x".jpg': HEADSHOT, "new\nline.jpg": PORTRAIT})
    monkeypatch.chdir(tree)
    text = command('=cmd,"x".jpg', "new\nline.jpg", "--format", "csv", "--state", state)
    first, second = csv.DictReader(text.splitlines())
    assert first["path"] == '\'=cmd,"x".jpg'
    assert first["crops"] == "casting_8x10 linkedin"
    assert (first["confidence"], first["people"], first["decided"]) == ("0.97", "1", "")
    assert second["path"] == r"new\nline.jpg"
    assert second["grade"] == ""


def test_json_is_a_line_for_each_photo(made: tuple[Path, Path]) -> None:
    tree, state = made
    first, *others = rows(command(tree, "--format", "json", "--state", state))
    assert first == {
        "schema": 1, "path": str(tree / "a.jpg"), "kind": "headshot", "confidence": 0.97,
        "grade": "professional", "shot": "head_and_shoulders", "people": 1, "expression": "smile",
        "background": "plain", "environment": "studio", "crops": ["casting_8x10", "linkedin"],
        "decided": [], "unwritten": "", "changed_since": False,
    }  # fmt: skip
    assert len(others) == 3


def test_the_table_says_what_is_not_known_and_what_to_do(made: tuple[Path, Path]) -> None:
    tree, state = made
    (tree / "new.jpg").write_bytes(b"new")
    done = run("list", tree, "--state", state)
    assert done.returncode == 0
    head, first, *_ = done.stdout.splitlines()
    assert head.split() == [
        "kind", "confidence", "grade", "shot", "people", "expression", "background", "environment",
        "decided", "path",
    ]  # fmt: skip
    assert first.split()[:2] == ["headshot", "0.97"]
    assert first.endswith(str(tree / "a.jpg"))
    assert "1 photo is not known: no run has seen it, or none could analyse it." in done.stderr
    assert f"phototag tag {tree}" in done.stderr
    quiet = run("list", tree, "--state", state, "--quiet")
    assert (quiet.stdout, quiet.stderr) == (done.stdout, "")


def test_a_photo_that_is_not_there_is_an_error(made: tuple[Path, Path]) -> None:
    tree, state = made
    done = run("list", tree / "none.jpg", tree / "a.jpg", "--state", state)
    assert done.returncode == 1
    assert "none.jpg: this file does not exist" in done.stderr
    assert "a.jpg" in done.stdout


def test_no_photo_is_opened(made: tuple[Path, Path]) -> None:
    tree, state = made
    for name in PHOTOS:  # they are no pictures, and nobody may read them
        (tree / name).chmod(0)
    assert command(tree, "--state", state, "--format", "csv").count("\n") == 5
    shutil.rmtree(tree)


def test_a_photo_that_is_out_of_reach_is_not_said_to_be_missing(
    tmp_path: Path, state: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    path = f"{tmp_path}/loop/a.jpg"
    with pytest.raises(errors.PhotoNotReadable, match="symbolic links"):
        list(phototag.list_catalogue(path, state=state))
    with pytest.raises(errors.PhotoNotFound):
        list(phototag.list_catalogue(f"{tmp_path}/file/a.jpg", state=state))
    done = CliRunner().invoke(main, ["list", path, "--state", str(state)])
    assert (done.exit_code, "does not exist" in done.stderr) == (1, False)
