"""The published schema of the JSON: it holds for every result, and it may only grow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from phototag.analysis import schema
from phototag.analysis.result import evaluate
from scenes import body, face, scene, turned

PUBLISHED = Path(__file__).parents[1] / "docs" / "schema.json"


def lost(old: Any, new: Any, where: str = "") -> list[str]:
    """What a schema once promised and does not any more."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [f"{where}/{key}" for key in old.keys() - new.keys()]
        both = sorted(old.keys() & new.keys())
        return gone + [
            fault for key in both for fault in lost(old[key], new[key], f"{where}/{key}")
        ]
    if where.endswith(("/required", "/enum")):  # more of both are no loss
        return [f"{where}: {name}" for name in set(old) - set(new)]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [fault for n, (one, other) in pairs for fault in lost(one, other, f"{where}/{n}")]
    return [] if old == new else [f"{where}: {old} is {new} now"]


def test_the_published_schema_is_that_of_the_code(request: pytest.FixtureRequest) -> None:
    current = schema.result()
    old = json.loads(PUBLISHED.read_text("utf-8")) if PUBLISHED.exists() else {}
    assert lost(old, current) == []  # also --update-golden takes nothing away
    if request.config.getoption("--update-golden"):
        PUBLISHED.write_text(json.dumps(current, indent=1) + "\n", "utf-8")
    assert json.loads(PUBLISHED.read_text("utf-8")) == current


def test_what_is_taken_away_is_found() -> None:
    current = schema.result()
    analysis = current["oneOf"][0]
    without = {**analysis, "required": analysis["required"][1:]}
    without["properties"] = {k: v for k, v in analysis["properties"].items() if k != "crops"}
    found = lost(current["oneOf"], [without, current["oneOf"][1]])
    assert found
    assert lost([without, current["oneOf"][1]], current["oneOf"]) == []  # it may grow
    assert lost(analysis, without) == [
        "/properties/crops",
        f"/required: {analysis['required'][0]}",
    ]


@pytest.mark.parametrize(
    "drawn",
    [scene(), scene(face()), scene(face(0.2), body=body(ankles=1.0)), scene(turned(80.0)),
     scene(face(0.2, 0.3), face(0.2, 0.7))],
)  # fmt: skip
def test_results_keep_to_it(drawn: Any) -> None:
    values = json.loads(json.dumps(evaluate("jane.jpg", drawn).to_dict()))
    jsonschema.validate(values, schema.result())


@pytest.mark.slow
def test_the_command_line_keeps_to_it(portrait_jpg: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "phototag", "analyze", "--json", portrait_jpg, tmp_path / "none.jpg"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in line for line in lines] == [False, True]
    for line in lines:
        jsonschema.validate(line, schema.result())
