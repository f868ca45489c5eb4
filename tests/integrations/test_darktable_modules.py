"""The modules of darktable's plug-in in Lua itself, with a stand-in where they need darktable's database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import lupa.lua54
import pytest
from hypothesis import given
from hypothesis import strategies as some

import processes
from phototag.integrations import darktable
from phototag.integrations.application import Command
from phototag.integrations.placing import OwnLine

PLUGIN: Final = Path(darktable.__file__).parent / "plugin"
HERE: Final = Path(__file__).parent / "darktable"
HEAD: Final = b"phototag|kind|headshot"


class Lua:
    """A Lua that finds the plug-in's modules and the stand-in of darktable; texts are bytes."""

    def __init__(self, command: list[str] | None = None) -> None:
        made: Any = lupa.lua54.LuaRuntime  # its types know no bytes
        self.runtime: Any = made(encoding=None, unpack_returned_tuples=True)
        self.runtime.execute(f"package.path = '{PLUGIN}/?.lua'")
        self.runtime.execute(f"package.preload.darktable = assert(loadfile('{HERE}/stand_in.lua'))")
        self.globals: Any = self.runtime.globals()
        self.darktable = self.require("darktable")
        self.darktable[b"control"][b"sleep"] = lambda milliseconds: time.sleep(milliseconds / 1000)
        words = self.runtime.table_from([word.encode() for word in command or ["false"]])
        self.globals[b"command"] = words
        self.runtime.execute(
            "package.preload['phototag.settings'] = function() return {command = command} end"
        )

    def require(self, name: str) -> Any:
        return self.runtime.eval(f"(require '{name}')")

    def run(self, text: str, **given: Any) -> Any:
        for name, value in given.items():
            self.globals[name.encode()] = value
        return self.runtime.execute(text)

    def list(self, values: list[bytes]) -> Any:
        return self.runtime.table_from(values)


@pytest.fixture
def lua() -> Lua:
    return Lua()


def plain(value: Any) -> Any:
    """What a Lua value is in JSON."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if lupa.lua54.lua_type(value) != "table":
        return value
    pairs = {key: plain(one) for key, one in value.items()}
    if pairs and all(isinstance(key, int) for key in pairs):
        return [pairs[at] for at in range(1, len(pairs) + 1)]
    return {plain(key): one for key, one in pairs.items()}


VALUES: Final = some.recursive(
    some.booleans() | some.integers(-(2**53), 2**53) | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, min_size=1, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, some.booleans())
def test_json_of_python_is_read_in_lua(value: Any, ascii_only: bool) -> None:
    read = Lua().require("phototag.json")[b"decode"]
    found = read(json.dumps({"value": value}, ensure_ascii=ascii_only).encode())
    assert plain(found) == {"value": value}


@given(some.binary(max_size=60))
def test_any_name_of_a_file_goes_to_python_and_back(name: bytes) -> None:
    module = Lua().require("phototag.json")
    line = module[b"encode"](name)
    assert b"\n" not in line
    received = json.loads(line.decode("utf-8"))
    assert os.fsencode(received) == name
    assert module[b"decode"](json.dumps(received).encode("ascii")) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        '{"a" 1}',
        '{"a":1',
        '"a',
        '"\\x"',
        '"\\u12"',
        "nul",
        "1 2",
        "[" * 100,
        "{1:2}",
        "-",
    ],
)
def test_what_is_not_json_is_told(lua: Lua, text: str) -> None:
    value, problem = lua.require("phototag.json")[b"decode"](text.encode())
    assert value is None
    assert b"byte" in problem


@given(some.text(some.characters(exclude_characters="\0", codec="utf-8"), max_size=30))
def test_the_shell_takes_any_word_as_it_stands(word: str) -> None:
    quoted = Lua().require("phototag.shell")[b"quoted"](word.encode())
    run = subprocess.run(
        [b"sh", b"-c", b"printf %s " + quoted], capture_output=True, timeout=20, check=True
    )
    assert run.stdout == word.encode()


def test_the_command_stands_in_the_settings_whatever_its_path(lua: Lua) -> None:
    words = ('/opt/ä "b" \\n\'$(id)`\n' + os.fsdecode(b"\xff"), "-m", "phototag")
    made = lua.runtime.execute(darktable.settings(Command(words[0], words[1:])))
    assert [made[b"command"][at] for at in (1, 2, 3)] == [os.fsencode(word) for word in words]


def test_the_line_that_loads_the_modules_is_written_last() -> None:
    pieces = darktable.pieces(Command("/usr/bin/phototag"))
    assert isinstance(pieces[-1], OwnLine)
    names = {Path(piece.path).name for piece in pieces[:-1]}
    assert names == {path.name for path in (PLUGIN / "phototag").iterdir()} | {"settings.lua"}


def test_the_lua_is_clean() -> None:
    if shutil.which("luacheck") is None:
        pytest.skip("not installed: luacheck")
    root = HERE.parent.parent.parent
    run = subprocess.run(
        ["luacheck", "--no-color", "-q", PLUGIN, HERE, "--config", root / ".luacheckrc"],
        cwd=root, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


# ---------------------------------------------------------------------------------------------- what is said


def record(lua: Lua, **fields: Any) -> Any:
    text = json.dumps(
        {"kind": "headshot", "confidence": 0.97, "grade": None, "decision": {}} | fields
    )
    return lua.require("phototag.json")[b"decode"](text.encode())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Headshot, 97 % sure"),
        ({"confidence": 0.9951, "grade": "professional"}, "Headshot, professional, over 99 % sure"),
        (
            {"decision": {"kind": "headshot"}, "thought": "portrait", "thought_confidence": 0.591},
            "Headshot, as you decided; phototag thought portrait, 59 %",
        ),
        ({"decision": {"kind": "headshot"}, "thought": None}, "Headshot, as you decided"),
        (
            {
                "decision": {"kind": "headshot"},
                "verdict": {"thought": "headshot", "thought_confidence": 1.0},
            },
            "Headshot, as you decided; so thought phototag, over 99 %",
        ),
    ],
)
def test_the_verdict_is_one_line(lua: Lua, fields: dict[str, Any], said: str) -> None:
    assert lua.require("phototag.texts")[b"verdict"](record(lua, **fields)).decode() == said


def test_reasons_are_told_by_side_and_strength(lua: Lua) -> None:
    given = record(lua, contributions={"focus": 1.3, "posing": -0.2, "mood": 0.04, "cropping": 3.5})
    lines = plain(lua.require("phototag.texts")[b"reasons"](given[b"contributions"]))
    assert lines == ["for a headshot: cropping +3.5, focus +1.3", "against: posing -0.2"]


def test_a_problem_is_told_with_its_remedy(lua: Lua) -> None:
    tell = lua.require("phototag.texts")[b"problem"]
    decode = lua.require("phototag.json")[b"decode"]
    assert (
        tell(decode(b'{"message": "m", "data": {"problem": "it is gone", "remedy": "look"}}'))
        == b"it is gone; look"
    )
    assert (
        tell(decode(b'{"message": "m", "data": {"problem": "it is gone", "remedy": ""}}'))
        == b"it is gone"
    )
    assert tell(decode(b'{"message": "m", "data": null}')) == b"m"


@given(some.text(max_size=200))
def test_wrapped_text_keeps_its_words_and_its_width(text: str) -> None:
    found = (
        Lua().require("phototag.texts")[b"wrapped"](text.encode("utf-8", "replace"), 20).decode()
    )
    assert found.encode().split() == text.encode("utf-8", "replace").split()
    assert all(len(line) <= 20 or " " not in line for line in found.split("\n"))


def test_names_are_told_without_line_breaks_and_not_too_long(lua: Lua) -> None:
    name = lua.require("phototag.texts")[b"name"]
    assert name("/a/ä\nb.jpg".encode()).decode() == "ä\\x0ab.jpg"
    long = name(("/a/" + "ö" * 100 + ".jpg").encode()).decode()
    assert len(long) < 62
    assert long.startswith("öö")
    assert long.endswith("ö.jpg")
    assert b"\xff" in name(b"/a/" + b"\xff" * 100)


# ---------------------------------------------------------------------------------------------- darktable's database


def tag_names(lua: Lua, image: Any) -> list[str]:
    return [tag["name"] for tag in plain(lua.darktable[b"tags"][b"get_tags"](image)) or []]


def test_only_tags_below_a_root_of_phototag_are_touched(lua: Lua) -> None:
    image = lua.darktable[b"image"](1, b"/p/a.jpg")
    for name in (
        b"headshot",
        b"phototag",
        b"people|Ann",
        b"phototags|kind",
        b"phototag|kind|portrait",
    ):
        lua.run(
            "dt = require 'darktable' dt.tags.attach(dt.tags.create(name), image)",
            name=name,
            image=image,
        )
    tags = lua.require("phototag.tags")
    tags[b"set"](image, lua.list([HEAD]))
    own = ["headshot", "people|Ann", "phototag", "phototags|kind"]
    assert tag_names(lua, image) == sorted([*own, HEAD.decode()])
    # Another vocabulary: its root is learned from its words, and the words of the former one go.
    tags[b"set"](image, lua.list(["Bildart|Art|Kopfporträt".encode()]))
    assert tag_names(lua, image) == sorted([*own, "Bildart|Art|Kopfporträt"])
    tags[b"clear"](image)
    assert tag_names(lua, image) == own


def test_tags_that_are_there_are_not_attached_again(lua: Lua) -> None:
    image = lua.darktable[b"image"](1, b"/p/a.jpg")
    tags = lua.require("phototag.tags")
    for _ in range(2):
        tags[b"set"](image, lua.list([HEAD]))
    assert plain(lua.darktable[b"deeds"]) == [f"attach {HEAD.decode()}"]


@pytest.mark.parametrize("word", ["phototag|kind|headshot", "phototag|kind|a & <b> \"c\" 'd'"])
def test_cleared_tags_are_waited_for_until_darktable_has_written_its_sidecar(
    lua: Lua, tmp_path: Path, word: str
) -> None:
    image = lua.darktable[b"image"](1, str(tmp_path / "a.jpg").encode())
    sidecar = tmp_path / "a.jpg.xmp"
    entity = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ours = f"<phototag:Words><rdf:li>{entity}</rdf:li></phototag:Words>"
    held = f"<lr:hierarchicalSubject><rdf:li>{entity}</rdf:li></lr:hierarchicalSubject>{ours}"
    sidecar.write_text(held, "utf-8")
    looks = []

    def sleep(_: int) -> None:
        looks.append(sidecar.read_text("utf-8"))
        if len(looks) == 3:
            sidecar.write_text(ours, "utf-8")

    lua.darktable[b"control"][b"sleep"] = sleep
    tags = lua.require("phototag.tags")
    tags[b"set"](image, lua.list([word.encode()]))
    tags[b"clear"](image)
    assert looks == [held] * 3
    tags[b"set"](image, lua.list([word.encode()]))
    tags[b"clear"](image)  # nothing to wait for
    assert len(looks) == 3
    sidecar.write_text(held, "utf-8")
    lua.run(
        "require('darktable').preferences.write('darktable', 'write_sidecar_files', 'string', 'never')"
    )
    tags[b"set"](image, lua.list([word.encode()]))
    tags[b"clear"](image)
    assert len(looks) == 3


def test_a_file_is_asked_for_once_with_all_its_duplicates(lua: Lua) -> None:
    group = lua.runtime.table()
    make = lua.darktable[b"image"]
    first, duplicate = make(1, b"/p/a.jpg", group), make(2, b"/p/a.jpg", group)
    raw, other = make(3, b"/p/a.nef", group), make(4, b"/p/b.jpg")
    found = lua.require("phototag.photos")[b"of"](lua.list([other, duplicate, first]))
    assert [(one["path"], [image["id"] for image in one["images"]]) for one in _listed(found)] == [
        ("/p/b.jpg", [4]),
        ("/p/a.jpg", [2, 1]),
    ]
    assert raw[b"id"] == 3


def _listed(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "path": one[b"path"].decode(),
            "images": [{"id": image[b"id"]} for image in one[b"images"].values()],
        }
        for one in found.values()
    ]


def test_a_rule_is_added_and_taken_away_and_the_others_stay(lua: Lua) -> None:
    toggle = lua.require("phototag.filter")[b"toggle"]
    rules = "local t = {} for i, r in ipairs(require('darktable').gui.libs.collect.filter()) do t[i] = r.data end return t"
    lua.run("require('darktable').gui.libs.collect.filter({ { item = 'x', data = 'Rome' } })")
    assert toggle(HEAD) is True
    assert plain(lua.run(rules)) == ["Rome", HEAD.decode()]
    assert toggle(HEAD) is False
    assert plain(lua.run(rules)) == ["Rome"]
    lua.run(
        "local t = {} for i = 1, 10 do t[i] = { item = 'x', data = tostring(i) } end require('darktable').gui.libs.collect.filter(t)"
    )
    assert toggle(HEAD) is None
    assert len(plain(lua.run(rules))) == 10


# ---------------------------------------------------------------------------------------------- the service


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
    for file in runs.glob("*/pid"):
        subprocess.run(
            ["kill", file.read_text().strip()], capture_output=True, timeout=10, check=False
        )


def standing_in(way: str, starts: Path) -> Lua:
    return Lua(["/bin/sh", str(HERE / "service.sh"), way, str(starts)])


def asked(lua: Lua, count: int, stop_after: int | None = None) -> list[tuple[int, Any, Any]]:
    """What comes of so many questions: their number, result and error; stopped after so many answers."""
    found: list[tuple[int, Any, Any]] = []
    lua.globals[b"take"] = lambda at, result, wrong: found.append((at, plain(result), plain(wrong)))
    lua.globals[b"stopped"] = lambda: stop_after is not None and len(found) >= stop_after
    lua.run(
        "local questions = {} for at = 1, count do questions[at] = { method = 'show', params = {} } end "
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


def test_what_is_cancelled_is_taken_back_and_no_more_is_asked(
    at_work: None, tmp_path: Path
) -> None:
    found = asked(standing_in("cancels", tmp_path / "starts"), 20, stop_after=1)
    assert found[0] == (1, "first", None)
    assert 1 < len(found) < 10
    assert {wrong["code"] for _, _, wrong in found[1:]} == {130}


# ---------------------------------------------------------------------------------------------- the order of deeds

ANSWERS: Final = """
package.loaded["phototag.service"] = { ask_all = function(_, questions, answered)
  local deeds = require("darktable").deeds
  for at, question in ipairs(questions) do
    if question.before then question.before() end
    table.insert(deeds, question.method .. " " .. question.params.path)
    if at == 2 then answered(at, nil, { code = 1, message = "it is gone" }) else answered(at, result, nil) end
  end
end }
"""


def test_tags_go_before_the_words_in_the_file_and_come_back_where_these_stay(lua: Lua) -> None:
    make = lua.darktable[b"image"]
    images = lua.list([make(1, b"/p/a.jpg"), make(2, b"/p/b.jpg")])
    tags = lua.require("phototag.tags")
    for image in images.values():
        tags[b"set"](image, lua.list([HEAD]))
    lua.run("require('darktable').deeds = {}")
    lua.run(ANSWERS, result=lua.runtime.table_from({b"changed": True}))
    said = lua.require("phototag.work")[b"take_back"](images)
    assert said == b"1 photo as before, 1 failed"
    assert plain(lua.run("return require('darktable').deeds")) == [
        f"detach {HEAD.decode()}", "remove /p/a.jpg",
        f"detach {HEAD.decode()}", "remove /p/b.jpg", f"attach {HEAD.decode()}",
    ]  # fmt: skip
    assert plain(lua.run("return require('darktable').said")) == ["phototag: b.jpg: it is gone"]


def test_photos_are_tagged_before_tags_are_attached(lua: Lua) -> None:
    make = lua.darktable[b"image"]
    images = lua.list([make(1, b"/p/a.jpg"), make(2, b"/p/b.jpg")])
    decode = lua.require("phototag.json")[b"decode"]
    result = {
        "kind": "headshot",
        "removed": {"lr:hierarchicalSubject": ["Alt|Art|Kopf"]},
        "keywords": {"hierarchical": [HEAD.decode()]},
    }
    lua.run(
        "dt = require('darktable') dt.tags.attach(dt.tags.create('Alt|Art|Kopf'), image) dt.deeds = {}",
        image=images[1],
    )
    lua.run(ANSWERS, result=decode(json.dumps(result).encode()))
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
