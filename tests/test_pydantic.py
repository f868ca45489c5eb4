"""Results as types of pydantic and FastAPI: the JSON is that of ``to_dict``, and the schema the published one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import phototag
from phototag.analysis import schema
from phototag.analysis.result import evaluate
from processes import started
from scenes import face, scene

pydantic = pytest.importorskip("pydantic", reason="pydantic is not installed")
ANALYSIS = evaluate("jane.jpg", scene(face(0.5)))
EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "service.py"


@pytest.fixture(scope="module")
def adapter() -> Any:
    return pydantic.TypeAdapter(phototag.Analysis)


def test_an_analysis_is_dumped_as_its_published_json(adapter: Any) -> None:
    assert adapter.dump_python(ANALYSIS) == ANALYSIS.to_dict()
    assert json.loads(adapter.dump_json(ANALYSIS)) == json.loads(json.dumps(ANALYSIS.to_dict()))


def test_an_analysis_is_taken_as_it_is_and_read_from_json(adapter: Any) -> None:
    assert adapter.validate_python(ANALYSIS) is ANALYSIS
    assert adapter.validate_python(ANALYSIS.to_dict()) == ANALYSIS
    assert adapter.validate_json(json.dumps(ANALYSIS.to_dict())) == ANALYSIS


@pytest.mark.parametrize("wrong", [{}, {"schema": 1}, 5, "headshot", None, [1]])
def test_what_is_no_analysis_is_a_validation_error(adapter: Any, wrong: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python(wrong)
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_json(json.dumps(wrong))


def test_the_schema_is_the_published_one(adapter: Any) -> None:
    for mode in ("serialization", "validation"):
        described = adapter.json_schema(mode=mode)
        assert described == {"title": "Analysis", **schema.analysis()}
        jsonschema.validate(ANALYSIS.to_dict(), described)
    published = json.loads(EXAMPLE.parents[1].joinpath("schema.json").read_text("utf-8"))
    assert [phototag.Done.json_schema(), phototag.Failed.json_schema()] == published["oneOf"]


def test_it_is_a_field_of_a_model() -> None:
    album = pydantic.create_model("Album", title=(str, ...), photos=(list[phototag.Analysis], ...))
    one = album(title="team", photos=[ANALYSIS])
    text = one.model_dump_json()
    assert json.loads(text)["photos"] == [json.loads(json.dumps(ANALYSIS.to_dict()))]
    assert album.model_validate_json(text) == one


def test_outcomes_are_dumped_each_as_its_line_of_json() -> None:
    error = phototag.errors.NotAPhoto("a.txt", "this is not a picture", "give a photo")
    outcomes = [
        phototag.Done(photo="jane.jpg", analysis=ANALYSIS),
        phototag.Failed(photo="a.txt", error=error),
    ]
    adapter = pydantic.TypeAdapter(list[phototag.Outcome])
    assert adapter.validate_python(outcomes) == outcomes
    said = json.loads(adapter.dump_json(outcomes))
    assert said == json.loads(json.dumps([outcome.to_dict() for outcome in outcomes]))
    for one in said:
        jsonschema.validate(one, schema.result())


@pytest.mark.slow
def test_the_web_service_of_the_docs_works(headshot_jpg: Path) -> None:
    """An upload, a file that is no picture, and the description of the service."""
    for package in ("fastapi", "uvicorn"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    command = [sys.executable, "-m", "uvicorn", "service:app", "--port", "0"]
    with started(command, stderr=subprocess.PIPE, cwd=EXAMPLE.parent) as server:
        assert server.stderr is not None
        address = ""
        while not address and (line := server.stderr.readline()):
            address = "".join(re.findall(r"running on (http://[\d.:]+)", line))
        done = asked(f"{address}/verdict", headshot_jpg.read_bytes())
        wrong = asked(f"{address}/verdict", b"no picture")
        large = asked(f"{address}/verdict", bytes(20_000_001))
        described = asked(f"{address}/openapi.json")
        server.terminate()
        server.wait(timeout=30)
    assert (done[0], done[1]["kind"]) == (200, "headshot")
    jsonschema.validate(done[1], schema.result())
    assert phototag.Analysis.from_dict(done[1]).cropping.shot == "head_and_shoulders"
    assert (wrong[0], wrong[1]["error"]["type"]) == (422, "NotAPhoto")
    assert large == (413, {"detail": "a photo may have 20 MB"})
    assert '"face_height"' in json.dumps(described[1])


def asked(url: str, body: bytes | None = None) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)
