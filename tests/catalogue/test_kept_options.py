"""A decision leaves a photo as it was written last, but for what is decided and for options that are given."""

from __future__ import annotations

from pathlib import Path

import pytest

import phototag
from phototag import Kind, VerdictSource, Vocabulary
from phototag.analysis.keywords.claims import Level
from phototag.catalogue.database import packed
from phototag.catalogue.kept import KEPT
from phototag.catalogue.run_log import PastWrite, to_past_write
from phototag.metadata.record import Record, WriteOrder
from phototag.options import KeptOptions, settings
from phototag.scene import serialization

pytestmark = pytest.mark.usefixtures("unsealed")

OWN = Vocabulary(root="Bildart", words={("kind", "headshot"): "Kopf", ("people", "single"): "eine"})


@pytest.fixture
def photo(tree: Path) -> Path:
    for path in tree.rglob("*.*"):
        if path.name not in {"2023", "portrait.jpg"} and path.is_file():
            path.unlink()
    return tree / "2023" / "portrait.jpg"


def words(photo: Path) -> tuple[str, ...]:
    record = phototag.read(photo)
    assert record is not None
    return record.keywords.flat


def decide(photo: Path, state: Path, **options: object) -> None:
    (done,) = phototag.decide_catalogue(photo, state=state, kind="headshot", **options)  # type: ignore[arg-type]  # by name
    assert done.error is None


def test_a_decision_keeps_the_options_with_which_a_folder_was_tagged(
    photo: Path, tree: Path, state: Path
) -> None:
    before = photo.read_bytes()
    options = {
        "keywords": "standard",
        "sidecar": "always",
        "vocabulary": OWN,
        "min_confidence": {"cropping": 0.1},
    }
    list(phototag.tag_catalogue(tree, state=state, **options))  # type: ignore[arg-type]  # by name
    assert {"portrait", "eine"} < set(words(photo))
    decide(photo, state)
    assert {"Kopf", "eine"} < set(words(photo))
    assert photo.read_bytes() == before
    decide(photo, state, keywords="minimal")
    assert words(photo) == ("Kopf",)
    assert photo.read_bytes() == before


def test_after_a_decision_about_a_folder_the_same_run_has_nothing_to_do(
    photo: Path, tree: Path, state: Path
) -> None:
    list(phototag.tag_catalogue(tree, state=state, keywords="standard"))
    decide(tree, state)
    assert len(words(photo)) > 1
    (again,) = phototag.tag_catalogue(tree, state=state, keywords="standard")
    assert again.verdict_from is VerdictSource.UNCHANGED


def test_a_decision_keeps_the_keywords_of_a_photo_that_no_run_has_tagged(
    photo: Path, state: Path
) -> None:
    phototag.tag(photo, keywords="standard")
    before = words(photo)
    decide(photo, state)
    assert set(words(photo)) == {"headshot", *before} - {"portrait"}


def test_every_option_that_decides_what_is_written_is_kept() -> None:
    decides = {name for name, one in settings(phototag.TagOptions).items() if one.decides}
    assert set(KEPT) == decides
    assert decides <= settings(KeptOptions).keys()


def test_a_write_that_an_earlier_version_has_stored_can_be_read() -> None:
    order = WriteOrder(record=Record(kind=Kind.PORTRAIT, confidence=0.9))
    old = serialization.to_json(PastWrite(order=order))
    del old["words"]
    assert to_past_write(packed(old)) == PastWrite(order=order)
    new = PastWrite.of(
        order, phototag.TagOptions(vocabulary=OWN, keywords=Level.FULL, faces=True, iptc="never")
    )
    assert to_past_write(packed(new)) == new
    assert new.words is not None
    assert new.words.options["vocabulary"] == OWN
