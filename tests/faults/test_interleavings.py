"""Interleavings of a change with kills, other programs and failing calls: a sample of those that
``python -m benchmarks faults --part interleavings`` goes through.

``PHOTOTAG_INTERLEAVINGS`` says how many of each change are tried.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MOST = os.environ.get("PHOTOTAG_INTERLEAVINGS", "40")
MINUTES = 9
SAMPLE = """
import json, sys
from pathlib import Path
from benchmarks.faults.interleavings import careless, changes, measuring, report, tracer
why, found, wrong = tracer.why_not(), [], []
if sys.argv[3]:
    careless.replace_carelessly(sys.argv[3])
for change in () if why else changes.every():
    if f"{change.operation} {change.form}" in sys.argv[4:] and change.subject in change.mine:
        root = Path(sys.argv[1], change.name)
        root.mkdir()
        tallies = measuring.measure(change, root, int(sys.argv[2]))
        found.append((change, tallies))
        wrong += [text for tally in tallies.values() for text in tally.wrong]
print(json.dumps({"why": why, "wrong": wrong, **report.tables(found)}))
"""


def sample(folder: Path, most: str, careless: str, *wanted: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", SAMPLE, str(folder), most, careless, *wanted],
        capture_output=True, text=True, timeout=60 * MINUTES, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    if found["why"]:
        pytest.skip(found["why"])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("form", ["jpg", "sidecar", "own sidecar"])
def test_no_interleaving_costs_anybody_anything(tmp_path: Path, form: str) -> None:
    operations = {"jpg": ("write", "remove", "undo", "crop")}.get(form, ("write", "remove"))
    found = sample(tmp_path, MOST, "", *(f"{operation} {form}" for operation in operations))
    assert found["forms"][form].keys() == set(operations)
    assert found["wrong"] == []
    rows = found["events"].values()
    assert sum(row["count"] for row in rows) > int(MOST)
    # It was stopped before the change and after it, and other programs came in between.
    assert {"old", "new", "other's"} <= {state for row in rows for state in row["states"]}
    assert {"killed", "replaced", "deleted", "call fails: EIO"} <= found["events"].keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("careless", "most", "kinds"),
    [
        ("in place", "120", {"killed", "rewritten in place"}),
        ("by renaming", "200", {"in place, same size and time", "replaced", "deleted"}),
        (
            "without its attributes",
            "120",
            {"labelled", "permissions narrowed", "given a second name"},
        ),
    ],
)
def test_a_careless_replacement_is_caught(
    tmp_path: Path, careless: str, most: str, kinds: set[str]
) -> None:
    found = sample(tmp_path, most, careless, "write jpg")
    lost = {kind for kind, row in found["events"].items() if row["lost"]}
    assert kinds <= lost


OTHER_USER = """
import json, sys, tempfile
from pathlib import Path
from benchmarks.faults.interleavings import adversary
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(adversary.measure(Path(folder), int(sys.argv[1]), lambda _: None)))
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root can start another user's processes",
)
def test_another_user_who_swaps_names_reaches_nothing_elsewhere() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OTHER_USER, "60"],
        capture_output=True, text=True, timeout=60 * MINUTES, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["swaps"] > 60
    assert found["done"] > 0
    assert (found["outside"], found["read"], found["widened"], found["left"]) == (0, 0, 0, 0)
    assert found["wrong"] == []
