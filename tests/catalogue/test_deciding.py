"""A person's word about photos, by command and from Python: one run that writes, saves, and can be undone."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import phototag
from commands import rows, run
from phototag import Decision, Kind, Place, Shot, errors
from phototag.catalogue.lock import locked
from phototag.catalogue.state import State
from phototag.metadata.picture_hash import digest
from trees import content

unsealed = pytest.mark.usefixtures("unsealed")


def command(*words: str | Path) -> Result:
    from phototag.cli import main

    return CliRunner().invoke(main, [str(word) for word in words], prog_name="phototag")


def decide(state: Path, *paths: Path, **options: object) -> dict[str, phototag.TreeOutcome]:
    found = phototag.decide_catalogue(paths, state=state, **options)  # type: ignore[arg-type]  # by name
    return {Path(outcome.photo).name: outcome for outcome in found}


def tagged(state: Path, *paths: Path) -> dict[str, phototag.TreeOutcome]:
    found = phototag.tag_catalogue(paths, state=state)
    return {Path(outcome.photo).name: outcome for outcome in found}


def undo(state: Path) -> list[phototag.RemovalOutcome]:
    return [outcome for outcome in phototag.undo(state=state) if outcome.error is not None]


def saved(state: Path) -> dict[str, Decision]:
    with State(state) as book:
        return book.decisions()


def of(photo: Path) -> str:
    return digest(photo.read_bytes(), str(photo))


@pytest.fixture
def photo(tree: Path) -> Path:
    return tree / "2023" / "portrait.jpg"


def test_the_command_tags_a_photo_with_the_word_and_undo_gives_its_bytes_back(
    photo: Path, state: Path
) -> None:
    before = photo.read_bytes()
    done = run("decide", "--kind", "headshot", "--shot", "face", "--state", state, photo)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        f"{photo}: Headshot, you said headshot; phototag thought portrait"
    )
    record = phototag.read(photo)
    assert record is not None
    assert record.decision == {"kind": "headshot", "shot": "face"}
    assert record.keywords.flat == ("headshot",)
    (row,) = rows(command("undo", "--list", "--json", "--state", state).stdout)
    assert (row["changes"], row["corrections"]) == (1, 1)
    assert command("undo", "--state", state).exit_code == 0
    assert (photo.read_bytes(), saved(state)) == (before, {})


@unsealed
def test_a_folder_is_all_its_photos_and_one_that_fails_does_not_stop_the_others(
    tree: Path, state: Path
) -> None:
    before = content(tree)
    done = command("decide", "--environment", "outdoor", "--state", state, tree)
    assert done.exit_code == 1
    assert "broken.jpg: " in done.stderr
    assert "To undo all changes: phototag undo 1 " in done.stderr
    said = [phototag.read(tree / name) for name in ("cat.jpg", "2023/portrait.jpg")]
    assert [one and one.decision for one in said] == [{"environment": "outdoor"}] * 2
    assert len(saved(state)) == 3
    assert undo(state) == []
    assert content(tree) == before


@unsealed
def test_it_holds_in_later_runs_and_for_a_renamed_photo(photo: Path, state: Path) -> None:
    tagged(state, photo.parent)
    done = decide(state, photo, kind="headshot")[photo.name]
    assert (done.kind, done.verdict_from) == (Kind.HEADSHOT, phototag.VerdictSource.RECALLED)
    assert tagged(state, photo.parent)[photo.name].verdict_from is phototag.VerdictSource.UNCHANGED
    moved = photo.rename(photo.with_name("renamed.jpg"))
    assert tagged(state, moved.parent)[moved.name].kind is Kind.HEADSHOT
    record = phototag.read(moved)
    assert record is not None
    assert record.decision == {"kind": "headshot"}


@unsealed
def test_it_is_evidence_for_learning(photo: Path, state: Path) -> None:
    decide(state, photo, kind=Kind.HEADSHOT)
    learned = phototag.learn(state=state, dry_run=True).learned
    assert [(str(one.field), one.count) for one in learned.lessons] == [("kind", 1)]


@unsealed
def test_forgetting_brings_phototag_s_own_verdict_back(photo: Path, state: Path) -> None:
    tagged(state, photo.parent)
    before = phototag.read(photo)
    decide(state, photo, kind="headshot", environment="outdoor")
    assert command("decide", "--forget", "--state", state, photo).exit_code == 0
    assert (phototag.read(photo), saved(state)) == (before, {})
    assert undo(state) == []
    assert saved(state) == {of(photo): Decision(kind=Kind.HEADSHOT, environment=Place.OUTDOOR)}


@unsealed
def test_what_was_said_of_other_fields_holds_even_if_only_the_photo_knows(
    photo: Path, state: Path, tmp_path: Path
) -> None:
    decide(tmp_path / "another computer.sqlite3", photo, shot=Shot.FACE, kind="portrait")
    decide(state, photo, kind="headshot")
    assert saved(state) == {of(photo): Decision(kind=Kind.HEADSHOT, shot=Shot.FACE)}
    record = phototag.read(photo)
    assert record is not None
    assert record.decision == {"kind": "headshot", "shot": "face"}
    elsewhere = tmp_path / "a third one.sqlite3"
    decide(elsewhere, photo, forget=True)
    record = phototag.read(photo)
    assert record is not None
    assert record.decision == {}


@unsealed
def test_what_could_not_be_written_is_saved_and_the_next_run_writes_it(
    photo: Path, state: Path
) -> None:
    os.link(photo, photo.with_name("another name"))
    failed = decide(state, photo, kind="headshot")[photo.name]
    assert isinstance(failed.error, errors.WriteRefused)
    assert phototag.read(photo) is None
    photo.with_name("another name").unlink()
    assert tagged(state, photo.parent)[photo.name].kind is Kind.HEADSHOT


@unsealed
def test_a_dry_run_says_what_would_be_and_changes_nothing(tree: Path, state: Path) -> None:
    before = content(tree)
    done = command("decide", "--kind", "headshot", "--dry-run", "--state", state, tree / "cat.jpg")
    assert "Headshot, you said headshot" in done.stdout
    assert "would be added to dc:subject: headshot" in done.stdout
    assert (content(tree), saved(state), phototag.runs(state)) == (before, {}, [])


@unsealed
def test_photos_are_read_from_a_list_and_quiet_prints_only_errors(
    tree: Path, state: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "listed"
    photos = (tree / "cat.jpg", tree / "2023" / "portrait.jpg", tree / "none.jpg")
    listed.write_bytes(b"".join(os.fsencode(one) + b"\0" for one in photos))
    done = command("decide", "--kind", "other", "-q", "--state", state, "--paths-from", listed)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"{photos[2]}: this file does not exist; check the path\n"
    assert set(saved(state).values()) == {Decision(kind=Kind.OTHER)}
    assert len(phototag.runs(state)) == 1


@unsealed
def test_a_raw_file_follows_the_photo_beside_it(photo: Path, state: Path) -> None:
    negative = photo.with_suffix(".nef")
    negative.write_bytes(photo.read_bytes() + b"another file")
    decide(state, photo.parent, kind="headshot", pairs=True)
    record = phototag.read(negative)
    assert record is not None
    assert (record.kind, record.decision) == ("headshot", {"kind": "headshot"})
    assert of(photo) in saved(state)
    assert of(negative) not in saved(state)


@unsealed
def test_the_same_call_resumes_one_that_was_stopped(tree: Path, state: Path) -> None:
    with contextlib.closing(phototag.decide_catalogue(tree, kind="other", state=state)) as outcomes:
        next(one for one in outcomes if one.error is None)
    (run,) = phototag.runs(state)
    assert run.ended is None
    decide(state, tree, kind="other")
    (resumed,) = phototag.runs(state)
    assert (resumed.number, resumed.ended is None, resumed.corrections) == (run.number, False, 3)


@unsealed
def test_saying_the_same_again_changes_nothing_and_is_no_run(photo: Path, state: Path) -> None:
    decide(state, photo.parent, kind="portrait")
    before = content(photo.parent)
    again = decide(state, photo.parent, kind="portrait")
    assert {one.verdict_from for one in again.values()} == {phototag.VerdictSource.UNCHANGED}
    assert (
        "nothing to change"
        in command("decide", "--kind", "portrait", "--state", state, photo).stdout
    )
    assert content(photo.parent) == before
    assert len(phototag.runs(state)) == 1


def test_a_folder_in_which_a_run_is_working_is_left_alone(photo: Path, state: Path) -> None:
    before = photo.read_bytes()
    with locked([os.path.realpath(photo.parent)]):
        done = command("decide", "--kind", "other", "--state", state, photo)
    assert done.exit_code == 3
    assert "another run of phototag is working in this folder" in done.output
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            [],
            "kind: nothing is decided; give kind, shot, expression or environment, or only forget",
        ),
        (["--kind", "other", "--forget"], "'--forget': it takes back all that was decided"),
        (["--kind", "vase"], "'vase' is not one of 'headshot', 'portrait', 'other'"),
    ],
)
def test_a_command_that_decides_nothing_or_both_is_refused(words: list[str], said: str) -> None:
    done = command("decide", *words, "jane.jpg")
    assert done.exit_code == 2
    assert said in done.output


@unsealed
@pytest.mark.parametrize("way", ["tagged before", "never tagged", "could not be written"])
def test_what_is_undone_is_not_listed_any_more(
    photo: Path, state: Path, tmp_path: Path, way: str
) -> None:
    if way == "tagged before":
        tagged(state, photo.parent)
    elif way == "could not be written":
        os.link(photo, tmp_path / "second name.jpg")
    decide(state, photo, kind="other")
    (listed,) = phototag.list_catalogue(photo, state=state)
    assert (listed.kind, listed.decided) == (Kind.OTHER, ("kind",))
    assert undo(state) == []
    (listed,) = phototag.list_catalogue(photo, state=state)
    assert (listed.kind, listed.decided) == (Kind.PORTRAIT, ())
    assert (listed.unwritten == "") is (way == "tagged before")
    assert not listed.changed_since


@unsealed
def test_what_was_only_saved_can_be_undone_and_the_command_says_so(
    tree: Path, state: Path, tmp_path: Path
) -> None:
    for photo in (tree / "2023").rglob("*.*"):
        if photo.is_file():
            os.link(photo, tmp_path / photo.name)
    done = command("decide", "--kind", "headshot", "--state", state, tree / "2023")
    assert done.exit_code == 1
    assert "2 decisions are saved, but not written: the next `phototag tag` of" in done.stderr
    assert f"To undo all changes: phototag undo 1 --state {state}\n" in done.stderr
    assert command("undo", "1", "--state", state).exit_code == 0
    assert saved(state) == {}


@unsealed
def test_a_photo_out_of_reach_is_not_told_as_missing(
    photo: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> os.stat_result:
        if path == str(photo):
            raise PermissionError(13, "Permission denied")
        return stat(path)

    stat = os.lstat
    monkeypatch.setattr(os, "lstat", refused)
    monkeypatch.setattr("os.path.lexists", lambda _: False)
    (done,) = decide(state, photo, kind="other").values()
    assert done.error is None, "it can be opened"
