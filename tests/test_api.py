"""``import phototag``, as another program uses it."""

from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

import pytest

import phototag
from phototag import errors
from samples import SAMPLES


def test_every_public_name_is_there() -> None:
    for name in phototag.__all__:
        assert getattr(phototag, name) is not None, name
    assert set(phototag.__all__) <= set(dir(phototag))
    with pytest.raises(AttributeError, match="sculpture"):
        _ = phototag.sculpture


def test_analyze_write_read_remove(headshot_jpg: Path) -> None:
    before = headshot_jpg.read_bytes()
    result = phototag.analyze(headshot_jpg)
    assert result.kind is phototag.Kind.HEADSHOT
    assert result.cropping.shot is phototag.Shot.HEAD_AND_SHOULDERS
    assert phototag.read(headshot_jpg) is None
    change = phototag.write(headshot_jpg, result)
    assert change.added["dc:subject"] == ("headshot",)
    record = phototag.read(headshot_jpg)
    assert record is not None
    assert (record.kind, record.keywords) == ("headshot", result.keywords)
    assert [crop.profile for crop in record.crops] == [crop.profile for crop in result.crops]
    assert record.contributions == pytest.approx(result.contributions, abs=1e-3)
    assert phototag.write(headshot_jpg, result).changed is False
    assert phototag.remove(headshot_jpg).changed is True
    assert headshot_jpg.read_bytes() == before


def test_tag_is_analyze_and_write(portrait_jpg: Path) -> None:
    outcome = phototag.tag(portrait_jpg, keywords="standard")
    assert outcome.analysis is not None
    assert outcome.change is not None
    assert outcome.analysis.kind == "portrait"
    assert "one person" in outcome.change.added["dc:subject"]


def test_tag_catalogue_streams_outcomes(
    portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path
) -> None:
    before = headshot_jpg.read_bytes()
    kinds = {
        Path(outcome.photo).name: outcome.analysis.kind
        for outcome in phototag.tag_catalogue(tmp_path, dry_run=True)
        if outcome.analysis
    }
    assert kinds == {portrait_jpg.name: "portrait", headshot_jpg.name: "headshot"}
    assert headshot_jpg.read_bytes() == before


def test_errors_name_the_photo_and_the_remedy(tmp_path: Path) -> None:
    missing = tmp_path / "no.jpg"
    for call in (phototag.analyze, phototag.tag, phototag.read, phototag.remove):
        with pytest.raises(errors.PhotoNotFound) as caught:
            call(missing)
        assert caught.value.photo == str(missing)
        assert caught.value.remedy == "check the path"
        assert str(caught.value) == f"{missing}: this file does not exist; check the path"


def test_every_error_comes_back_from_the_child_by_its_name() -> None:
    assert errors.by_name("PhotoDamaged") is errors.PhotoDamaged
    assert errors.by_name("MetadataDamaged") is errors.MetadataDamaged
    assert errors.by_name("unheard of") is errors.PhotoError


def test_the_tree_of_errors_is_the_one_that_is_printed() -> None:
    def tree(base: type[errors.PhototagError], depth: int) -> list[tuple[int, str]]:
        below = [line for each in base.__subclasses__() for line in tree(each, depth + 1)]
        return [(depth, base.__name__), *below]

    assert errors.__doc__ is not None
    printed = re.findall(r"^((?:    )+)(\w+)", errors.__doc__, re.MULTILINE)
    assert [(len(space) // 4 - 1, name) for space, name in printed] == tree(errors.PhototagError, 0)


def test_every_error_is_of_one_family_and_goes_through_pickle() -> None:
    concrete = [
        errors.by_name(name) for name in errors.__dict__ if errors.by_name(name).__name__ == name
    ]
    assert len(concrete) > 30
    for kind in set(concrete) - {errors.PhototagError}:
        assert issubclass(kind, errors.PhotoError) != issubclass(kind, errors.SetupError)
        error = kind("the thing", "it is wrong", "put it right")
        assert str(error).startswith("the thing: it is wrong")
        assert str(error).endswith("; put it right")
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.args, str(again)) == (kind, error.args, str(error))


def test_an_error_of_a_photo_says_what_is_on_the_disk() -> None:
    refused = errors.WriteRefused("a.jpg", "it is read-only", "make it writable first")
    assert refused.on_disk == "the file is unchanged"
    assert str(refused) == "a.jpg: it is read-only (the file is unchanged); make it writable first"
    assert errors.WriteUncertain("a.jpg", "x").on_disk == "the new file is in place"
    assert errors.NotAPhoto("a.jpg", "it is empty").on_disk == "the file is unchanged"
    assert str(errors.NotAPhoto("a.jpg", "it is empty")) == "a.jpg: it is empty"


def test_names_are_shown_so_that_a_terminal_takes_them() -> None:
    error = errors.NotAPhoto("a\n\x1b[31m\udcff.jpg", "this is not a picture")
    assert str(error) == r"a\n\x1b[31m\xff.jpg: this is not a picture"
    str(error).encode()


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg", "moon.png"])
def test_a_picture_without_people_is_neither(name: str) -> None:
    assert phototag.analyze(SAMPLES / name).kind is phototag.Kind.OTHER


def test_the_signature_of_a_function_shows_the_defaults_of_its_options() -> None:
    for name in phototag.__all__:
        shown = getattr(phototag, name)
        if inspect.isfunction(shown):
            assert "NOTHING" not in str(inspect.signature(shown)), name
    limits = inspect.signature(phototag.tag_catalogue).parameters["limits"].default
    assert limits == phototag.Limits()
