"""What people said about the photographs: ``labels.jsonl``, in the words of phototag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.posing import Facing
from phototag.criteria.verdict import Grade, Kind

if TYPE_CHECKING:
    import enum
    from collections.abc import Iterable, Mapping

    from phototag.analysis.decisions.corrections_file import Correction
    from phototag.scene.measures import Scene

    E = TypeVar("E", bound=enum.StrEnum)

FILE = "labels.jsonl"  # beside the photographs
SECOND_FILE = "labels_second.jsonl"  # what another person said about some of them, by their ids
# A group is a portrait of several people; a picture of nobody is something else.
KINDS = {"group": Kind.PORTRAIT, "none": Kind.OTHER}


@attrs.frozen(kw_only=True)
class Label:
    """What is true of one photograph; None where the question does not apply or nobody can tell.

    Attributes:
        file: name of the photo in its folder.
        source: the repository it comes from; photos of one source resemble each other.
        sure: the label is beyond doubt.
        kind: headshot, portrait (also of several people) or other.
        subjects: people who are the subject; above 8 approximate.
        shot, background, environment: of pictures with a person.
        expression, facing: of pictures of one person.
        grade: of headshots.
    """

    file: str
    source: str
    sure: bool
    kind: Kind
    subjects: int
    shot: Shot | None
    background: BackgroundKind | None
    environment: Place | None
    expression: VisibleExpression | None
    facing: Facing | None
    grade: Grade | None


def load(folder: Path) -> list[Label]:
    """All labels of a folder of photographs, in the order of the file.

    Raises:
        FileNotFoundError: the folder has no ``labels.jsonl``.
        ValueError: a label uses a word that phototag does not know.
    """
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    return [label(json.loads(line)) for line in lines if line.strip()]


def load_second(folder: Path) -> list[Label]:
    """The labels that another person gave independently; empty if there are none."""
    file = folder / SECOND_FILE
    if not file.exists():
        return []
    firsts = map(json.loads, (folder / FILE).read_text(encoding="utf-8").splitlines())
    first = {row["id"]: row for row in firsts}
    seconds = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [
        label({**first[row["id"]], **row, "strict": row["grade"] == "professional"})
        for row in seconds
    ]


def corrected(corrections: Iterable[Correction], seen: Mapping[str, Scene]) -> list[Label]:
    """What people have set right in a gallery, as labels; ``file`` is the whole path.

    A headshot shows one person.  How many a portrait shows was not asked: it is used where one face
    is seen, to tell headshots from portraits.
    """
    return [
        Label(
            file=correction.path,
            source=f"corrections {Path(correction.path).parent}",
            sure=True,
            kind=kind,
            subjects=int(
                kind is Kind.HEADSHOT
                or (kind is Kind.PORTRAIT and len(seen[correction.path].faces) == 1)
            ),
            shot=None,
            background=None,
            environment=None,
            expression=None,
            facing=None,
            grade=None,
        )
        for correction in corrections
        if correction.path in seen and (kind := correction.decision.kind) is not None
    ]


def label(row: dict[str, Any]) -> Label:
    """One line of the file as a label; answers to questions that do not apply are left out."""
    kind = row["kind"]
    person = kind != "none"
    single = kind in {"headshot", "portrait"}
    grade = Grade.PROFESSIONAL if row["strict"] else Grade.CASUAL
    return Label(
        file=row["file"],
        source=row["source"],
        sure=row["sure"],
        kind=KINDS[kind] if kind in KINDS else Kind(kind),
        subjects=row["subjects"],
        shot=_word(Shot, row["crop"], applies=person),
        background=_word(BackgroundKind, row["background"], applies=person),
        environment=_word(Place, row["environment"], applies=person),
        expression=_word(VisibleExpression, row["mood"], applies=single),
        facing=_word(Facing, row["head"], applies=single),
        grade=grade if kind == "headshot" else None,
    )


def _word(words: type[E], value: str | None, *, applies: bool) -> E | None:
    return words(value) if applies and value is not None else None
