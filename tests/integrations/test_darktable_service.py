"""darktable's plug-in and the service: questions, answers, deaths, and the order of what is done."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import processes
from lua_modules import HEAD, HERE, Lua, attached, plain, tag_names

CANCELLED: Final = 130  # the code of a question that was taken back
Answer = tuple[int, Any, Any]  # the number of its question, the result, the error


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which services have theirs; these are gone some seconds after the last service."""
    folder = tmp_path_factory.mktemp("run")
    yield folder
    processes.wait_until(lambda: not list(folder.iterdir()), 20)


@pytest.fixture
def at_work(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test has started ends with it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runs))
    yield
    for pid in services(runs):
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself just now
            os.kill(pid, signal.SIGTERM)
        assert processes.wait_until_gone(pid), "a service goes on"


def services(runs: Path) -> list[int]:
    """The numbers of the services that run."""
    found: list[int] = []
    for file in runs.glob("*/pid"):
        with contextlib.suppress(FileNotFoundError):  # of a service that has ended some seconds ago
            found += map(int, file.read_text("ascii").split())
    return [pid for pid in found if processes.alive(pid)]


def standing_in(way: str, starts: Path) -> Lua:
    return Lua(["/bin/sh", str(HERE / "service.sh"), way, str(starts)])


def asked(
    lua: Lua, count: int, stopped: Callable[[list[Answer]], bool] = lambda _: False
) -> list[Answer]:
    """What comes of so many questions, in that order; ``stopped`` is given what came until now."""
    found: list[Answer] = []
    lua.globals[b"take"] = lambda at, result, wrong: found.append((at, plain(result), plain(wrong)))
    lua.globals[b"stopped"] = lambda: stopped(found)
    lua.run(
        "begun = {} local questions = {} for at = 1, count do "
        "  questions[at] = { method = 'show', params = {}, before = function() begun[at] = true end } "
        "end "
        "require('phototag.service').ask_all(command, questions, take, stopped)",
        count=count,
    )
    return found


def test_a_question_to_the_real_service_is_answered(at_work: None, tmp_path: Path) -> None:
    lua = Lua([sys.executable, "-m", "phototag"])
    decode, ask = lua.require("phototag.json")[b"decode"], lua.require("phototag.service")[b"ask"]
    result, wrong = ask(lua.globals[b"command"], b"words", decode(b'{"options": {}}'))
    assert wrong is None
    assert plain(result)["words"]["kind"]["headshot"] == HEAD.decode()
    lua.globals[b"name"] = os.fsencode(tmp_path) + "/ä\n'\"$(id).jpg".encode()
    result, wrong = ask(lua.globals[b"command"], b"show", lua.run("return { path = name }"))
    assert result is None
    assert plain(wrong)["data"]["name"] == "PhotoNotFound"
    lua.require("phototag.service")[b"stop"]()
    processes.wait_until(lambda: not lua.require("phototag.service")[b"runs"](), 20)


def test_answers_come_in_any_order(at_work: None, tmp_path: Path) -> None:
    found = asked(standing_in("backwards", tmp_path / "starts"), 3)
    assert sorted(found) == [(1, "1", None), (2, "2", None), (3, "3", None)]


def test_lines_that_mean_nothing_are_passed_over(at_work: None, tmp_path: Path) -> None:
    assert asked(standing_in("chatters", tmp_path / "starts"), 1) == [(1, "whole", None)]


def test_a_service_that_dies_is_started_again_and_asked_again(
    at_work: None, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    assert asked(standing_in("dies-once", starts), 1) == [(1, "again", None)]
    assert starts.read_text().count("started") == 2


def test_one_that_dies_again_is_left_and_its_last_words_are_told(
    at_work: None, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    found = asked(standing_in("dies", starts), 2)
    assert [at for at, _, _ in found] == [1, 2]
    assert all("out of memory" in wrong["data"]["problem"] for _, _, wrong in found)
    assert starts.read_text().count("started") == 2


def test_one_that_cannot_start_is_told_with_its_last_words(at_work: None, tmp_path: Path) -> None:
    ((at, result, wrong),) = asked(standing_in("broken", tmp_path / "starts"), 1)
    assert (at, result) == (1, None)
    assert wrong["message"] == "phototag has not answered: no module named phototag"


def test_one_that_does_not_answer_is_ended_by_force(at_work: None, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    lua = standing_in("hangs", starts)
    lua.run("local real = os.time os.time = function() return real() * 100 end")
    ((_, result, wrong),) = asked(lua, 1)
    assert result is None
    assert wrong["data"]["problem"] == "phototag has not answered: no answer within 180 s"
    pids = [int(line) for line in starts.read_text().split() if line.isdecimal()]
    assert len(pids) == 2
    for pid in pids:
        assert processes.wait_until_gone(pid)


def test_the_file_of_answers_does_not_grow_with_the_photos(
    at_work: None, runs: Path, tmp_path: Path
) -> None:
    """Every answer arrives all the same, and the end of the service is still noticed."""
    lua = standing_in("talks", tmp_path / "starts")
    sizes, sleep = [0], lua.darktable[b"control"][b"sleep"]

    def looked(milliseconds: int) -> None:
        sizes.extend(file.stat().st_size for file in runs.glob("*/answers"))
        sleep(milliseconds)

    lua.darktable[b"control"][b"sleep"] = looked
    found = asked(lua, 60)
    assert [at for at, _, _ in sorted(found)] == list(range(1, 61))
    assert {len(result) for _, result, _ in found} == {100_000}
    assert 500_000 < max(sizes) < 1_600_000
    (pid,) = services(runs)
    os.kill(pid, signal.SIGKILL)
    processes.wait_until(lambda: not lua.require("phototag.service")[b"runs"](), 20)


def test_what_is_cancelled_is_answered_and_no_more_is_asked(at_work: None, tmp_path: Path) -> None:
    """Also what was not begun: darktable gives each of these its tags back."""
    lua = standing_in("cancels", tmp_path / "starts")
    found = asked(lua, 20, lambda answers: len(answers) > 0)
    assert found[0] == (1, "first", None)
    assert sorted(at for at, _, _ in found) == list(range(1, 21))
    assert {wrong["code"] for _, _, wrong in found[1:]} == {CANCELLED}
    assert 1 < len(plain(lua.globals[b"begun"])) < 10


def test_what_is_cancelled_while_a_dead_service_is_started_again_is_answered(
    at_work: None, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    lua = standing_in("dies-once", starts)
    found = asked(lua, 20, lambda _: starts.read_text().count("started") == 2)
    assert {wrong["code"] for _, _, wrong in found} == {CANCELLED}
    assert sorted(at for at, _, _ in found) == list(range(1, 21))
    assert plain(lua.globals[b"begun"]), "some were at work when it died"


# ---------------------------------------------------------------------------------------------- the order of deeds

ANSWERS: Final = """
local function said(question)
  if question.method == "words" then
    local named = question.params.options.vocabulary
    return { words = named and { kind = { headshot = "People|kind|Kopf" } } or plain_words }
  elseif question.method == "show" then
    return { record = records[question.params.path] or require("phototag.json").null }
  end
  return result
end
local service = {}
function service.ask_all(_, questions, answered)
  local deeds = require("darktable").deeds
  for at, question in ipairs(questions) do
    if question.before then question.before() end
    if question.params.path then table.insert(deeds, question.method .. " " .. question.params.path) end
    local broken = at == 2 and question.method ~= "show"
    if broken then answered(at, nil, { code = 1, message = "it is gone" }) else answered(at, said(question), nil) end
  end
end
function service.ask(command, method, params)
  local found
  service.ask_all(command, { { method = method, params = params } }, function(_, result) found = result end)
  return found
end
package.loaded["phototag.service"] = service
"""


@pytest.fixture
def answered(lua: Lua) -> Callable[..., None]:
    """Puts a service in place that answers at once, and fails for the second photo."""

    def put(result: dict[str, Any], records: dict[str, list[str]] | None = None) -> None:
        decode = lua.require("phototag.json")[b"decode"]
        told = {
            path: {"keywords": {"hierarchical": words}} for path, words in (records or {}).items()
        }
        lua.run(
            ANSWERS,
            result=decode(json.dumps(result).encode()),
            records=decode(json.dumps(told).encode()),
            plain_words=decode(json.dumps({"kind": {"headshot": HEAD.decode()}}).encode()),
        )
        lua.run("require('darktable').deeds = {}")

    return put


def test_tags_go_before_the_words_in_the_file_and_come_back_where_these_stay(
    lua: Lua, answered: Callable[..., None]
) -> None:
    make = lua.darktable[b"image"]
    images = lua.list([make(1, b"/p/a.jpg"), make(2, b"/p/b.jpg")])
    for image in images.values():
        attached(lua, image, HEAD)
    answered({"changed": True})
    said = lua.require("phototag.work")[b"take_back"](images)
    assert said == b"1 photo as before, 1 failed"
    assert plain(lua.run("return require('darktable').deeds")) == [
        "show /p/a.jpg", "show /p/b.jpg",
        f"detach {HEAD.decode()}", "remove /p/a.jpg",
        f"detach {HEAD.decode()}", "remove /p/b.jpg", f"attach {HEAD.decode()}",
    ]  # fmt: skip
    assert plain(lua.run("return require('darktable').said")) == ["phototag: b.jpg: it is gone"]
    (job,) = lua.darktable[b"jobs"].values()
    assert (job[b"valid"], job[b"percent"]) == (False, 1.0)


def test_what_an_earlier_darktable_has_tagged_with_words_of_ones_own_is_taken_back(
    lua: Lua, answered: Callable[..., None]
) -> None:
    """Nothing was tagged since the start: the photo's record and the vocabulary name the words, and only these go."""
    (image,) = images = [lua.darktable[b"image"](1, b"/p/a.jpg")]
    attached(lua, image, b"People|Ann", b"People|kind|Kopf", b"People|Style|older", HEAD)
    answered({"changed": True}, {"/p/a.jpg": ["People|Style|older"]})
    lua.run(
        "require('darktable').preferences.write('phototag', 'vocabulary', 'string', '/words.toml')"
    )
    assert (
        lua.require("phototag.work")[b"take_back"](lua.runtime.table_from(images))
        == b"1 photo as before"
    )
    assert tag_names(lua, image) == ["People|Ann"]


def test_tags_of_the_users_below_the_root_of_a_vocabulary_stay_when_photos_are_tagged(
    lua: Lua, answered: Callable[..., None]
) -> None:
    (image,) = images = [lua.darktable[b"image"](1, b"/p/a.jpg")]
    attached(lua, image, b"People|Ann", b"phototag|mine", HEAD)
    answered({"kind": "headshot", "keywords": {"hierarchical": ["People|kind|Kopf"]}})
    lua.require("phototag.work")[b"tag"](lua.runtime.table_from(images))
    assert tag_names(lua, image) == ["People|Ann", "People|kind|Kopf", "phototag|mine"]


def kept_although_all_failed(lua: Lua) -> None:
    """Six photos that are to be as before phototag, which fails, have their tags afterwards."""
    make = lua.darktable[b"image"]
    images = lua.list([make(at, b"/p/%d.jpg" % at) for at in range(1, 7)])
    for image in images.values():
        attached(lua, image, HEAD)
    said = lua.require("phototag.work")[b"take_back"](images)
    assert said.endswith(b"6 failed"), said
    for image in images.values():
        assert tag_names(lua, image) == [HEAD.decode()]


@pytest.mark.parametrize("way", ["broken", "dies"])
def test_no_tag_is_lost_where_the_service_cannot_do_its_work(
    at_work: None, tmp_path: Path, way: str
) -> None:
    """Neither of the photos that were asked about, twice, nor of those that were not."""
    lua = standing_in(way, tmp_path / "starts")
    kept_although_all_failed(lua)


def test_no_tag_is_lost_where_the_service_dies_while_words_are_taken_out(
    at_work: None, tmp_path: Path
) -> None:
    """It has told its words and read the photos by then, and has died twice."""
    lua = standing_in("dies-at-remove", tmp_path / "starts")
    kept_although_all_failed(lua)
    deeds = plain(lua.run("return require('darktable').deeds"))
    assert f"detach {HEAD.decode()}" in deeds


def test_photos_are_tagged_before_tags_are_attached(
    lua: Lua, answered: Callable[..., None]
) -> None:
    make = lua.darktable[b"image"]
    images = lua.list([make(1, b"/p/a.jpg"), make(2, b"/p/b.jpg")])
    attached(lua, images[1], b"Alt|Art|Kopf")
    answered({
        "kind": "headshot",
        "removed": {"lr:hierarchicalSubject": ["Alt|Art|Kopf"]},
        "keywords": {"hierarchical": [HEAD.decode()]},
    })  # fmt: skip
    assert (
        lua.require("phototag.work")[b"tag"](images)
        == b"1 headshot, 0 portraits, 0 others, 1 failed"
    )
    deeds = plain(lua.run("return require('darktable').deeds"))
    assert deeds == [
        "tag /p/a.jpg",
        "detach Alt|Art|Kopf",
        f"attach {HEAD.decode()}",
        "tag /p/b.jpg",
    ]
    (job,) = lua.darktable[b"jobs"].values()
    assert (job[b"text"], job[b"valid"], job[b"percent"]) == (b"phototag: tag 2 photos", False, 1.0)
