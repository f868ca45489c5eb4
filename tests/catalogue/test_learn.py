"""``phototag learn``: from the decisions in a state file to the calibration that every command uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import phototag
from phototag import Kind, errors
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.decisions.evidence import log_odds_of
from phototag.catalogue.state import State
from phototag.criteria import calibration, personal
from phototag.criteria.verdict import Rules
from phototag.scene.measures import Scene
from scenes import face, scene

OFFSET = 3.0  # of the person's line


def command(*words: str | Path) -> Result:
    from phototag.cli import main

    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A state file: forty heads of all sizes, decided by somebody whose line is elsewhere; half said, half left."""
    file = tmp_path / "state.sqlite3"
    with State(file) as state:
        run = state.begin([], "", "")
        for at in range(40):
            drawn = scene(face(0.08 + 0.5 * at / 40))
            kind = Kind.HEADSHOT if odds(drawn) + OFFSET > 0 else Kind.PORTRAIT
            state.keep(f"p{at}", drawn)
            own = Kind.HEADSHOT if odds(drawn) > 0 else Kind.PORTRAIT
            if kind is own and at % 2:
                state.leave({f"p{at}": {"kind": kind}})
            else:
                state.log_decisions(run, {f"p{at}": Decision(kind=kind)})
    return file


def odds(drawn: Scene) -> float:
    found = log_odds_of(drawn, calibration.default())
    assert found is not None
    return found


@pytest.fixture
def own_file() -> Path:
    """The calibration of this user: none yet."""
    file = personal.default_file()
    file.unlink(missing_ok=True)
    return file


def test_a_calibration_is_learned_used_and_forgotten(decided: Path, own_file: Path) -> None:
    dry = command("learn", "--state", decided, "--dry-run")
    assert (dry.exit_code, own_file.exists()) == (0, False)
    assert "of 40 decisions are met instead of" in dry.output
    done = command("learn", "--state", decided)
    assert (done.exit_code, str(own_file) in done.output) == (0, True)
    moved = personal.users()
    assert moved.identity.startswith(f"{calibration.default().identity}+")
    found = [log_odds_of(scene(face(share)), moved) for share in (0.1, 0.2)]
    assert all(one is not None for one in found)
    gone = command("learn", "--forget")
    assert (gone.exit_code, own_file.exists()) == (0, False)
    assert personal.users() is calibration.default()
    assert "no calibration" in command("learn", "--forget").output


def test_photos_say_which_calibration_judged_them(
    decided: Path, own_file: Path, portrait_jpg: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    assert command("learn", "--state", decided, "-o", file).exit_code == 0
    assert not own_file.exists()
    state = tmp_path / "own.sqlite3"
    words: list[str | Path] = ["tag", portrait_jpg.parent, "--state", state]
    assert command(*words).exit_code == 0
    before = phototag.read(portrait_jpg)
    assert command(*words, "--calibration", file).exit_code == 0
    record = phototag.read(portrait_jpg)
    assert before is not None
    assert record is not None
    assert record.calibration.startswith(f"{before.calibration}+")
    start = personal.load(file).section("verdict", Rules).base
    assert record.starting_point == pytest.approx(start, abs=2e-3)
    with phototag.Analyzer(calibration=file) as analyzer:
        assert analyzer.analyze(portrait_jpg).calibration == record.calibration
    assert command(*words, "--calibration", "shipped").exit_code == 0
    again = phototag.read(portrait_jpg)
    assert again is not None
    assert again.calibration == before.calibration


def test_what_changes_is_shown(
    decided: Path, own_file: Path, portrait_jpg: Path, tmp_path: Path
) -> None:
    del own_file
    list(phototag.tag_catalogue(portrait_jpg.parent, state=decided))
    found = phototag.learn(state=decided, dry_run=True)
    assert found.photos == 1
    assert found.file is None
    (row,) = phototag.tag_catalogue(portrait_jpg.parent, state=decided, dry_run=True)
    assert row.kind is not None
    found = phototag.learn(state=decided, out=tmp_path / "mine.toml")
    (after,) = phototag.tag_catalogue(
        portrait_jpg.parent, state=decided, calibration=found.file, dry_run=True
    )
    changed = [(one.path, one.before, one.after) for one in found.changed]
    differs = after.kind is not row.kind
    assert changed == ([(str(portrait_jpg), row.kind, after.kind)] if differs else [])


def test_nothing_is_learned_from_nothing(tmp_path: Path, own_file: Path) -> None:
    done = command("learn", "--state", tmp_path / "new.sqlite3")
    assert (done.exit_code, own_file.exists()) == (0, False)
    assert done.stdout == (
        "nothing learned: you have decided about no photo yet; decide in `phototag review`\n"
    )


def test_decisions_about_pictures_that_are_not_known_are_told(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite3"
    with State(file) as state:
        state.log_decisions(state.begin([], "", ""), {"ab": Decision(kind=Kind.OTHER)})
    assert (
        "1 decision is about photos to be analysed again"
        in command("learn", "--state", file).output
    )


@pytest.mark.parametrize(
    "text",
    ["", "x = 1", 'what = "phototag calibration"\nschema = 99',
     'what = "phototag calibration"\nschema = 1\n[kind]\noffset = "much"',
     'what = "phototag calibration"\nschema = 1\n[kind]\noffset = 1e9',
     'what = "phototag calibration"\nschema = 1\n[shot.offsets]\nvase = 1.0'],
)  # fmt: skip
def test_a_damaged_calibration_is_refused_by_name(
    text: str, own_file: Path, portrait_jpg: Path
) -> None:
    own_file.parent.mkdir(parents=True, exist_ok=True)
    own_file.write_text(text, encoding="utf-8")
    try:
        done = command("analyze", portrait_jpg)
        assert (done.exit_code, str(own_file) in done.stderr) == (3, True)
        assert command("analyze", portrait_jpg, "--calibration", "shipped").exit_code == 0
    finally:
        own_file.unlink()


def test_a_file_of_something_else_is_not_deleted(decided: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine.toml"
    other.write_text("x = 1", encoding="utf-8")
    done = command("learn", "--forget", "-o", other)
    assert (done.exit_code, other.exists()) == (3, True)
    with pytest.raises(errors.OutputNotWritable):
        phototag.learn(out=other / "below" / "x.toml", state=decided)
    with pytest.raises(errors.OutputNotWritable, match="exists already"):
        phototag.learn(out=other, state=decided)
