"""Whatever is wrong with an argument, the error is one of phototag's, names the argument and says what is right."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import phototag
from phototag import errors, gallery
from phototag.criteria.corrections import by_picture
from phototag.errors import BadInput, BadType, BadValue, UnknownOption
from phototag.files import arguments
from phototag.keywords.applications import digikam, lightroom
from phototag.options import Limits, TagOptions, WriteOptions

PHOTO = "jane.jpg"  # it is not there: a call that goes as far as the photo has missed the mistake


@attrs.frozen
class Given:
    """What a call has at hand; ``any`` stands for values that a type checker would not let pass."""

    result: phototag.Analysis
    analyzer: phototag.Analyzer
    folder: Path
    any: Any


Call = Callable[[Given], object]

# The call, the class of the error, and words of its message.
TABLE: dict[str, tuple[Call, type[errors.PhototagError], tuple[str, ...]]] = {
    # ---------------------------------------------------------------- what is no picture
    "analyze(None)": (lambda g: phototag.analyze(g.any(None)), BadInput, ("<NoneType>", "path, bytes")),
    "analyze(5)": (lambda g: phototag.analyze(g.any(5)), BadInput, ("<int>", "not a picture")),
    "analyze(text file)": (
        lambda g: _with_file("portrait.jpg", lambda file: phototag.analyze(g.any(file))),
        BadInput,
        ("portrait.jpg", "opened as text", '"rb"'),
    ),
    "analyze(StringIO)": (
        lambda g: phototag.analyze(g.any(io.StringIO("x"))), BadInput, ("opened as text", '"rb"'),
    ),
    "analyze(the class of a file)": (
        lambda g: phototag.analyze(g.any(io.BytesIO)), BadInput, ("<type>", "not a picture"),
    ),
    "analyze(a file of numbers)": (
        lambda g: phototag.analyze(g.any(_Numbers())), BadInput, ("gives list, not bytes",),
    ),
    "analyze(b'')": (lambda _: phototag.analyze(b""), errors.NotAPhoto, ("no bytes",)),
    # ---------------------------------------------------------------- what is no path
    "tag(None)": (lambda g: phototag.tag(g.any(None)), BadInput, ("<NoneType>", "not a path")),
    "tag('')": (lambda _: phototag.tag(""), BadInput, ("<empty path>",)),
    "read(5)": (lambda g: phototag.read(g.any(5)), BadInput, ("<int>", "not a path")),
    "remove(b'...')": (
        lambda g: phototag.remove(g.any(b"\xff\xd8\xff")), BadInput, ("<bytes>", "not the path"),
    ),
    "write(None, ...)": (
        lambda g: phototag.write(g.any(None), g.result), BadInput, ("<NoneType>", "not a path"),
    ),
    "crop(5)": (lambda g: phototag.crop(g.any(5), "web_square"), BadInput, ("<int>",)),
    "tag_catalogue(None)": (
        lambda g: list(phototag.tag_catalogue(g.any(None))), BadInput, ("<NoneType>",),
    ),
    "remove_catalogue(5)": (
        lambda g: list(phototag.remove_catalogue(g.any(5))), BadInput, ("<int>",),
    ),
    "watch_catalogue(5)": (
        lambda g: list(phototag.watch_catalogue(g.any(5))), BadInput, ("<int>",),
    ),
    "watch_catalogue(a photo)": (
        lambda _: list(phototag.watch_catalogue(PHOTO)), errors.NotAFolder, (PHOTO, "not a folder"),
    ),
    "build(None)": (
        lambda g: gallery.build(g.any(None), out=g.folder / "a.html"), BadInput, ("<NoneType>",),
    ),
    # ---------------------------------------------------------------- options of a write
    "tag(keyword=)": (
        lambda g: phototag.tag(PHOTO, **g.any({"keyword": "full"})),
        UnknownOption,
        ("keyword: there is no such option", "dry_run", "did you mean keywords?"),
    ),
    "write(dryrun=)": (
        lambda g: phototag.write(PHOTO, g.result, **g.any({"dryrun": True})),
        UnknownOption,
        ("dryrun", "did you mean dry_run?"),
    ),
    "tag_catalogue(worker=)": (
        lambda g: list(phototag.tag_catalogue(PHOTO, **g.any({"worker": 2}))),
        UnknownOption,
        ("worker:", "did you mean workers?"),
    ),
    "watch_catalogue(settle=)": (
        lambda g: list(phototag.watch_catalogue(g.folder, **g.any({"settle": 2}))),
        UnknownOption,
        ("settle:", "did you mean settled?"),
    ),
    "tag(keywords='all')": (
        lambda _: phototag.tag(PHOTO, keywords="all"),
        BadValue,
        ("keywords", "one of minimal, standard, full", "not 'all'"),
    ),
    "tag(keywords='ful')": (
        lambda _: phototag.tag(PHOTO, keywords="ful"), BadValue, ("did you mean full?",),
    ),
    "tag(keywords=None)": (
        lambda g: phototag.tag(PHOTO, keywords=g.any(None)), BadValue, ("minimal", "not None"),
    ),
    "tag(iptc='sometimes')": (
        lambda g: phototag.tag(PHOTO, iptc=g.any("sometimes")),
        BadValue,
        ("iptc", "one of always, auto, never", "not 'sometimes'"),
    ),
    "tag(sidecar=True)": (
        lambda g: phototag.tag(PHOTO, sidecar=g.any(True)),
        BadValue,
        ("sidecar", "one of auto, always, never", "not True"),
    ),
    "tag(dry_run='no')": (
        lambda g: phototag.tag(PHOTO, dry_run=g.any("no")), BadType, ("dry_run", "True or False"),
    ),
    "tag(force=1)": (lambda g: phototag.tag(PHOTO, force=g.any(1)), BadType, ("force", "not int")),
    "tag(keep_mtime=None)": (
        lambda g: phototag.tag(PHOTO, keep_mtime=g.any(None)), BadType, ("keep_mtime",),
    ),
    "tag(allow_hard_links='no')": (
        lambda g: phototag.tag(PHOTO, allow_hard_links=g.any("no")), BadType, ("allow_hard_links",),
    ),
    "tag(faces='yes')": (lambda g: phototag.tag(PHOTO, faces=g.any("yes")), BadType, ("faces",)),
    "tag(min_confidence=1.5)": (
        lambda _: phototag.tag(PHOTO, min_confidence=1.5),
        BadValue,
        ("min_confidence", "0 to 1", "not 1.5"),
    ),
    "tag(min_confidence=nan)": (
        lambda _: phototag.tag(PHOTO, min_confidence=float("nan")), BadValue, ("0 to 1", "nan"),
    ),
    "tag(min_confidence='.9')": (
        lambda g: phototag.tag(PHOTO, min_confidence=g.any(".9")), BadType, ("a number, not str",),
    ),
    "tag(min_confidence=True)": (
        lambda _: phototag.tag(PHOTO, min_confidence=True), BadType, ("a number, not bool",),
    ),
    "tag(min_confidence={'kinds': .9})": (
        lambda _: phototag.tag(PHOTO, min_confidence={"kinds": 0.9}),
        BadValue,
        ("one of kind, grade, cropping", "not 'kinds'", "did you mean kind?"),
    ),
    "tag(min_confidence={'mood': None})": (
        lambda g: phototag.tag(PHOTO, min_confidence={"mood": g.any(None)}), BadType, ("a number",),
    ),
    "tag(vocabulary='words.toml')": (
        lambda g: phototag.tag(PHOTO, vocabulary=g.any("words.toml")),
        BadType,
        ("vocabulary", "of type Vocabulary, not str"),
    ),
    "tag(lightroom_crop='casting')": (
        lambda _: phototag.tag(PHOTO, lightroom_crop="casting_8x11"),
        BadValue,
        ("lightroom_crop", "web_square", "did you mean casting_8x10?"),
    ),
    "tag(lightroom_crop=5)": (
        lambda g: phototag.tag(PHOTO, lightroom_crop=g.any(5)), BadType, ("a text, not int",),
    ),
    "tag(corrections=5)": (
        lambda g: phototag.tag(PHOTO, corrections=g.any(5)), BadType, ("corrections", "not a path"),
    ),
    "tag(corrections={...: 'head'})": (
        lambda g: phototag.tag(PHOTO, corrections={"ab": g.any("head")}),
        BadValue,
        ("corrections['ab']", "Kind.HEADSHOT", "not 'head'"),
    ),
    "tag(corrections=a missing file)": (
        lambda g: phototag.tag(PHOTO, corrections=g.folder / "none.json"),
        errors.BadCorrections,
        ("none.json", "cannot be read"),
    ),
    "tag_catalogue(keywords='all')": (
        lambda _: list(phototag.tag_catalogue(PHOTO, keywords="all")), BadValue, ("minimal",),
    ),
    "tag_catalogue(lightroom_crop=)": (
        lambda g: list(phototag.tag_catalogue(g.folder, lightroom_crop="nonsense")),
        BadValue,
        ("lightroom_crop", "casting_8x10", "not 'nonsense'"),
    ),
    # ---------------------------------------------------------------- what write takes
    "write(..., None)": (
        lambda g: phototag.write(PHOTO, g.any(None)), BadType, ("result", "of type Analysis, not None"),
    ),
    "write(..., a dictionary)": (
        lambda g: phototag.write(PHOTO, g.any(g.result.to_dict())), BadType, ("Analysis, not dict",),
    ),
    "Analyzer.write(..., None)": (
        lambda g: g.analyzer.write(PHOTO, g.any(None)), BadType, ("result", "not NoneType"),
    ),
    "Analyzer.write(lightroom_crop=)": (
        lambda g: g.analyzer.write(PHOTO, g.result, TagOptions(lightroom_crop="nonsense")),
        BadValue,
        ("lightroom_crop", "web_square"),
    ),
    # ---------------------------------------------------------------- crops
    "crop('casting_8x11')": (
        lambda _: phototag.crop(PHOTO, "casting_8x11"),
        BadValue,
        ("profile", "web_square", "not 'casting_8x11'", "did you mean casting_8x10?"),
    ),
    "crop(None)": (lambda g: phototag.crop(PHOTO, g.any(None)), BadValue, ("profile", "not None")),
    "crop(quality=0)": (
        lambda _: phototag.crop(PHOTO, "web_square", quality=0), BadValue, ("quality", "1 to 100"),
    ),
    "crop(quality='best')": (
        lambda g: phototag.crop(PHOTO, "web_square", quality=g.any("best")),
        BadType,
        ("quality", "a whole number"),
    ),
    "crop(lossless='yes')": (
        lambda g: phototag.crop(PHOTO, "web_square", lossless=g.any("yes")), BadType, ("lossless",),
    ),
    "crop(lossless, lightroom)": (
        lambda _: phototag.crop(PHOTO, "web_square", lossless=True, lightroom=True),
        BadValue,
        ("exclude each other",),
    ),
    "crop(out=5)": (
        lambda g: phototag.crop(g.folder / "portrait.jpg", "web_square", g.any(5)),
        BadType,
        ("out", "not a path"),
    ),
    # ---------------------------------------------------------------- the analyzer
    "Analyzer(0)": (lambda _: phototag.Analyzer(0), BadValue, ("workers", "1 or more, not 0")),
    "Analyzer('2')": (lambda g: phototag.Analyzer(g.any("2")), BadType, ("a whole number, not str",)),
    "Analyzer(2.0)": (lambda g: phototag.Analyzer(g.any(2.0)), BadType, ("a whole number, not float",)),
    "Analyzer(limits=60)": (
        lambda g: phototag.Analyzer(limits=g.any(60)), BadType, ("limits", "type Limits, not int"),
    ),
    "Analyzer(profiles='club')": (
        lambda g: phototag.Analyzer(profiles=g.any("club")), BadType, ("profiles[0]", "type Profile"),
    ),
    "Analyzer(profiles=5)": (
        lambda g: phototag.Analyzer(profiles=g.any(5)), BadType, ("profiles", "Sequence, not int"),
    ),
    "Analyzer.analyze_many(a path)": (
        lambda g: g.analyzer.analyze_many(g.any("a.jpg")), BadType, ("images", "a list of photos"),
    ),
    "Analyzer.tag_many(a Path)": (
        lambda g: g.analyzer.tag_many(g.any(Path("a.jpg"))), BadType, ("photos", "into a list"),
    ),
    "Analyzer.remove_many(5)": (
        lambda g: g.analyzer.remove_many(g.any(5)), BadType, ("photos", "not int"),
    ),
    "Analyzer.tag(..., options)": (
        lambda g: g.analyzer.tag(PHOTO, g.any({"keywords": "full"})), BadType, ("type TagOptions, not dict",),
    ),
    "Analyzer.tag_many(..., options)": (
        lambda g: g.analyzer.tag_many([PHOTO], g.any("full")), BadType, ("options",),
    ),
    "Analyzer.tag_many(stop=True)": (
        lambda g: g.analyzer.tag_many([PHOTO], stop=g.any(True)), BadType, ("stop", "type Event"),
    ),
    "Analyzer.remove(..., {})": (
        lambda g: g.analyzer.remove(PHOTO, g.any({})), BadType, ("options", "type ChangeOptions"),
    ),
    "Analyzer.remove_many(..., True)": (
        lambda g: g.analyzer.remove_many([PHOTO], g.any(True)), BadType, ("options",),
    ),
    "Analyzer.paint(None)": (
        lambda g: g.analyzer.draw(PHOTO, g.any(None), "a.png"), BadType, ("analysis",),
    ),
    "Analyzer.paint(out=None)": (
        lambda g: g.analyzer.draw(PHOTO, g.result, g.any(None)), BadType, ("out", "not a path"),
    ),
    # ---------------------------------------------------------------- whole trees
    "tag_catalogue(workers=0)": (
        lambda _: list(phototag.tag_catalogue(PHOTO, workers=0)), BadValue, ("workers",),
    ),
    "tag_catalogue(limits=5)": (
        lambda g: list(phototag.tag_catalogue(PHOTO, limits=g.any(5))), BadType, ("limits",),
    ),
    "tag_catalogue(pairs='no')": (
        lambda g: list(phototag.tag_catalogue(PHOTO, pairs=g.any("no"))), BadType, ("pairs",),
    ),
    "tag_catalogue(wait=5)": (
        lambda g: list(phototag.tag_catalogue(PHOTO, wait=g.any(5))), BadType, ("wait",),
    ),
    "tag_catalogue(stop=True)": (
        lambda g: list(phototag.tag_catalogue(PHOTO, stop=g.any(True))), BadType, ("stop",),
    ),
    "tag_catalogue(state=5)": (
        lambda g: list(phototag.tag_catalogue(g.folder, state=g.any(5))), BadType, ("state",),
    ),
    "watch_catalogue(settled=-1)": (
        lambda g: list(phototag.watch_catalogue(g.folder, settled=-1)), BadValue, ("0 or more",),
    ),
    "watch_catalogue(poll='no')": (
        lambda g: list(phototag.watch_catalogue(g.folder, poll=g.any("no"))), BadType, ("poll",),
    ),
    "remove_catalogue(dry_run='no')": (
        lambda g: list(phototag.remove_catalogue(PHOTO, dry_run=g.any("no"))), BadType, ("dry_run",),
    ),
    "remove_catalogue(follow_links=1)": (
        lambda g: list(phototag.remove_catalogue(PHOTO, follow_links=g.any(1))), BadType, ("links",),
    ),
    "remove_catalogue(workers=0)": (
        lambda _: list(phototag.remove_catalogue(PHOTO, workers=0)), BadValue, ("workers",),
    ),
    "remove(dry_run='no')": (
        lambda g: phototag.remove(PHOTO, dry_run=g.any("no")), BadType, ("dry_run",),
    ),
    "undo('3')": (lambda g: list(phototag.undo(run=g.any("3"))), BadType, ("run", "a whole number")),
    "undo(99)": (
        lambda g: list(phototag.undo(run=99, state=g.folder / "s.sqlite3")),
        errors.RunUnknown,
        ("s.sqlite3", "run 99"),
    ),
    "undo(dry_run='no')": (
        lambda g: list(phototag.undo(dry_run=g.any("no"))), BadType, ("dry_run",),
    ),
    "undo(workers=0)": (
        lambda g: list(phototag.undo(state=g.folder / "s.sqlite3", workers=0)), BadValue, ("workers",),
    ),
    "runs(5)": (lambda g: phototag.runs(g.any(5)), BadType, ("state", "not a path")),
    "runs(a folder)": (lambda g: phototag.runs(g.folder), errors.StateUnusable, ("cannot be used",)),
    # ---------------------------------------------------------------- the gallery
    "build(out=None)": (lambda g: gallery.build(PHOTO, out=g.any(None)), BadType, ("out",)),
    "build(out='a.jpg')": (
        lambda _: gallery.build(PHOTO, out="a.jpg"), errors.OutputNotWritable, ("ends in .html",),
    ),
    "build(title=5)": (
        lambda g: gallery.build(PHOTO, out=g.folder / "a.html", title=g.any(5)), BadType, ("title",),
    ),
    "build(workers=0)": (
        lambda g: gallery.build(PHOTO, out=g.folder / "a.html", workers=0), BadValue, ("workers",),
    ),
    "build(state=5)": (
        lambda g: gallery.build(PHOTO, out=g.folder / "a.html", state=g.any(5)), BadType, ("state",),
    ),
    # ---------------------------------------------------------------- classes of options
    "Limits(pixels=0)": (lambda _: Limits(pixels=0), BadValue, ("pixels", "1 or more")),
    "Limits(pixels=1e6)": (lambda g: Limits(pixels=g.any(1e6)), BadType, ("pixels", "whole")),
    "Limits(seconds='5')": (lambda g: Limits(seconds=g.any("5")), BadType, ("seconds", "a number")),
    "Limits(seconds=0)": (lambda _: Limits(seconds=0), BadValue, ("seconds",)),
    "Limits(seconds=inf)": (lambda _: Limits(seconds=float("inf")), BadValue, ("seconds", "inf")),
    "Limits(memory=-1)": (lambda _: Limits(memory=-1), BadValue, ("memory",)),
    "WriteOptions(iptc='perhaps')": (
        lambda g: WriteOptions(iptc=g.any("perhaps")), BadValue, ("always, auto, never",),
    ),
    "Vocabulary(root=5)": (lambda g: phototag.Vocabulary(root=g.any(5)), BadType, ("root", "a text")),
    "Vocabulary(words=[])": (
        lambda g: phototag.Vocabulary(words=g.any([])), BadType, ("words", "type Mapping, not list"),
    ),
    "Vocabulary.load(None)": (
        lambda g: phototag.Vocabulary.load(g.any(None)), BadType, ("file", "not a path"),
    ),
    "Vocabulary.load(a missing file)": (
        lambda g: phototag.Vocabulary.load(g.folder / "none.toml"),
        errors.BadVocabulary,
        ("none.toml", "cannot be read"),
    ),
    "Profile(ratio='4:5')": (
        lambda g: attrs.evolve(_profile(), ratio=g.any("4:5")), BadType, ("ratio", "type tuple"),
    ),
    "Profile(ratio=(4, 5, 6))": (
        lambda g: attrs.evolve(_profile(), ratio=g.any((4, 5, 6))), BadValue, ("2 parts, not 3",),
    ),
    "Profile(pixels=(0, 5))": (
        lambda _: attrs.evolve(_profile(), pixels=(0, 5)), BadValue, ("must be positive",),
    ),
    "Analysis.from_dict({})": (
        lambda _: phototag.Analysis.from_dict({}), BadValue, ("not an analysis",),
    ),
    "corrections of 5": (lambda g: by_picture(g.any(5)), BadType, ("corrections", "not a path")),
    "lightroom(5)": (
        lambda g: lightroom(g.any(5), phototag.Vocabulary()), BadType, ("folder", "not a path"),
    ),
    "digikam(..., 'words')": (
        lambda g: digikam(g.folder / "x", g.any("words")), BadType, ("vocabulary", "Vocabulary"),
    ),
}  # fmt: skip


def _with_file(name: str, work: Callable[[Any], object]) -> object:
    with Path(name).open(encoding="utf-8") as file:
        return work(file)


class _Numbers:
    """A file that gives something else than bytes."""

    def read(self) -> list[int]:
        return [1, 2, 3]


def _profile() -> phototag.Profile:
    from phototag.crops import built_in

    return built_in()[0]


@pytest.fixture(scope="module")
def result(astronaut: Any) -> phototag.Analysis:
    return phototag.analyze(astronaut)


@pytest.mark.parametrize("call", TABLE)
def test_a_bad_argument_is_named(
    call: str,
    result: phototag.Analysis,
    portrait_jpg: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doing, kind, words = TABLE[call]
    folder = portrait_jpg.parent
    monkeypatch.chdir(folder)
    before = portrait_jpg.read_bytes()
    with phototag.Analyzer() as analyzer, pytest.raises(errors.PhototagError) as caught:
        doing(Given(result, analyzer, folder, lambda value: value))
    assert type(caught.value) is kind
    for word in words:
        assert word in str(caught.value)
    if isinstance(caught.value, errors.BadArgument):
        assert str(caught.value).startswith(caught.value.name)
    assert portrait_jpg.read_bytes() == before
    left = {path.name for path in folder.iterdir()} - {
        "s.sqlite3",
        "s.sqlite3-wal",
        "s.sqlite3-shm",
    }
    assert left == {"portrait.jpg"}


@pytest.mark.parametrize(
    ("kind", "python"),
    [
        (BadInput, TypeError),
        (BadType, TypeError),
        (UnknownOption, TypeError),
        (BadValue, ValueError),
    ],
)
def test_who_knows_python_catches_what_is_usual_there(
    kind: type[errors.PhototagError], python: type[Exception]
) -> None:
    assert issubclass(kind, python)
    with pytest.raises(python):
        raise kind("workers", "it must be 1 or more")


def test_what_is_right_is_taken() -> None:
    assert TagOptions(keywords="full").keywords is phototag.Level.FULL
    assert TagOptions(min_confidence=1, lightroom_crop="web_square").min_confidence == {"kind": 1}
    assert Limits(seconds=5).seconds == 5
    assert arguments.path("out", Path("a") / "b") == os.path.join("a", "b")  # noqa: PTH118
    phototag.Analyzer(1, limits=None, profiles=()).close()
    phototag.Vocabulary(words={("kind", "portrait"): None, ("kind", "headshot"): "x"})


def test_a_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(BadValue) as caught:
        phototag.tag(PHOTO, keywords="x" * 100_000)
    assert len(str(caught.value)) < 500
