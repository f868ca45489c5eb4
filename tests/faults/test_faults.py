"""Kills, failing calls and hostile files: short runs of ``python -m benchmarks faults``.

``PHOTOTAG_KILLS``, ``PHOTOTAG_ERRORS`` (of each call, 6 are all) and ``PHOTOTAG_INPUTS`` make them longer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS = os.environ.get("PHOTOTAG_KILLS", "60")
ERRORS = os.environ.get("PHOTOTAG_ERRORS", "2")
INPUTS = os.environ.get("PHOTOTAG_INPUTS", "300")
MINUTES = 15


def measured(tmp_path: Path, *arguments: str) -> Any:
    found = tmp_path / "found.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "faults", *arguments, "--json", str(found)],
        capture_output=True, text=True, timeout=60 * MINUTES, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    if "ptrace" in done.stderr or "PermissionError" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert done.returncode == 0, done.stderr
    return json.loads(found.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_kills_damage_nothing(tmp_path: Path) -> None:
    every = measured(tmp_path, "--part", "kills", "--kills", KILLS)["kills"]
    assert every["phototag"]["kills"] == int(KILLS)
    for found in (every["phototag"], every["phototag, whole runs"]):
        assert found["changed"] > found["kills"] / 10  # it was killed at work
        assert (found["damaged"], found["lost"], found["left"]) == (0, 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_failing_call_leaves_the_old_or_the_new_and_says_which(tmp_path: Path) -> None:
    found = measured(tmp_path, "--part", "calls", "--most", ERRORS)["calls"]
    for name, tally in found.items():
        assert tally["failed"] > int(ERRORS) * 10, name  # calls did fail
        assert tally["refused"], name
        assert tally["wrong"] == [], name


@pytest.mark.slow
def test_hostile_files_change_nothing_and_end_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, "--part", "fuzz", "--inputs", INPUTS)["fuzz"]
    assert found["inputs"] == int(INPUTS)
    assert found["done"]
    assert found["refused"]
    assert found["wrong"] == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_of_a_thousand_odd_pictures_the_bad_ones_are_reported(tmp_path: Path) -> None:
    found = measured(tmp_path, "--part", "odd")["odd"]
    assert found["files"] == 1000
    assert found["exit"] == 1
    assert found["analysed"] > 40
    assert found["wrong"] == []
