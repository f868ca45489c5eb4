"""The plug-in for Lightroom Classic where phototag cannot be run or is stopped, with many photos, and its settings."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import phototag
from lightroom import STEP, TAG, TAKE_BACK, Lightroom, real_command
from phototag.analysis.keywords.vocabulary import Level


@pytest.fixture
def lightroom(tmp_path: Path) -> Lightroom:
    made = Lightroom(tmp_path)
    made.sdk.preferences["command"] = str(real_command(tmp_path))
    return made


# ----------------------------------------------------------------------- when phototag cannot be run


@pytest.mark.parametrize("windows", [False, True])
def test_a_command_that_is_not_there_is_told_with_the_remedy(
    tmp_path: Path, portrait_jpg: Path, windows: bool
) -> None:
    lightroom = Lightroom(tmp_path, windows=windows)
    lightroom.sdk.preferences["command"] = str(tmp_path / "no such")
    photo = lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    ((message, text, style),) = lightroom.told()
    assert (message, style) == ("phototag cannot be run: nothing was changed.", "critical")
    assert "not" in text.splitlines()[0]
    assert "Library > Plug-in Extras > Settings" in text
    assert lightroom.state()[photo] == ([], {})


def test_what_phototag_says_at_its_end_is_told(
    lightroom: Lightroom, portrait_jpg: Path, tmp_path: Path
) -> None:
    lightroom.sdk.preferences["vocabulary"] = str(tmp_path / "none.toml")
    lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    ((message, text, _),) = lightroom.told()
    assert message == "phototag cannot be run: nothing was changed."
    assert "none.toml" in text


def test_without_a_selection_nothing_is_done(lightroom: Lightroom, portrait_jpg: Path) -> None:
    photo = lightroom.add(portrait_jpg)
    lightroom.select()
    for entry in (TAG, TAKE_BACK):
        lightroom.choose(entry)
        assert lightroom.told()[0][0] == "No photo is selected."
    assert lightroom.state() == {photo: ([], {})}
    assert len(lightroom.sdk.lines) == 0
    lightroom.select(photo)
    lightroom.choose(TAKE_BACK)
    assert lightroom.told()[0][0] == "There is nothing to take back."


def test_a_busy_catalogue_is_told_and_nothing_changed(
    lightroom: Lightroom, portrait_jpg: Path
) -> None:
    photo = lightroom.add(portrait_jpg)
    lightroom.sdk.busy = True
    lightroom.choose(TAG)
    lightroom.sdk.busy = False
    assert lightroom.told()[0][0].startswith("Lightroom's catalogue is busy.")
    lightroom.choose(TAG)
    lightroom.told()
    lightroom.sdk.busy = True
    lightroom.choose(TAKE_BACK)
    assert lightroom.told()[0][0].startswith("Lightroom's catalogue is busy.")
    assert lightroom.keywords(photo) == ["phototag|kind|portrait"]


def test_in_windows_the_same_happens(tmp_path: Path, portrait_jpg: Path) -> None:
    lightroom = Lightroom(tmp_path, windows=True)
    program = shutil.copy(real_command(tmp_path), tmp_path / "photo tag (1) & co.exe")
    lightroom.sdk.preferences["command"] = str(program)
    photo = lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    assert lightroom.told() == [("1 photo was tagged.", "", "bezel")]
    assert lightroom.keywords(photo) == ["phototag|kind|portrait"]


# --------------------------------------------------------------------------------- batches and cancel

QUICK = """\
#!{python}
import json, pathlib, sys
paths = pathlib.Path(sys.argv[sys.argv.index("--paths-from") + 1]).read_bytes().split(b"\\0")[:-1]
for path in paths:
    print(json.dumps({{"path": path.decode(), "kind": "portrait", "confidence": 0.9,
                       "keywords": {{"hierarchical": ["phototag|kind|portrait"]}}}}))
    if path.endswith(b"7.jpg"): sys.exit({end})
"""


def quick(lightroom: Lightroom, folder: Path, end: str = "0") -> None:
    """A command that answers at once, so that there may be many photos; it ends after photo 7 where ``end`` is a code."""
    program = folder / "quick"
    text = QUICK.format(python=sys.executable, end=end)
    program.write_text(text if end != "0" else text[: text.rindex("    if ")], "utf-8")
    program.chmod(0o755)
    lightroom.sdk.preferences["command"] = str(program)


def test_after_a_cancel_the_photos_that_were_looked_at_are_tagged(
    lightroom: Lightroom, tmp_path: Path
) -> None:
    quick(lightroom, tmp_path)
    photos = [lightroom.add(tmp_path / f"{number}.jpg") for number in range(50)]
    lightroom.sdk.cancel_after = 2
    lightroom.choose(TAG)
    tagged = [photo for photo in photos if lightroom.keywords(photo)]
    assert tagged == photos[:40], "a cancel waits for the batch in hand"
    assert lightroom.told() == [
        (
            "40 photos were tagged.",
            "Stopped: 10 photos not looked at. Choose Tag with phototag again to go on.",
            "info",
        )
    ]
    (progress,) = lightroom.sdk.progress.values()
    assert list(progress["portions"].values()) == [8 / 50, 40 / 50]
    assert list(progress["captions"].values()) == ["1 of 50", "9 of 50"]
    assert progress["ended"]
    lightroom.sdk.cancel_after = None
    lightroom.choose(TAG)
    assert all(map(lightroom.keywords, photos))


def test_where_phototag_stops_the_photos_before_are_tagged(
    lightroom: Lightroom, tmp_path: Path
) -> None:
    quick(lightroom, tmp_path, end='"out of order"')
    photos = [lightroom.add(tmp_path / f"{number}.jpg") for number in (1, 2, 7, 8)]
    lightroom.choose(TAG)
    assert [bool(lightroom.keywords(photo)) for photo in photos] == [True, True, True, False]
    ((message, text, _),) = lightroom.told()
    assert message == "3 photos were tagged."
    assert text == "8.jpg: phototag gives no answer for this file; try it again"


def test_a_thousand_photos_are_one_step_and_a_short_dialog(
    lightroom: Lightroom, tmp_path: Path
) -> None:
    quick(lightroom, tmp_path)
    photos = [
        lightroom.add(tmp_path / f"{number}.jpg", here=number % 2 == 0) for number in range(1000)
    ]
    lightroom.choose(TAG)
    assert sum(bool(lightroom.keywords(photo)) for photo in photos) == 500
    steps = [step["name"] for step in lightroom.sdk.undo_stack.values()]
    assert steps == ["Add phototag's keywords"] * 3 + [STEP]
    ((_, text, _),) = lightroom.told()
    assert len(text.splitlines()) == 21
    assert text.endswith("And 480 more files.")
    assert max(map(len, lightroom.sdk.lines.values())) < 2000, (
        "the photos are not on the command line"
    )


def test_a_batch_takes_about_15_seconds(lightroom: Lightroom) -> None:
    size = lightroom.sdk.require("Tagging").next_size
    assert [size(8, 1.0), size(8, 15.0), size(100, 15.0), size(100, 60.0), size(8, 0.0), size(150, 2.0)] == [
        32, 8, 100, 25, 32, 200,
    ]  # fmt: skip
    assert size(8, 600.0) == 4


# ------------------------------------------------------------------------------------------- settings


def test_settings_are_kept_and_tried(lightroom: Lightroom, tmp_path: Path) -> None:
    program = lightroom.sdk.preferences["command"]

    def answer(properties: Any) -> str:
        assert dict(properties.items()) == {
            "command": program,
            "level": "minimal",
            "vocabulary": "",
        }
        properties["level"] = "full"
        return "ok"

    lightroom.host.answer = answer
    lightroom.choose("Settings")
    assert lightroom.told() == [(f"phototag {phototag.__version__}", "", "bezel")]
    assert lightroom.sdk.preferences["level"] == "full"

    def wrong(properties: Any) -> str:
        properties["command"] = str(tmp_path / "none")
        return "ok"

    lightroom.host.answer = wrong
    lightroom.choose("Settings")
    ((message, text, style),) = lightroom.told()
    assert (message, style) == ("phototag cannot be run with this path.", "warning")
    assert "Check the path" in text
    lightroom.host.answer = lambda _: "cancel"
    lightroom.choose("Settings")
    assert lightroom.told() == []


def test_levels_are_those_of_phototag(lightroom: Lightroom) -> None:
    levels = lightroom.sdk.require("Options").LEVELS
    assert [entry["value"] for entry in levels.values()] == [str(level) for level in Level]
    lightroom.sdk.preferences["level"] = "nonsense"
    assert lightroom.sdk.require("Options").read().level == "minimal"


def test_json_that_is_no_row_is_passed_over(lightroom: Lightroom, tmp_path: Path) -> None:
    program = tmp_path / "odd"
    photo = lightroom.add(tmp_path / "a.jpg")
    row = {
        "path": str(tmp_path / "a.jpg"),
        "kind": "other",
        "confidence": 1,
        "keywords": {"hierarchical": [1, None]},
    }
    lines = [
        "",
        "no json",
        "[]",
        '{"path": 1}',
        json.dumps(row | {"warning": "left"}),
        json.dumps(row),
    ]
    program.write_text("#!/bin/sh\ncat <<'EOF'\n" + "\n".join(lines) + "\nEOF\n", "utf-8")
    program.chmod(0o755)
    lightroom.sdk.preferences["command"] = str(program)
    lightroom.choose(TAG)
    assert lightroom.fields(photo) == {
        "verdict": "other",
        "confidence": "99",
        "reason": "over 99 % sure",
    }
