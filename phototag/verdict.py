"""From eleven findings to headshot, portrait or other: the sum of what each contributes."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.background import BackgroundKind
from phototag.criteria.finding import logistic
from phototag.criteria.posing import Facing, Gaze

if TYPE_CHECKING:
    from phototag.calibration import Calibration
    from phototag.criteria import Findings


class Kind(enum.StrEnum):
    """What the picture is.  A headshot is a simple portrait too; as verdicts they exclude."""

    HEADSHOT = "headshot"
    PORTRAIT = "portrait"
    OTHER = "other"


class Grade(enum.StrEnum):
    """How far a headshot is one by the whole article, not by framing alone."""

    PROFESSIONAL = "professional"
    CASUAL = "casual"


@attrs.frozen
class Rules:
    """Numbers of section ``verdict``."""

    base: float
    level_roll: float
    grade_yaw: float


@attrs.frozen(kw_only=True)
class Verdict:
    """The verdict with its probabilities.

    Attributes:
        kind: the most probable one.
        confidence: its probability, 0..1.
        grade: for headshots; None for the others and where it cannot be told.
        headshot, portrait, other: probabilities; they sum to 1.
        log_odds: base + the eleven contributions; > 0 = headshot rather than portrait.
    """

    kind: Kind
    confidence: float
    grade: Grade | None
    headshot: float
    portrait: float
    other: float
    log_odds: float


def judge(findings: Findings, calibration: Calibration) -> Verdict:
    """Whether a person is the subject comes first, then headshot against portrait."""
    rules = calibration.section("verdict", Rules)
    log_odds = rules.base + sum(finding.contribution for _, finding in findings.items())
    presence = findings.subjects.presence
    head = logistic(log_odds)
    chances = {
        Kind.HEADSHOT: presence * head,
        Kind.PORTRAIT: presence * (1 - head),
        Kind.OTHER: 1 - presence,
    }
    # The count and the verdict must agree: no subject means other, and the other way round.
    if findings.subjects.count == 0:
        kind = Kind.OTHER
    else:
        kind = Kind.HEADSHOT if log_odds > 0 else Kind.PORTRAIT
    return Verdict(
        kind=kind,
        confidence=chances[kind],
        grade=_grade(findings, rules) if kind is Kind.HEADSHOT else None,
        headshot=chances[Kind.HEADSHOT],
        portrait=chances[Kind.PORTRAIT],
        other=chances[Kind.OTHER],
        log_odds=log_odds,
    )


def _grade(findings: Findings, rules: Rules) -> Grade | None:
    """A stated rule and no fitted weights: those did not carry over to other sources."""
    posing, background = findings.posing, findings.background
    if posing.roll is None or posing.yaw is None:
        return None
    calm = background.kind is not BackgroundKind.DETAILED
    straight = abs(posing.roll) <= rules.level_roll and abs(posing.yaw) <= rules.grade_yaw
    attentive = posing.facing is Facing.FRONTAL and posing.gaze is Gaze.CAMERA
    if calm and straight and attentive:
        return Grade.PROFESSIONAL
    return Grade.CASUAL if not calm else None
