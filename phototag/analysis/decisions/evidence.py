"""What a person has decided, beside the probabilities that phototag gave to the same picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from phototag import criteria
from phototag.analysis.decisions.decision import Decision, Field
from phototag.criteria import cropping, environment, mood, verdict
from phototag.criteria.verdict import Kind
from phototag.wording import plain

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene

CHANCES: Final[Mapping[Field, Callable[[Scene, Calibration], Mapping[str, float] | None]]] = {
    Field.SHOT: cropping.chances,
    Field.EXPRESSION: mood.chances,
    Field.ENVIRONMENT: environment.chances,
}


@attrs.frozen(kw_only=True)
class Judged:
    """A picture about which a person has decided.

    Attributes:
        scene: what was detected in it.
        decision: what the person has decided; also what they saw and left as it was.
    """

    scene: Scene
    decision: Decision


@attrs.frozen(kw_only=True)
class Side:
    """On which side of the line between headshot and portrait a person put a picture.

    Attributes:
        log_odds: phototag's, towards headshot +.
        headshot: whether the person said headshot, else portrait.
    """

    log_odds: float
    headshot: bool


@attrs.frozen(kw_only=True)
class Choice:
    """Which class a person gave to a picture.

    Attributes:
        chances: phototag's probabilities, by class.
        said: the person's class.
    """

    chances: Mapping[str, float]
    said: str


def sides(judged: Iterable[Judged], calibration: Calibration) -> list[Side]:
    """The decisions about the kind, of pictures of one counted person: elsewhere the line has no say."""
    found = []
    for one in judged:
        kind = one.decision.kind
        if kind is None or kind is Kind.OTHER:
            continue
        log_odds = log_odds_of(one.scene, calibration)
        if log_odds is not None:
            found.append(Side(log_odds=log_odds, headshot=kind is Kind.HEADSHOT))
    return found


def log_odds_of(scene: Scene, calibration: Calibration) -> float | None:
    """How far a picture of one counted person is from the line; None for other pictures."""
    findings = criteria.judge(scene, calibration)
    if findings.subjects.count != 1:
        return None
    return verdict.judge(scene, findings, calibration).log_odds


def choices(judged: Iterable[Judged], field: Field, calibration: Calibration) -> list[Choice]:
    """The decisions about another field, of pictures in which phototag can judge it."""
    found = []
    for one in judged:
        said: str | None = getattr(one.decision, field)
        chances = CHANCES[field](one.scene, calibration) if said is not None else None
        if said is not None and chances is not None:
            found.append(Choice(chances=chances, said=str(said)))
    return found


def named(field: Field) -> str:
    """A field in words, as in the name of its criterion."""
    return "headshot line" if field is Field.KIND else plain(str(field))
