"""What is given where a path is expected: every path is taken, and nobody's picture is printed."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import phototag
from commands import run
from phototag import errors
from phototag.catalogue.walk import walk
from phototag.errors import as_typed
from phototag.files import opening
from phototag.gallery import build
from phototag.options import TagOptions

A_LINE = 400  # characters
SECRET = base64.b64encode(b"the customer's face " * 25_000).decode()  # 667 kB

NO_PATHS: dict[str, tuple[Any, str]] = {
    "data URL": ("data:image/jpeg;base64," + SECRET, "<data URL>"),
    "short data URL": (" DATA:image/png;base64," + SECRET[:40], "<data URL>"),
    "base64": (SECRET, f"<text of {len(SECRET)} characters>"),
    "some base64": (SECRET[:300], "<text of 300 characters>"),
    "a thumbnail": ("/9j/" + "4AAQSkZJRg/" * 30 + "==", "<text of 336 characters>"),
    "text": ("the customer's face\0" + SECRET[:20], "<text of 40 characters>"),
    "half a character": (SECRET[:20] + "\ud800", "<text of 21 characters>"),
    "bytes": (b"\xff\xd8\xff\xe0" + SECRET.encode(), "<bytes>"),
    "few bytes": (b"GIF89a" + SECRET[:20].encode(), "<bytes>"),
    "bytearray": (bytearray(SECRET.encode()), "<bytearray>"),
    "number": (5, "<int>"),
}
Doing = Callable[[phototag.Analyzer, Any, phototag.Analysis], object]
DOINGS: dict[str, Doing] = {
    "tag": lambda _a, given, _r: phototag.tag(given),
    "write": lambda _a, given, result: phototag.write(given, result),
    "read": lambda _a, given, _r: phototag.read(given),
    "remove": lambda _a, given, _r: phototag.remove(given),
    "crop": lambda _a, given, _r: phototag.crop(given, "casting_8x10"),
    "tag_catalogue": lambda _a, given, _r: list(phototag.tag_catalogue(given)),
    "remove_catalogue": lambda _a, given, _r: list(phototag.remove_catalogue(given)),
    "check_catalogue": lambda _a, given, _r: list(phototag.check_catalogue(given)),
    "watch_catalogue": lambda _a, given, _r: next(phototag.watch_catalogue(given)),
    "walk": lambda _a, given, _r: list(walk([given])),
    "gallery": lambda _a, given, _r: build(given, out="page.html"),
    "Analyzer.tag": lambda a, given, _r: a.tag(given),
    "Analyzer.write": lambda a, given, result: a.write(given, result),
    "Analyzer.read": lambda a, given, _r: a.read(given),
    "Analyzer.remove": lambda a, given, _r: a.remove(given),
    "Analyzer.draw": lambda a, given, result: a.draw(given, result, "out.png"),
    "Analyzer.crop": lambda a, given, _r: a.crop(given, "casting_8x10"),
}


@pytest.fixture
def result(portrait_jpg: Path) -> phototag.Analysis:
    return phototag.analyze(portrait_jpg)


def is_told_in_a_line(error: errors.PhototagError, stand_in: str) -> None:
    assert type(error) is errors.BadInput
    assert error.photo == stand_in
    assert error.remedy
    told = [str(error), repr(error), repr(error.args), *traceback.format_exception_only(error)]
    for text in told:
        assert len(text) < A_LINE, text[:A_LINE]
        assert SECRET[:20] not in text
        assert "4AAQSk" not in text
    assert error.__cause__ is None


@pytest.mark.parametrize("kind", NO_PATHS)
def test_a_picture_in_the_place_of_a_path_is_not_told_to_anybody(
    result: phototag.Analysis,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    given, stand_in = NO_PATHS[kind]
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.DEBUG), phototag.Analyzer() as analyzer:
        for doing in DOINGS.values():
            with pytest.raises(errors.BadInput) as caught:
                doing(analyzer, given, result)
            is_told_in_a_line(caught.value, stand_in)
        for many in (analyzer.tag_many([given]), analyzer.remove_many([given])):
            (outcome,) = many
            assert outcome.photo == stand_in
            assert outcome.error is not None
            is_told_in_a_line(outcome.error, stand_in)
    assert SECRET[:20] not in caplog.text
    assert {path.name for path in tmp_path.iterdir()} == {"portrait.jpg"}


@pytest.mark.parametrize("kind", [kind for kind in NO_PATHS if isinstance(NO_PATHS[kind][0], str)])
def test_text_is_no_picture_to_analyze_either(kind: str) -> None:
    given, stand_in = NO_PATHS[kind]
    with phototag.Analyzer() as analyzer:
        for doing in (phototag.analyze, analyzer.analyze, analyzer.detect):
            with pytest.raises(errors.BadInput) as caught:
                doing(given)
            is_told_in_a_line(caught.value, stand_in)
        (outcome,) = analyzer.analyze_many([given])
        assert (outcome.photo, type(outcome.error)) == (stand_in, errors.BadInput)


def test_a_new_file_is_not_called_so(portrait_jpg: Path, result: phototag.Analysis) -> None:
    given, stand_in = NO_PATHS["data URL"]
    doings: list[Callable[[], object]] = [
        lambda: phototag.crop(portrait_jpg, "casting_8x10", given),
        lambda: build(portrait_jpg, out=given),
    ]
    with phototag.Analyzer() as analyzer:
        doings.append(lambda: analyzer.draw(portrait_jpg, result, given))
        for doing in doings:
            with pytest.raises(errors.BadValue) as caught:
                doing()
            assert caught.value.name == "out"
            assert caught.value.problem == f"{stand_in}: this is not a path"
            assert len(str(caught.value)) < A_LINE
            assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "words",
    [
        ["analyze"], ["tag"], ["show"], ["remove"], ["crop", "--profile", "casting_8x10"],
        ["gallery", "-o", "page.html"], ["watch"], ["tag", "PHOTO"], ["tag", "--json"],
        ["remove", "FOLDER"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_tells_nobody(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = {"PHOTO": str(portrait_jpg), "FOLDER": str(tmp_path)}
    given = "data:image/jpeg;base64," + SECRET[:100_000]  # no system takes longer words
    before = portrait_jpg.read_bytes()
    done = run(*(names.get(word, word) for word in words), given)
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "<data URL>: this is not a path; decode it" in told or '"path": "<data URL>"' in told
    assert SECRET[:20] not in told
    assert "Traceback" not in told
    assert portrait_jpg.read_bytes() == before


def test_a_message_says_at_most_a_line_of_a_name() -> None:
    name = "/" + "/".join(["folder" * 20] * 30) + "/jane.jpg"
    error = errors.PhotoNotFound(name, "there is no such file")
    assert error.photo == name
    assert len(str(error)) < A_LINE
    assert str(error).startswith("/folderfolder")
    assert "folder/jane.jpg: there is no such file" in str(error)
    assert len(errors.printable_name("\x1b" * 299)) <= errors.LONGEST_SHOWN
    assert errors.printable_name("a" * 300) == "a" * 300
    assert as_typed("phototag", "show", name) == f"phototag show {name}"  # it can be typed again


# --------------------------------------------------------------------------- what is a path


ODD = [b"caf\xe9.jpg", b"data:image,jane.jpg", b"n" * 251 + b".jpg", b"new\nline.jpg", b"-.jpg"]


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:20].decode("latin-1"))
def test_every_name_a_file_can_have_is_a_path(
    portrait_jpg: Path, monkeypatch: pytest.MonkeyPatch, name: bytes
) -> None:
    monkeypatch.chdir(portrait_jpg.parent)
    odd = os.fsdecode(name)
    shutil.copy(portrait_jpg, odd)
    for given in (odd, Path(odd), str(Path(odd).absolute())):
        assert phototag.tag(given).kind == "portrait"
        assert phototag.read(given) is not None
        assert phototag.remove(given).changed
    assert opening.path_of(name) == odd  # bytes, too, of a file that is there


@pytest.mark.parametrize("name", ["jane.jpg", "a/b/c.jpg", "~/jane.jpg", "data:", "data: a b"])
def test_a_file_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(errors.PhotoNotFound) as caught:
        phototag.read(name)
    assert caught.value.photo == name


def test_a_path_may_be_as_long_as_the_system_takes_it(
    portrait_jpg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 4,096 bytes one is the end; links are resolved, so that the folder counts."""
    monkeypatch.chdir(portrait_jpg.parent)
    part = "é" * 100  # of two bytes
    room = 4095 - len(os.fsencode(os.path.realpath("."))) - 60  # for a temporary file's name
    folder = "/".join([part] * (room // 201))
    Path(folder).mkdir(parents=True)
    path = str(Path(f"{folder}/jane.jpg").absolute())
    shutil.copy(portrait_jpg, path)
    assert 3800 < len(os.fsencode(path)) < 4096
    assert phototag.tag(path).photo == path
    assert phototag.read(path) is not None


def test_no_file_has_a_longer_one() -> None:
    longest = "/".join(["a" * 200] * 21)[: opening.LONGEST_PATH]
    assert opening.path_of(longest) == longest
    with pytest.raises(errors.BadInput, match="<text of 4097 characters>"):
        opening.path_of(longest + "b")


def test_corrections_meet_the_same_refusal(result: phototag.Analysis) -> None:
    said = TagOptions(corrections={"0": phototag.Kind.OTHER})
    with phototag.Analyzer() as analyzer, pytest.raises(errors.BadInput):
        analyzer.tag(NO_PATHS["base64"][0], said)
