"""From the findings to headshot, portrait or other: the sum of what each contributes."""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria import background
from phototag.criteria.finding import numbered, settled
from phototag.scene.regression import logistic

if TYPE_CHECKING:
    from phototag.criteria import Findings
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


class Kind(enum.StrEnum):
    """What the picture is.  A headshot is also a simple portrait; as verdicts they exclude each other."""

    HEADSHOT = "headshot"
    PORTRAIT = "portrait"
    OTHER = "other"


class Grade(enum.StrEnum):
    """Whether a headshot meets all of the article's criteria or only the framing."""

    PROFESSIONAL = "professional"
    CASUAL = "casual"


class Review(enum.StrEnum):
    """Whether a person should review the verdict."""

    DOUBTFUL = "doubtful"


EVEN = 0.5
DOUBT = 0.8  # a verdict with a lower confidence is called doubtful


@attrs.frozen
class Rules:
    """Numbers of section ``verdict``."""

    base: float
    least_grade: float


@attrs.frozen(kw_only=True)
class Verdict:
    """The verdict with its probabilities.

    Attributes:
        kind: the most probable one.
        confidence: its probability, 0..1.
        grade: for headshots; None for the others and if it cannot be determined.
        professional: probability of the grade "professional"; None for the others and if people fill the
            frame.
        headshot, portrait, other: probabilities; they sum to 1.
        starting_point: log-odds before any evidence: the sum starts here, the same for every photo.
        log_odds: sum of the starting point and all contributions; > 0 = headshot rather than portrait.
        corrected: a person has set the kind; it then replaces phototag's verdict.
        thought, thought_confidence: phototag's own kind and its probability, if a person has set the kind.
    """

    kind: Kind
    confidence: float
    grade: Grade | None
    professional: float | None
    headshot: float
    portrait: float
    other: float
    starting_point: float
    log_odds: float
    corrected: bool = False
    thought: Kind | None = None
    thought_confidence: float = 0.0

    @property
    def review(self) -> Review | None:
        """Doubtful verdicts; None for the others, and for a person's word."""
        return Review.DOUBTFUL if self.confidence < DOUBT and not self.corrected else None


def corrected(verdict: Verdict, kind: Kind) -> Verdict:
    """Replace the kind by the one that a person has set; the log-odds stay."""
    same = kind is verdict.kind
    return attrs.evolve(
        verdict,
        kind=kind,
        confidence=1.0,
        grade=verdict.grade if same else None,
        professional=verdict.professional if same else None,
        headshot=float(kind is Kind.HEADSHOT),
        portrait=float(kind is Kind.PORTRAIT),
        other=float(kind is Kind.OTHER),
        corrected=True,
        thought=verdict.kind,
        thought_confidence=verdict.confidence,
    )


def judge(scene: Scene, findings: Findings, calibration: Calibration) -> Verdict:
    """First decide whether a person is the subject, then headshot or portrait."""
    rules = calibration.section("verdict", Rules)
    start = settled(rules.base)
    log_odds = settled(math.fsum((start, *(one.contribution for _, one in findings.items()))))
    presence = findings.subjects.presence
    head = logistic(log_odds)
    chances = {
        Kind.HEADSHOT: presence * head,
        Kind.PORTRAIT: presence * (1 - head),
        Kind.OTHER: 1 - presence,
    }
    # The count and the verdict must agree: no subject means other, and other means no subject.
    if findings.subjects.count == 0:
        kind = Kind.OTHER
    else:
        kind = Kind.HEADSHOT if log_odds > 0 else Kind.PORTRAIT
    professional = _professional(scene, calibration) if kind is Kind.HEADSHOT else None
    return Verdict(
        kind=kind,
        confidence=chances[kind],
        grade=_grade(professional, rules.least_grade),
        professional=professional,
        headshot=chances[Kind.HEADSHOT],
        portrait=chances[Kind.PORTRAIT],
        other=chances[Kind.OTHER],
        starting_point=start,
        log_odds=log_odds,
    )


def grade_features(scene: Scene) -> dict[str, float | None] | None:
    """The surroundings of a headshot show how it was made; None if people fill the frame."""
    behind = background.features(scene)
    if behind is None or scene.surroundings is None:
        return None
    return {**behind, **numbered(scene.surroundings.content)}


def _professional(scene: Scene, calibration: Calibration) -> float | None:
    """Probability that a headshot meets all of the article's criteria; None without evidence."""
    features = grade_features(scene)
    if features is None:
        return None
    return calibration.model("grade").chances(features)[Grade.PROFESSIONAL]


def _grade(professional: float | None, least: float) -> Grade | None:
    """Give a grade only if it is certain enough."""
    if professional is None or max(professional, 1 - professional) < least:
        return None
    return Grade.PROFESSIONAL if professional >= EVEN else Grade.CASUAL
