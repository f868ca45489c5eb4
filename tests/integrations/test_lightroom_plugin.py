"""The plug-in for Lightroom Classic at work: the real phototag, and a stand-in for Lightroom (lightroom_sdk.lua)."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from PIL import Image

import phototag
from lightroom import STEP, TAG, TAKE_BACK, Lightroom, real_command
from phototag.analysis.keywords.vocabulary import Level, Vocabulary, lightroom_keywords
from raw_photo import dng
from samples import SAMPLES


@pytest.fixture
def lightroom(tmp_path: Path) -> Lightroom:
    made = Lightroom(tmp_path)
    made.sdk.preferences["command"] = str(real_command(tmp_path))
    return made


@attrs.frozen
class Selected:
    """A selection of 30 photos with every odd case.

    Attributes:
        photos: by a name that says what is odd.
        paths: of their files.
        tagged: those that get a verdict.
        told: the file names that the dialog names, with a part of what it says.
    """

    photos: dict[str, int]
    paths: dict[str, Path]
    tagged: tuple[str, ...]
    told: dict[str, str]


NAMES = {
    "plain": "plain.jpg",
    "quotes": 'it\'s "$HOME" `id` & 100 %.jpg',
    "spaces": "  two  spaces .jpg",
    "other script": "Ærø 東京 Ștefan 😀.jpg",
    "line break": "a line\nbreak.jpg",
    "dash": "--json.jpg",
    "long name": "n" * 200 + ".jpg",
    "capitals": "IMG_0001.JPG",
    "read-only": "read only.jpg",
    "headshot": "headshot.jpg",
    "png": "a.png",
    "tiff": "a.tif",
    "webp": "a.webp",
    "nobody": "coffee.jpg",
    "raw": "raw.dng",
}


def select_30(
    lightroom: Lightroom, folder: Path, portrait: Image.Image, headshot: Image.Image
) -> Selected:
    folder.mkdir()
    paths = {what: folder / name for what, name in NAMES.items()}
    for what, path in paths.items():
        if what == "raw":
            path.write_bytes(dng(portrait))
        elif what == "nobody":
            with Image.open(SAMPLES / "coffee.png") as image:
                image.convert("RGB").save(path, quality=90)
        else:
            (headshot if what == "headshot" else portrait).save(path)
    paths["read-only"].chmod(0o400)
    beside = folder / "raw.xmp"
    beside.write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "utf-8")
    photos = {what: lightroom.add(path) for what, path in paths.items()}
    odd = {
        "missing": ("missing.jpg", None), "gone": ("gone.jpg", None), "text": ("text.jpg", b"no photo " * 99),
        "empty": ("empty.jpg", b""), "cut off": ("cut.jpg", paths["plain"].read_bytes()[:3000]),
        "clip": ("clip.mp4", b"ftyp"), "film": ("film.mov", b"ftyp"), "folder": ("folder.jpg", None),
    }  # fmt: skip
    for what, (name, content) in odd.items():
        paths[what] = folder / name
        if content is not None:
            paths[what].write_bytes(content)
    paths["folder"].mkdir()
    photos["missing"] = lightroom.add(paths["missing"], here=False)
    photos["clip"] = lightroom.add(paths["clip"], of="VIDEO", video=True)
    photos["film"] = lightroom.add(paths["film"], of="VIDEO")
    for what in ("gone", "text", "empty", "cut off", "folder"):
        photos[what] = lightroom.add(paths[what])
    for number, of in enumerate(("plain", "plain", "headshot", "raw", "missing", "text", "clip")):
        here = of != "missing"
        photos[f"copy {number} of {of}"] = lightroom.add(paths[of], here=here, video=of == "clip")
    told = {
        "missing.jpg": "the file is missing; connect its drive",
        "clip.mp4": "this is a video; select photos only",
        "film.mov": "this is a video",
        "gone.jpg": "this file does not exist; check the path",
        "text.jpg": "not", "empty.jpg": "empty", "cut.jpg": "",
        "folder.jpg": "phototag gives no answer for this file",
    }  # fmt: skip
    copies = ("copy 0 of plain", "copy 1 of plain", "copy 2 of headshot", "copy 3 of raw")
    assert len(photos) == 30
    return Selected(photos, paths, (*NAMES, *copies), told)


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.slow
def test_a_selection_of_30_with_every_odd_case(
    lightroom: Lightroom, tmp_path: Path, astronaut: Image.Image, headshot: Image.Image
) -> None:
    lightroom.sdk.preferences["level"] = "standard"
    chosen = select_30(lightroom, tmp_path / "photos", astronaut, headshot)
    for photo in chosen.photos.values():
        lightroom.give(photo, "Family|Anna")
    before, files = lightroom.state(), contents(tmp_path / "photos")
    lightroom.choose(TAG)

    assert contents(tmp_path / "photos") == files, "no file is written"
    ((message, text, style),) = lightroom.told()
    assert (message, style) == (f"{len(chosen.tagged)} photos were tagged.", "warning")
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    assert set(lines) == set(chosen.told), "each file once, its copies with it"
    for name, part in chosen.told.items():
        assert part in lines[name]
    with phototag.Analyzer() as analyzer:
        for what in chosen.tagged:
            path = chosen.paths[what.rpartition(" of ")[2]]
            analysis = analyzer.analyze(path)
            wanted = phototag.tag(path, keywords="standard", dry_run=True, sidecar="always").change
            assert wanted is not None
            words = wanted.added.get("lr:hierarchicalSubject", ())
            assert lightroom.keywords(chosen.photos[what]) == sorted(["Family|Anna", *words]), what
            fields = lightroom.fields(chosen.photos[what])
            assert (fields["verdict"], fields.get("shot")) == (
                analysis.kind,
                analysis.cropping.shot,
            )
            assert fields["people"] == str(analysis.subjects.count)
            assert " sure: " in fields["reason"]
    assert lightroom.fields(chosen.photos["headshot"])["verdict"] == "headshot"
    assert lightroom.fields(chosen.photos["nobody"])["verdict"] == "other"
    left_alone = set(chosen.photos) - set(chosen.tagged)
    for what in left_alone:
        assert lightroom.state()[chosen.photos[what]] == before[chosen.photos[what]]

    after = lightroom.state()
    lightroom.choose(TAG)
    assert lightroom.state() == after, "tagging twice changes nothing"
    assert lightroom.sdk.undo() == STEP
    assert lightroom.sdk.undo() == STEP
    assert lightroom.state() == before, "all photos in one step"
    lightroom.told()
    lightroom.choose(TAG)
    lightroom.choose(TAKE_BACK)
    assert lightroom.state() == before
    assert lightroom.told()[-1] == (f"Taken back from {len(chosen.tagged)} photos.", "", "bezel")
    assert contents(tmp_path / "photos") == files


def test_the_keyword_tree_is_that_of_the_ready_made_list(
    lightroom: Lightroom, portrait_jpg: Path, headshot_jpg: Path
) -> None:
    lightroom.sdk.preferences["level"] = "full"
    lightroom.add(portrait_jpg)
    lightroom.add(headshot_jpg)
    lightroom.choose(TAG)
    ready, above = {}, [""] * 9
    for line in lightroom_keywords(Vocabulary(), Level.FULL).splitlines():
        name = line.strip("\t")
        level = len(line) - len(name)
        above[level] = name.strip("[]")
        ready["|".join(above[: level + 1])] = not name.startswith("[")
    tree = lightroom.tree()
    assert {"phototag|kind|portrait", "phototag|kind|headshot"} < set(tree)
    assert tree.items() <= ready.items()


def test_keywords_of_the_users_own_are_used(
    lightroom: Lightroom, portrait_jpg: Path, tmp_path: Path
) -> None:
    words = tmp_path / "my words.toml"
    words.write_text('root = "Bildart"\nwords.kind.portrait = "Porträt"\n', "utf-8")
    lightroom.sdk.preferences["vocabulary"] = f"  {words} "
    photo = lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    assert lightroom.keywords(photo) == ["Bildart|kind|Porträt"]
    assert lightroom.told() == [("1 photo was tagged.", "", "bezel")]
    words.write_text('words.kind.portrait = "a, b"\n', "utf-8")
    lightroom.choose(TAG)
    assert lightroom.keywords(photo) == []
    assert "Lightroom does not make these keywords: phototag|kind|a, b" in lightroom.told()[0][1]
    assert "words" not in lightroom.fields(photo)


def test_what_a_person_has_decided_holds(lightroom: Lightroom, portrait_jpg: Path) -> None:
    from phototag.metadata.picture_hash import digest

    picture = digest(portrait_jpg.read_bytes(), str(portrait_jpg))
    phototag.tag(portrait_jpg, corrections={picture: phototag.Kind.HEADSHOT})
    photo = lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    fields = lightroom.fields(photo)
    assert (fields["verdict"], fields["confidence"]) == ("headshot", "decided")
    assert lightroom.keywords(photo) == ["phototag|kind|headshot"]


def test_the_users_keywords_are_never_changed(lightroom: Lightroom, portrait_jpg: Path) -> None:
    same, other, spelt = (lightroom.add(portrait_jpg) for _ in range(3))
    lightroom.give(same, "phototag|kind|portrait", "portrait")
    lightroom.give(other, "phototag|kind|headshot")
    lightroom.choose(TAG)
    assert lightroom.keywords(same) == ["phototag|kind|portrait", "portrait"]
    assert lightroom.keywords(other) == ["phototag|kind|headshot"]
    assert lightroom.keywords(spelt) == ["phototag|kind|portrait"]
    ((_, text, style),) = lightroom.told()
    assert (text, style) == (
        "1 photo: keywords of the same kind from elsewhere were left as they are.",
        "info",
    )
    lightroom.choose(TAKE_BACK)
    assert lightroom.keywords(same) == ["phototag|kind|portrait", "portrait"]
    assert lightroom.keywords(other) == ["phototag|kind|headshot"]
    assert lightroom.keywords(spelt) == []


def test_a_deleted_keyword_is_not_written_again(lightroom: Lightroom, portrait_jpg: Path) -> None:
    photo, copy = lightroom.add(portrait_jpg), lightroom.add(portrait_jpg)
    lightroom.choose(TAG)
    lightroom.drop(photo, "phototag|kind|portrait")
    for _ in range(2):
        lightroom.told()
        lightroom.choose(TAG)
        assert (lightroom.keywords(photo), lightroom.keywords(copy)) == (
            [],
            ["phototag|kind|portrait"],
        )
        assert "keywords that you have deleted are not written again" in lightroom.told()[0][1]
    lightroom.choose(TAKE_BACK)
    lightroom.choose(TAG)
    assert lightroom.keywords(photo) == ["phototag|kind|portrait"]


def test_a_tree_in_other_capitals_is_used_as_it_is(
    lightroom: Lightroom, portrait_jpg: Path
) -> None:
    lightroom.keyword("Phototag|Kind|PORTRAIT")
    photo = lightroom.add(portrait_jpg)
    for _ in range(2):
        lightroom.choose(TAG)
        assert lightroom.keywords(photo) == ["Phototag|Kind|PORTRAIT"]
        assert lightroom.told() == [("1 photo was tagged.", "", "bezel")]
    lightroom.choose(TAKE_BACK)
    assert lightroom.keywords(photo) == []


def test_the_photo_that_leaves_the_catalogue_meanwhile_stops_no_other(
    lightroom: Lightroom, portrait_jpg: Path
) -> None:
    photo, removed = lightroom.add(portrait_jpg), lightroom.add(portrait_jpg)
    sdk = lightroom.sdk
    sdk.on_write = lightroom.lua.eval(
        "function(sdk, id) return function() sdk.photos[id] = nil end end"
    )(sdk, removed)
    lightroom.choose(TAG)
    assert lightroom.keywords(photo) == ["phototag|kind|portrait"]
    ((message, text, style),) = lightroom.told()
    assert (message, style) == ("1 photo was tagged.", "warning")
    assert text.startswith("portrait.jpg: Lightroom does not let it be changed (")
    assert text.endswith("is it still in the catalogue?")
