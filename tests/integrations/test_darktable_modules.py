"""The modules of darktable's plug-in in Lua itself, with a stand-in where they need darktable's database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lua_modules import HEAD, HERE, PLUGIN, Lua, attached, plain, tag_names
from phototag.integrations import darktable
from phototag.integrations.application import Command
from phototag.integrations.placing import OwnLine

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
    assert made[b"vocabulary"] is None


def test_the_vocabulary_in_the_settings_holds_unless_the_preferences_name_another_one(
    lua: Lua,
) -> None:
    name = '/opt/ä "b"\n' + os.fsdecode(b"\xff.toml")
    command = Command("/usr/bin/phototag", vocabulary=name)
    lua.run("package.preload['phototag.settings'] = load(made)", made=darktable.settings(command))
    preferences = lua.require("phototag.preferences")
    assert preferences[b"vocabulary"]() == os.fsencode(name)
    assert preferences[b"options"]()[b"vocabulary"] == os.fsencode(name)
    lua.run(
        "require('darktable').preferences.write('phototag', 'vocabulary', 'string', '/mine.toml')"
    )
    assert preferences[b"vocabulary"]() == b"/mine.toml"


def test_the_line_that_loads_the_modules_is_written_last() -> None:
    pieces = darktable.pieces(Command("/usr/bin/phototag"))
    assert isinstance(pieces[-1], OwnLine)
    names = {Path(piece.path).name for piece in pieces[:-1]}
    assert names == {path.name for path in (PLUGIN / "phototag").iterdir()} | {"settings.lua"}


def test_the_lua_is_clean() -> None:
    if shutil.which("luacheck") is None:
        pytest.skip("not installed: luacheck")
    root = HERE.parent.parent.parent
    if not (root / ".luacheckrc").is_file():
        pytest.skip("its settings are those of the source tree, and this is a copy without it")
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


def test_only_tags_that_are_phototags_own_words_are_touched(lua: Lua) -> None:
    """Others of the user's stay, also below the same root."""
    image = lua.darktable[b"image"](1, b"/p/a.jpg")
    users = (b"headshot", b"phototag", b"People|Ann", b"phototag|mine", b"People|kind|family")
    attached(lua, image, *users, b"phototag|kind|portrait")
    tags = lua.require("phototag.tags")
    own = tags[b"set_of"](lua.list([HEAD, b"phototag|kind|portrait"]), lua.list([b"People|kind|x"]))
    tags[b"set"](image, lua.list([HEAD]), own)
    theirs = sorted(name.decode() for name in users)
    assert tag_names(lua, image) == sorted([*theirs, HEAD.decode()])
    tags[b"set"](image, lua.list([b"People|kind|x"]), own)
    assert tag_names(lua, image) == sorted([*theirs, "People|kind|x"])
    tags[b"clear"](image, own)
    assert tag_names(lua, image) == theirs


def test_tags_that_are_there_are_not_attached_again(lua: Lua) -> None:
    image = lua.darktable[b"image"](1, b"/p/a.jpg")
    tags = lua.require("phototag.tags")
    for _ in range(2):
        tags[b"set"](image, lua.list([HEAD]), lua.list([]))
    assert plain(lua.darktable[b"deeds"]) == [f"attach {HEAD.decode()}"]


@pytest.mark.parametrize("word", ["phototag|kind|headshot", "phototag|kind|a & <b> \"c\" 'd'"])
def test_cleared_tags_are_waited_for_until_darktable_has_written_its_sidecar(
    lua: Lua, tmp_path: Path, word: str
) -> None:
    image = lua.darktable[b"image"](1, str(tmp_path / "a.jpg").encode())
    sidecar = tmp_path / "a.jpg.xmp"
    entity = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ours = f"<phototag:Words><rdf:li>{entity}</rdf:li></phototag:Words></x:xmpmeta>\n"
    held = f"<lr:hierarchicalSubject><rdf:li>{entity}</rdf:li></lr:hierarchicalSubject>{ours}"
    sidecar.write_text(held, "utf-8")
    looks: list[str] = []
    changes = {3: "", 4: ours}  # it is emptied before it is written anew

    def sleep(_: int) -> None:
        looks.append(sidecar.read_text("utf-8"))
        if len(looks) in changes:
            sidecar.write_text(changes[len(looks)], "utf-8")

    lua.darktable[b"control"][b"sleep"] = sleep
    tags = lua.require("phototag.tags")
    own = tags[b"set_of"](lua.list([word.encode()]))
    attached(lua, image, word.encode())
    tags[b"clear"](image, own)
    assert looks == [held, held, held, "", ours]
    attached(lua, image, word.encode())
    tags[b"clear"](image, own)  # nothing to wait for
    assert len(looks) == 5
    sidecar.write_text(held, "utf-8")
    lua.run(
        "require('darktable').preferences.write('darktable', 'write_sidecar_files', 'string', 'never')"
    )
    attached(lua, image, word.encode())
    tags[b"clear"](image, own)
    assert len(looks) == 5
    sidecar.unlink()
    lua.run(
        "require('darktable').preferences.write('darktable', 'write_sidecar_files', 'string', 'always')"
    )
    attached(lua, image, word.encode())
    tags[b"clear"](image, own)
    assert len(looks) == 5, "there is none to wait for"


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
