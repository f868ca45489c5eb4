"""The service: what it answers, and that it is what the functions and the command line say."""

from __future__ import annotations

import collections
import json
import os
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import phototag
from asking import Asking, notification, request, service
from commands import rows, run
from samples import SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One service for all tests that leave it as it was."""
    state = tmp_path_factory.mktemp("service") / "state.sqlite3"
    with service("--state", state, seconds=1200) as found:
        yield found
        assert found.end() == 0
        assert found.process.stderr is not None
        assert found.process.stderr.read() == ""


@pytest.fixture
def photo(headshot_jpg: Path) -> str:
    return str(headshot_jpg)


def test_each_method_answers_what_the_command_prints(asking: Asking, photo: str) -> None:
    for method, params, words in (
        ("analyze", {}, ["analyze", "--json"]),
        ("analyze", {"options": {"min_confidence": 0.999}}, ["analyze", "--json", "--min-confidence", "0.999"]),
        ("tag", {"options": {"dry_run": True, "keywords": "full"}}, ["tag", "--json", "--dry-run", "--keywords", "full"]),
        ("show", {}, ["show", "--json"]),
    ):  # fmt: skip
        (printed,) = rows(run(*words, photo).stdout)
        assert asking.ask(method, path=photo, **params)["result"] == printed, method
    tagged = asking.ask("tag", path=photo)["result"]
    assert (tagged["changed"], tagged["keywords"]["flat"]) == (True, ["headshot"])
    (printed,) = rows(run("show", "--json", photo).stdout)
    assert asking.ask("show", path=photo)["result"] == printed
    (printed,) = rows(run("remove", "--json", "--dry-run", photo).stdout)
    answer = asking.ask("remove", path=photo, options={"dry_run": True})
    assert answer["result"] == printed
    assert asking.ask("remove", path=photo)["result"]["changed"]
    assert asking.ask("show", path=photo)["result"]["record"] is None


def test_an_error_of_a_photo_says_what_the_command_says(asking: Asking, tmp_path: Path) -> None:
    (text := tmp_path / "text.jpg").write_text("no photo")
    for path in (tmp_path / "none.jpg", text):
        (printed,) = rows(run("analyze", "--json", path).stdout)
        told: Any = printed["error"]
        error = asking.ask("analyze", path=str(path))["error"]
        assert (error["code"], error["message"]) == (1, told["message"])
        assert (error["data"]["name"], error["data"]["about"]) == (told["type"], str(path))
        assert error["message"].startswith(error["data"]["problem"])
        assert error["data"]["on_disk"]
    error = asking.ask("tag", path=str(tmp_path))["error"]
    assert (error["code"], error["data"]["name"]) == (1, "PhotoNotReadable")


@pytest.mark.parametrize(
    ("method", "params", "name", "about"),
    [
        ("tag", {}, "BadValue", "path"),
        ("tag", {"path": 3}, "BadType", "path"),
        ("tag", {"path": ""}, "BadValue", "path"),
        ("tag", {"path": "a\0b"}, "BadValue", "path"),
        ("tag", {"path": "a.jpg", "dry_run": True}, "UnknownOption", "dry_run"),
        ("tag", {"path": "a.jpg", "options": {"dryrun": True}}, "UnknownOption", "dryrun"),
        ("tag", {"path": "a.jpg", "options": {"dry_run": "no"}}, "BadType", "dry_run"),
        ("tag", {"path": "a.jpg", "options": {"dry_run": None}}, "BadType", "dry_run"),
        ("tag", {"path": "a.jpg", "options": {"keywords": "all"}}, "BadValue", "keywords"),
        ("tag", {"path": "a.jpg", "options": {"keywords": ["full"]}}, "BadValue", "keywords"),
        ("tag", {"path": "a.jpg", "options": {"min_confidence": 7}}, "BadValue", "min_confidence"),
        ("tag", {"path": "a.jpg", "options": {"vocabulary": {}}}, "BadType", "vocabulary"),
        ("tag", {"path": "a.jpg", "options": {"corrections": {}}}, "BadType", "corrections"),
        (
            "tag",
            {"path": "a.jpg", "options": {"lightroom_crop": "x"}},
            "BadValue",
            "lightroom_crop",
        ),
        ("tag", {"path": "a.jpg", "options": []}, "BadType", "options"),
        ("analyze", {"path": "a.jpg", "options": {"dry_run": True}}, "UnknownOption", "dry_run"),
        ("show", {"path": "a.jpg", "options": {}}, "UnknownOption", "options"),
        ("remove", {"path": "a.jpg", "options": {"mtime": 1}}, "BadValue", "mtime"),
        ("decide", {"path": "a.jpg"}, "BadValue", "kind"),
        ("decide", {"path": "a.jpg", "kind": "portrait", "forget": True}, "BadValue", "kind"),
        ("decide", {"path": "a.jpg", "kind": "cat"}, "BadValue", "kind"),
        ("decide", {"path": "a.jpg", "forget": 1}, "BadType", "forget"),
        ("cancel", {}, "BadValue", "id"),
        ("cancel", {"id": [1]}, "BadType", "id"),
        ("shutdown", {"now": True}, "UnknownOption", "now"),
    ],
)
def test_parameters_are_checked_as_the_arguments_of_functions(
    asking: Asking, method: str, params: dict[str, Any], name: str, about: str
) -> None:
    error = asking.ask(method, **params)["error"]
    assert (error["code"], error["data"]["name"], error["data"]["about"]) == (-32602, name, about)
    assert error["data"]["on_disk"] is None


def test_a_file_that_an_option_names_is_read(asking: Asking, photo: str, tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('[words]\nkind.headshot = "Kopf"\n', encoding="utf-8")
    options = {"dry_run": True, "vocabulary": str(words)}
    found = asking.ask("tag", path=photo, options=options)["result"]
    assert found["keywords"]["flat"] == ["Kopf"]
    words.write_text("[words", encoding="utf-8")
    error = asking.ask("tag", path=photo, options=options)["error"]
    assert (error["code"], error["data"]["name"]) == (3, "BadVocabulary")


def test_what_the_user_has_deleted_is_no_keyword_of_the_photo(
    asking: Asking, photo: str, exiftool: str
) -> None:
    import subprocess

    asking.ask("tag", path=photo, options={"keywords": "standard"})
    command = [exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject-=one person", photo]
    subprocess.run(command, check=True, timeout=60)
    found = asking.ask("tag", path=photo, options={"keywords": "standard"})["result"]
    assert found["declined"]["dc:subject"] == ["one person"]
    assert found["keywords"]["flat"] == ["headshot", "head and shoulders"]
    assert not any("person" in word for word in found["keywords"]["hierarchical"])


def test_a_thousand_requests_are_each_answered_once(
    asking: Asking, portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path
) -> None:
    dice = random.Random(29)
    others = ("chelsea.png", "coffee.png", "rocket.jpg")
    copies = [Path(shutil.copy(SAMPLES / name, tmp_path / name)) for name in others]
    photos = [portrait_jpg, headshot_jpg, *copies]
    asked: dict[int, tuple[str, Path]] = {}
    lines: list[str] = []
    methods = ("show", "analyze", "tag", "remove", "decide")
    for number in range(1000):
        (method,) = dice.choices(methods, weights=(94, 2, 2, 1, 1))
        photo = dice.choice(photos if method != "decide" else photos[:2])
        more = {"kind": dice.choice(["headshot", "portrait"])} if method == "decide" else {}
        if number % 100 == 50:
            lines.append(notification("show", path=str(photo)))
        asked[number] = method, photo
        lines.append(request(method, number, path=str(photo), **more))
    threading.Thread(target=asking.send, args=lines, daemon=True).start()
    answers = [asking.next() for _ in asked]
    assert sorted(answer["id"] for answer in answers) == list(range(1000))
    for answer in answers:
        method, photo = asked[answer["id"]]
        assert "error" not in answer, answer
        assert answer["result"]["path"] == str(photo), method
    assert asking.nothing_comes()
    counted = collections.Counter(method for method, _ in asked.values())
    assert set(counted) == set(methods)
    analysed = next(a for a in answers if asked[a["id"]] == ("analyze", photos[2]))
    assert analysed["result"] == json.loads(json.dumps(phototag.analyze(photos[2]).to_dict()))


def test_what_is_asked_of_one_photo_is_done_in_order(asking: Asking, photo: str) -> None:
    steps = ["tag", "show", "remove", "show"] * 5
    asking.send(*[request(step, number, path=photo) for number, step in enumerate(steps)])
    found = {answer["id"]: answer["result"] for answer in (asking.next() for _ in steps)}
    for number, step in enumerate(steps):
        if step == "show":
            assert (found[number]["record"] is not None) is (steps[number - 1] == "tag")
        else:
            assert found[number]["changed"]


def test_a_person_s_word_holds_and_can_be_undone(photo: str, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    before = Path(photo).read_bytes()
    with service("--state", state) as asking:
        found = asking.ask("decide", path=photo, kind="portrait", options={"keywords": "minimal"})
        assert found["result"]["kind"] == "portrait"
        assert found["result"]["keywords"]["flat"] == ["portrait"]
        record = asking.ask("show", path=photo)["result"]["record"]
        assert (record["decision"], record["thought"]) == ({"kind": "portrait"}, "headshot")
        more = asking.ask("tag", path=photo, options={"keywords": "standard"})
        assert more["result"]["kind"] == "portrait"
        kept = asking.ask("decide", path=photo, kind="portrait", options={"dry_run": True})
        assert kept["result"]["keywords"]["flat"] == more["result"]["keywords"]["flat"]
        assert len(kept["result"]["keywords"]["flat"]) > 1
        # A run on the folder keeps to it, too.
        (row,) = rows(run("tag", "--json", "--state", state, Path(photo).parent).stdout)
        assert row["kind"] == "portrait"
        forgotten = asking.ask("decide", path=photo, forget=True)["result"]
        assert (forgotten["kind"], forgotten["keywords"]["flat"]) == ("headshot", ["headshot"])
        folder = asking.ask("decide", path=str(tmp_path), kind="other")
        assert folder["error"]["message"].endswith("this is a folder; give the photos in it")
        none = asking.ask("decide", path=str(tmp_path / "none.jpg"), kind="other")
        assert none["error"]["data"]["name"] == "PhotoNotFound"
        assert asking.end() == 0
    listed = rows(run("undo", "--list", "--json", "--state", state).stdout)
    assert [row["corrections"] for row in listed] == [1, 0, 1]
    for row in reversed(listed):
        assert run("undo", str(row["number"]), "--state", state).returncode == 0
    assert Path(photo).read_bytes() == before


def test_a_run_in_the_same_folder_is_not_disturbed_by_a_decision(
    asking: Asking, photo: str
) -> None:
    from phototag.catalogue.lock import locked

    before = Path(photo).read_bytes()
    with locked([os.path.realpath(Path(photo).parent)]):
        error = asking.ask("decide", path=photo, kind="portrait")["error"]
    assert (error["code"], error["data"]["name"]) == (3, "CatalogueBusy")
    assert Path(photo).read_bytes() == before
