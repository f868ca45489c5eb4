"""The plug-in for Lightroom, part by part: JSON, command lines, fields, and which keywords come and go."""

from __future__ import annotations

import json
import math
import shutil
import string
import subprocess
from pathlib import Path
from typing import Any

import lupa.lua51 as lupa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import windows_shell
from lightroom import PLUGIN, Lightroom
from phototag import wording
from phototag.analysis.keywords.vocabulary import PeopleCount
from phototag.criteria import verdict
from phototag.criteria.cropping import Shot
from phototag.criteria.verdict import Kind
from phototag.version import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lightroom(tmp_path_factory: pytest.TempPathFactory) -> Lightroom:
    return Lightroom(tmp_path_factory.mktemp("lightroom"))


def plain(value: Any) -> Any:
    """A value of Lua in Python; an empty table is an empty object."""
    if lupa.lua_type(value) != "table":
        return value
    if list(value.keys()) == list(range(1, len(value) + 1)) and len(value):
        return [plain(item) for item in value.values()]
    return {key: plain(item) for key, item in value.items()}


# ----------------------------------------------------------------------------------------------- JSON

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
VALUES = st.recursive(
    st.booleans() | NUMBERS | st.text(),
    lambda inner: (
        st.lists(inner, min_size=1) | st.dictionaries(st.text(string.ascii_letters, min_size=1), inner)
    ),
    max_leaves=20,
)  # fmt: skip


def same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(
            same(found[key], wanted[key]) for key in wanted
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    if isinstance(wanted, float | int):
        return math.isclose(found, wanted, rel_tol=1e-15)
    return bool(found == wanted)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_python_writes_is_read(
    lightroom: Lightroom, value: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    read = lightroom.sdk.require("Json").decode
    try:
        text.encode()
    except UnicodeEncodeError:
        return  # half a character: Lua holds bytes, and Python does not give it these
    found = read(text)
    try:
        assert same(plain(found), value)
    except UnicodeDecodeError:
        assert "\\ud" in text


def test_every_form_of_json_is_read(lightroom: Lightroom) -> None:
    read = lightroom.sdk.require("Json").decode
    assert plain(read(' {"a" : [ 1 , -2.5e-1, 0.1, 1E2 ] , "b":null,"c":{"d":true,"e":false}} ')) == {
        "a": [1, -0.25, 0.1, 100], "c": {"d": True, "e": False},
    }  # fmt: skip
    assert read('"\\u00e9\\ud83d\\ude00\\n\\/\\"\\\\\\b\\f\\r\\t"') == 'é😀\n/"\\\b\f\r\t'
    assert len(read("[null,1]")) == 2
    assert read("0") == 0
    assert read("null") is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[1,]", "[1", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", '"', '"\\x"', '"\\u12"', '"\n"', "01",
     "1.", "-", "+1", ".5", "1e", "NaN", "Infinity", "tru", "nulls", "1 2", "[" * 200 + "]" * 200, "{'a':1}"],
)  # fmt: skip
def test_what_is_no_json_is_told_and_not_raised(lightroom: Lightroom, text: str) -> None:
    found = lightroom.sdk.require("Json").decode(text)
    assert isinstance(found, tuple), text
    value, wrong = found
    assert value is None
    assert "the text ends too early" in wrong or "unexpected character at" in wrong


@given(st.text())
def test_no_text_breaks_the_reader(lightroom: Lightroom, text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        assert lightroom.sdk.require("Json").decode(text)[0] is None


# -------------------------------------------------------------------------------------- command lines

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1)
FOR_WINDOWS = st.lists(
    st.text(st.sampled_from(string.printable.translate({ord(c): None for c in '"\r\n%\t\v\f'}) + "é東"), min_size=1),
    min_size=1,
)  # fmt: skip


def line_of(lightroom: Lightroom, words: list[str], out: str, err: str, windows: bool) -> Any:
    shell = lightroom.sdk.require("Shell")
    return shell.line(lightroom.lua.table_from(words), out, err, windows)


@given(WORDS)
def test_sh_gets_every_word_as_it_is(lightroom: Lightroom, words: list[str]) -> None:
    out, err = (lightroom.temporary / name for name in ("o'ut $x", "e rr"))
    line = line_of(lightroom, ["printf", "%s\\0", *words], str(out), str(err), False)
    subprocess.run(["/bin/sh", "-c", line], check=True, timeout=30)
    assert out.read_bytes() == b"".join(word.encode() + b"\0" for word in words)
    assert err.read_bytes() == b""


@given(FOR_WINDOWS)
def test_windows_gets_every_word_as_it_is(lightroom: Lightroom, words: list[str]) -> None:
    line = line_of(lightroom, words, "C:\\a b\\out (1).txt", "C:\\a & b\\err.txt", True)
    found = windows_shell.read(line, {"PATH": "no"})
    assert found.words == words
    assert found.streams == {
        "<": "nul", ">": "C:\\a b\\out (1).txt", "2>": "C:\\a & b\\err.txt",
    }  # fmt: skip


@pytest.mark.parametrize("word", ['C:\\a".exe', "C:\\%TEMP%\\a.exe", "C:\\a\nb.exe", "x" * 8200])
def test_what_windows_cannot_pass_on_is_refused(lightroom: Lightroom, word: str) -> None:
    line, why = line_of(lightroom, [word], "out", "err", True)
    assert line is None
    assert "Windows" in why
    assert windows_shell.read(
        line_of(lightroom, ["C:\\100 %\\a.exe"], "out", "err", True), {"TEMP": "no"}
    ).words == ["C:\\100 %\\a.exe"]


def test_the_model_of_windows_reads_as_documented() -> None:
    read = windows_shell.read
    assert read('""C:\\a b\\x.exe" "c d" <nul >"o ut" 2>"err""', {}).words == [
        "C:\\a b\\x.exe",
        "c d",
    ]
    quoted = read('x "a\\\\" "b\\"c\\"d" d\\e <nul >o 2>e', {})
    assert quoted.words == ["x", "a\\", 'b"c"d', "d\\e"]
    assert read('x "%name%" "%other%" <nul >o 2>e', {"NAME": "v"}).words == ["x", "v", "%other%"]
    for wrong in ("a & b", 'a "b', "a | b", "x" * 9000, "a\nb"):
        with pytest.raises(AssertionError):
            read(wrong, {})


def test_the_status_of_macos_is_taken_apart(lightroom: Lightroom) -> None:
    code = lightroom.sdk.require("Shell").code
    assert [code(status) for status in (0, 1, 256, 768, 127, 130 * 256)] == [0, 1, 1, 3, 127, 130]


# --------------------------------------------------------------------------------------------- fields


def test_the_fields_can_be_filtered_and_know_every_value(lightroom: Lightroom) -> None:
    fields = {one["id"]: one for one in lightroom.sdk.fields.metadataFieldsForPhotos.values()}
    shown = {name: one for name, one in fields.items() if one["title"] is not None}
    assert set(shown) == {"verdict", "confidence", "shot", "people", "reason"}
    assert set(fields) - set(shown) == {"words", "declined"}
    for one in shown.values():
        assert (one["searchable"], one["browsable"], one["readOnly"]) == (True, True, True)
    values = {
        name: [entry["value"] for key, entry in one["values"].items() if isinstance(key, int)]
        for name, one in shown.items()
        if one["values"] is not None
    }
    assert all(found[0] is None for found in values.values()), "what stands for no value"
    assert values["verdict"][1:] == [str(kind) for kind in Kind]
    assert values["shot"][1:] == [str(shot) for shot in Shot]
    assert len(values["people"][1:]) == len(["0", "1", *PeopleCount])


def row(**changes: Any) -> dict[str, Any]:
    criteria = {
        "cropping": {"shot": "face", "contribution": 3.0, "reason": "the face alone"},
        "focus": {"contribution": 4.0, "reason": "a large face"},
        "posing": {"contribution": -1.0, "reason": "a turned face"},
        "subjects": {"count": 1, "contribution": 0.0, "reason": "exactly one person"},
    }
    return {
        "kind": "headshot",
        "confidence": 0.97,
        "verdict": {"corrected": False},
        "criteria": criteria,
    } | changes


def fields_of(lightroom: Lightroom, said: dict[str, Any]) -> dict[str, str]:
    read = lightroom.sdk.require("Json").decode(json.dumps(said))
    return dict(lightroom.sdk.require("Judged").fields(read).items())


def test_a_row_becomes_fields(lightroom: Lightroom) -> None:
    assert fields_of(lightroom, row()) == {
        "verdict": "headshot", "confidence": "95", "shot": "face", "people": "1",
        "reason": "97 % sure: a large face; the face alone",
    }  # fmt: skip
    portrait = fields_of(lightroom, row(kind="portrait"))
    assert portrait["reason"] == "97 % sure: a turned face"
    other = fields_of(lightroom, row(kind="other"))
    assert other["reason"] == "97 % sure: exactly one person"
    decided = fields_of(lightroom, row(verdict={"corrected": True, "thought": "portrait"}))
    assert decided["confidence"] == "decided"
    assert decided["reason"].startswith("decided by a person; phototag thought portrait: ")
    assert fields_of(lightroom, {"kind": 1, "criteria": [], "verdict": None}) == {
        "reason": "0 % sure"
    }


def test_confidences_fall_into_bands(lightroom: Lightroom) -> None:
    bands = {
        share: fields_of(lightroom, row(confidence=share))["confidence"]
        for share in (0.0, 0.5, 0.7999, 0.8, 0.9, 0.95, wording.MOST_SURE, 0.9901, 1.0)
    }
    assert list(bands.values()) == ["0", "0", "0", "80", "90", "95", "95", "99", "99"]
    assert verdict.DOUBT == 0.8, "below it, a verdict is called doubtful"


@given(st.text(st.sampled_from("aé東😀 "), min_size=1, max_size=300))
def test_a_long_reason_is_cut_between_two_characters(lightroom: Lightroom, text: str) -> None:
    said = row(criteria={"focus": {"contribution": 1.0, "reason": text}})
    reason = fields_of(lightroom, said)["reason"]
    whole = f"97 % sure: {text}"
    assert len(reason.encode()) <= 511
    assert reason == whole or (reason.endswith("...") and whole.startswith(reason[:-3]))
    assert reason == whole or len(reason.encode()) > 511 - 4


# ---------------------------------------------------------------------------- keywords of one photo


def plan_of(
    lightroom: Lightroom, wanted: str, present: str = "", words: str = "", declined: str = ""
) -> dict[str, str]:
    """Lists are words with spaces between; ``k/a`` is a keyword of the branch k."""

    def paths(text: str) -> Any:
        return lightroom.lua.table_from([path.replace("/", "|") for path in text.split()])

    there = lightroom.lua.table_from({path.replace("/", "|"): True for path in present.split()})
    found = lightroom.sdk.require("Plan").of(paths(wanted), there, paths(words), paths(declined))
    return {
        name: " ".join(path.replace("|", "/") for path in paths.values())
        for name, paths in found.items()
        if len(paths)
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("k/a p/1",), {"add": "k/a p/1", "words": "k/a p/1"}),
        (("k/a", "k/a", "k/a"), {"words": "k/a"}),  # nothing to do
        (("k/b", "k/a", "k/a"), {"add": "k/b", "remove": "k/a", "words": "k/b"}),  # another verdict
        (("", "k/a x", "k/a"), {"remove": "k/a"}),  # no verdict
        (("k/a", "x y", ""), {"add": "k/a", "words": "k/a"}),  # beside the user's own
        (("k/a", "k/a", ""), {}),  # the user has it already: it stays the user's
        (
            ("k/b p/1", "k/a", ""),
            {"add": "p/1", "words": "p/1", "left": "k/b"},
        ),  # the user says otherwise
        (("k/a", "", "k/a"), {"declined": "k/a", "refused": "k/a"}),  # deleted by the user
        (("k/b", "", "k/a"), {"add": "k/b", "words": "k/b", "declined": "k/a"}),
        (("k/a", "", "", "k/a"), {"declined": "k/a", "refused": "k/a"}),  # and still deleted
        (("k/a", "k/a", "", "k/a"), {}),  # put back by the user
        (("k/b", "k/b", "k/a"), {"declined": "k/a"}),  # corrected by the user
    ],
)
def test_only_what_the_plugin_has_added_is_taken_away(
    lightroom: Lightroom, given: tuple[str, ...], found: dict[str, str]
) -> None:
    assert plan_of(lightroom, *given) == found


# ---------------------------------------------------------------------------------------- the whole


def test_the_manifest_names_files_that_are_there(lightroom: Lightroom) -> None:
    info = lightroom.sdk.info
    assert [item["title"] for item in info.LrLibraryMenuItems.values()] == [
        "Tag with phototag", "Take back", "Settings",
    ]  # fmt: skip
    names = [item["file"] for item in info.LrLibraryMenuItems.values()]
    for name in (*names, info.LrMetadataProvider):
        assert (PLUGIN / name).is_file()
    assert (info.LrSdkMinimumVersion, info.LrToolkitIdentifier) == (6.0, "phototag.lightroom")
    version = info.VERSION
    assert f"{version['major']}.{version['minor']}.{version['revision']}" == __version__


def test_luacheck_has_nothing_to_say() -> None:
    program = shutil.which("luacheck")
    if program is None:
        pytest.skip("luacheck (Debian: lua-check) is not installed")
    if not (ROOT / ".luacheckrc").is_file():
        pytest.skip("its settings are those of the source tree, and this is a copy without it")
    done = subprocess.run(
        [program, "--no-color", "--quiet", str(PLUGIN), "tests/integrations"],
        capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
