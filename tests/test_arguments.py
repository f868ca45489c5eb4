"""Whatever is wrong with an argument, the error is one of phototag's, names the argument and says what is right."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import phototag
from phototag import errors
from phototag.analysis.decisions.corrections_file import by_picture
from phototag.crops import built_in
from phototag.errors import BadInput, BadType, BadValue, UnknownOption
from phototag.files import arguments
from phototag.gallery import build
from phototag.integrations.ready_made import digikam, lightroom
from phototag.options import Limits, TagOptions

# A call as somebody would type it, the class of the error, and words of its message.  The photo is not
# there: a call that goes as far as looking for it has missed the mistake.
TABLE: list[tuple[Any, ...]] = [
    ("analyze(None)", BadInput, "<NoneType>", "path, bytes"),
    ("analyze(5)", BadInput, "<int>", "not a picture"),
    ("analyze(opened_as_text)", BadInput, "portrait.jpg", "opened as text", '"rb"'),
    ("analyze(io.StringIO('x'))", BadInput, "opened as text", '"rb"'),
    ("analyze(io.BytesIO)", BadInput, "<type>", "not a picture"),
    ("analyze(Numbers())", BadInput, "gives list, not bytes"),
    ("analyze(b'')", errors.NotAPhoto, "it is empty"),
    # --- what is no path
    ("tag(None)", BadInput, "<NoneType>", "not a path"),
    ("tag('')", BadInput, "<empty path>"),
    ("read(5)", BadInput, "<int>", "not a path"),
    (r"remove(b'\xff\xd8\xff')", BadInput, "<bytes>", "not a path"),
    ("write(None, result)", BadInput, "<NoneType>", "not a path"),
    ("crop(5, 'web_square')", BadInput, "<int>"),
    ("list(tag_catalogue(None))", BadInput, "<NoneType>"),
    ("list(remove_catalogue(5))", BadInput, "<int>"),
    ("list(watch_catalogue(5))", BadInput, "<int>"),
    ("list(watch_catalogue(photo))", errors.NotAFolder, "jane.jpg", "not a folder"),
    ("build(None, out=folder / 'a.html')", BadInput, "<NoneType>"),
    # --- options of a write
    ("tag(photo, keyword='full')", UnknownOption, "keyword: there is no such option", "dry_run", "did you mean keywords?"),
    ("write(photo, result, dryrun=True)", UnknownOption, "dryrun", "did you mean dry_run?"),
    ("list(tag_catalogue(photo, worker=2))", UnknownOption, "worker:", "did you mean workers?"),
    ("list(watch_catalogue(folder, settle=2))", UnknownOption, "settle:", "did you mean settled?"),
    ("tag(photo, keywords='all')", BadValue, "keywords", "one of minimal, standard, full", "not 'all'"),
    ("tag(photo, keywords='ful')", BadValue, "did you mean full?"),
    ("tag(photo, keywords=None)", BadValue, "minimal", "not None"),
    ("tag(photo, iptc='sometimes')", BadValue, "iptc", "one of auto, always, never", "not 'sometimes'"),
    ("tag(photo, sidecar=True)", BadValue, "sidecar", "one of auto, always, never", "not True"),
    ("tag(photo, dry_run='no')", BadType, "dry_run", "True or False"),
    ("tag(photo, force=1)", BadType, "force", "not int"),
    ("tag(photo, mtime=None)", BadValue, "mtime"),
    ("tag(photo, allow_hard_links='no')", BadType, "allow_hard_links"),
    ("tag(photo, faces='yes')", BadType, "faces"),
    ("tag(photo, min_confidence=1.5)", BadValue, "min_confidence", "between 0 and 1", "not 1.5"),
    ("tag(photo, min_confidence=float('nan'))", BadValue, "between 0 and 1", "nan"),
    ("tag(photo, min_confidence='.9')", BadType, "a number, not str"),
    ("tag(photo, min_confidence=True)", BadType, "a number, not bool"),
    ("tag(photo, min_confidence={'kinds': 0.9})", BadValue, "one of kind, grade, cropping", "not 'kinds'", "did you mean kind?"),
    ("tag(photo, min_confidence={'mood': None})", BadType, "a number"),
    ("tag(photo, vocabulary='words.toml')", BadType, "vocabulary", "of type Vocabulary, not str"),
    ("tag(photo, lightroom_crop='casting_8x11')", BadValue, "lightroom_crop", "web_square", "did you mean casting_8x10?"),
    ("tag(photo, lightroom_crop=5)", BadType, "a text, not int"),
    ("tag(photo, corrections=5)", BadType, "corrections", "not a path"),
    ("tag(photo, corrections={'ab': 'head'})", BadValue, "corrections['ab']", "Kind.HEADSHOT", "not 'head'"),
    ("tag(photo, corrections=folder / 'none.json')", errors.BadCorrections, "none.json", "cannot be read"),
    ("list(tag_catalogue(photo, keywords='all'))", BadValue, "minimal"),
    ("list(tag_catalogue(folder, lightroom_crop='nonsense'))", BadValue, "lightroom_crop", "casting_8x10", "not 'nonsense'"),
    # --- what write takes
    ("write(photo, None)", BadType, "result", "of type Analysis, not None"),
    ("write(photo, result.to_dict())", BadType, "Analysis, not dict"),
    ("analyzer.write(photo, None)", BadType, "result", "not NoneType"),
    ("analyzer.write(photo, result, TagOptions(lightroom_crop='nonsense'))", BadValue, "lightroom_crop", "web_square"),
    # --- crops
    ("crop(photo, 'casting_8x11')", BadValue, "profile", "web_square", "not 'casting_8x11'", "did you mean casting_8x10?"),
    ("crop(photo, None)", BadValue, "profile", "not None"),
    ("crop(photo, 'web_square', quality=0)", BadValue, "quality", "between 1 and 100"),
    ("crop(photo, 'web_square', quality='best')", BadType, "quality", "a whole number"),
    ("crop(photo, 'web_square', lossless='yes')", BadType, "lossless"),
    ("crop(photo, 'web_square', lossless=True, lightroom=True)", BadValue, "cannot be combined"),
    ("crop(folder / 'portrait.jpg', 'web_square', 5)", BadType, "out", "not a path"),
    # --- the analyzer
    ("Analyzer(0)", BadValue, "workers", "auto or 1 or more, not 0"),
    ("Analyzer('all')", BadValue, "workers", "auto or 1 or more, not 'all'"),
    ("Analyzer('2')", BadValue, "workers", "auto or 1 or more, not '2'"),
    ("list(tag_catalogue(photo, workers='many'))", BadValue, "workers", "not 'many'"),
    ("list(tag_catalogue(photo, workers=None))", BadType, "workers", "a whole number, not NoneType"),
    ("Analyzer(2.0)", BadType, "a whole number, not float"),
    ("Analyzer(limits=60)", BadType, "limits", "type Limits, not int"),
    ("Analyzer(profiles='club')", BadType, "profiles[0]", "type Profile"),
    ("Analyzer(profiles=5)", BadType, "profiles", "Sequence, not int"),
    ("analyzer.analyze_many('a.jpg')", BadType, "images", "a list of photos"),
    ("analyzer.tag_many(Path('a.jpg'))", BadType, "photos", "into a list"),
    ("analyzer.remove_many(5)", BadType, "photos", "not int"),
    ("analyzer.tag(photo, {'keywords': 'full'})", BadType, "type TagOptions, not dict"),
    ("analyzer.tag_many([photo], 'full')", BadType, "options"),
    ("analyzer.tag_many([photo], stop=True)", BadType, "stop", "type Event"),
    ("analyzer.remove(photo, {})", BadType, "options", "type ChangeOptions"),
    ("analyzer.remove_many([photo], True)", BadType, "options"),
    ("analyzer.draw(photo, None, 'a.png')", BadType, "analysis"),
    ("analyzer.draw(photo, result, None)", BadType, "out", "not a path"),
    # --- whole trees
    ("list(tag_catalogue(photo, workers=0))", BadValue, "workers"),
    ("list(tag_catalogue(photo, limits=5))", BadType, "limits"),
    ("list(tag_catalogue(photo, pairs='no'))", BadType, "pairs"),
    ("list(tag_catalogue(photo, wait=5))", BadType, "wait"),
    ("list(tag_catalogue(photo, stop=True))", BadType, "stop"),
    ("list(tag_catalogue(folder, state=5))", BadType, "state"),
    ("list(watch_catalogue(folder, settled=-1))", BadValue, "0 or more"),
    ("list(watch_catalogue(folder, poll='no'))", BadType, "poll"),
    ("list(remove_catalogue(photo, dry_run='no'))", BadType, "dry_run"),
    ("list(remove_catalogue(photo, follow_links=1))", BadType, "follow_links"),
    ("list(remove_catalogue(photo, workers=0))", BadValue, "workers"),
    ("list(check_catalogue(photo, repair='no'))", BadType, "repair"),
    ("list(check_catalogue(photo, stat='a'))", UnknownOption, "stat", "did you mean state?"),
    ("list(check_catalogue(5))", BadInput, "<int>"),
    ("remove(photo, dry_run='no')", BadType, "dry_run"),
    ("list(undo(run='3'))", BadType, "run", "a whole number"),
    ("list(undo(run=99, state=folder / 's.sqlite3'))", errors.RunUnknown, "s.sqlite3", "run 99"),
    ("list(undo(dry_run='no'))", BadType, "dry_run"),
    ("undo(3)", BadType, "undo", "without a name: 1, of at most 0", "by its name"),
    ("tag(photo, 'full')", BadType, "tag", "without a name: 2, of at most 1", "by its name"),
    ("list(undo(state=folder / 's.sqlite3', workers=0))", BadValue, "workers"),
    ("runs(5)", BadType, "state", "not a path"),
    ("runs(folder)", errors.StateUnusable, "cannot be used"),
    # --- the gallery
    ("build(photo, out=None)", BadType, "out"),
    ("build(photo, out='a.jpg')", errors.OutputNotWritable, "must end in .html"),
    ("build(photo, out=folder / 'a.html', title=5)", BadType, "title"),
    ("build(photo, out=folder / 'a.html', workers=0)", BadValue, "workers"),
    ("build(photo, out=folder / 'a.html', state=5)", BadType, "state"),
    # --- classes of options
    ("Limits(pixels=0)", BadValue, "pixels", "1 or more"),
    ("Limits(pixels=1e6)", BadType, "pixels", "whole"),
    ("Limits(seconds='5')", BadType, "seconds", "a number"),
    ("Limits(seconds=0)", BadValue, "seconds"),
    ("Limits(seconds=float('inf'))", BadValue, "seconds", "inf"),
    ("Limits(memory=-1)", BadValue, "memory"),
    ("WriteOptions(iptc='perhaps')", BadValue, "auto, always, never"),
    ("Vocabulary(root=5)", BadType, "root", "a text"),
    ("Vocabulary(words=[])", BadType, "words", "type Mapping, not list"),
    ("Vocabulary.load(None)", BadType, "file", "not a path"),
    ("Vocabulary.load(folder / 'none.toml')", errors.BadVocabulary, "none.toml", "cannot be read"),
    ("evolve(built_in()[0], ratio='4:5')", BadType, "ratio", "type tuple"),
    ("evolve(built_in()[0], ratio=(4, 5, 6))", BadValue, "2 items, not 3"),
    ("evolve(built_in()[0], pixels=(0, 5))", BadValue, "must be positive"),
    ("Analysis.from_dict({})", BadValue, "not an analysis"),
    ("by_picture(5)", BadType, "corrections", "not a path"),
    ("lightroom(5, Vocabulary())", BadType, "folder", "not a path"),
    ("digikam(folder / 'x', 'words')", BadType, "vocabulary", "Vocabulary"),
]  # fmt: skip


class Numbers:
    """A file that gives something else than bytes."""

    def read(self) -> list[int]:
        return [1, 2, 3]


@pytest.fixture(scope="module")
def result(astronaut: Any) -> phototag.Analysis:
    return phototag.analyze(astronaut)


@pytest.fixture
def names(
    result: phototag.Analysis, portrait_jpg: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """What the calls of the table use."""
    folder = portrait_jpg.parent
    monkeypatch.chdir(folder)
    with phototag.Analyzer() as analyzer, portrait_jpg.open(encoding="utf-8") as as_text:
        yield {
            **{name: getattr(phototag, name) for name in phototag.__all__},
            "photo": "jane.jpg", "folder": folder, "result": result, "io": io, "Path": Path,
            "evolve": attrs.evolve, "built_in": built_in, "build": build, "by_picture": by_picture,
            "lightroom": lightroom, "digikam": digikam, "Numbers": Numbers, "analyzer": analyzer,
            "opened_as_text": as_text,
        }  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_bad_argument_is_named(
    row: tuple[Any, ...], names: dict[str, Any], portrait_jpg: Path
) -> None:
    call, kind, *words = row
    before = portrait_jpg.read_bytes()
    with pytest.raises(errors.PhototagError) as caught:
        eval(call, names)
    assert type(caught.value) is kind
    for word in words:
        assert word in str(caught.value)
    if isinstance(caught.value, errors.BadArgument):
        assert str(caught.value).startswith(f"{caught.value.name}: ")
    assert portrait_jpg.read_bytes() == before
    assert {path.name for path in portrait_jpg.parent.iterdir()} <= {"portrait.jpg", "s.sqlite3"}


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
        phototag.tag("jane.jpg", keywords="x" * 100_000)
    assert len(str(caught.value)) < 500
