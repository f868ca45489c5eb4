"""An analysis in words: the verdict, the reasons for it and against it, and the sum that they add up to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.finding import Status
from phototag.criteria.verdict import Grade, Kind, Verdict
from phototag.wording import adding_up, in_words, percent, said_and_thought, signed, sure

if TYPE_CHECKING:
    from phototag.analysis.result import Analysis

WORTH_SAYING = 0.1  # log-odds; smaller contributions are left out


@attrs.frozen(kw_only=True)
class Sum:
    """The sum behind a verdict, rounded so that the numbers shown add up.

    Attributes:
        starting_point: where the sum starts.
        contributions: log-odds by criterion, towards headshot +, portrait -.
        log_odds: the sum of these.
    """

    starting_point: float
    contributions: dict[str, float]
    log_odds: float


def added_up(analysis: Analysis, digits: int = 1) -> Sum:
    """The sum as it is shown everywhere, with this number of decimals."""
    contributions = analysis.contributions
    parts = (analysis.verdict.starting_point, *contributions.values())
    (start, *rounded), total = adding_up(parts, digits)
    return Sum(
        starting_point=start,
        contributions=dict(zip(contributions, rounded, strict=True)),
        log_odds=total,
    )


def meaning(analysis: Analysis) -> str:
    """The meaning of the sum, as the end of a sentence."""
    judged = analysis.verdict
    if analysis.subjects.count == 0:
        own, text = Kind.OTHER, "it has no effect, because no person is the subject"
    else:
        above = judged.log_odds > 0
        own = Kind.HEADSHOT if above else Kind.PORTRAIT
        if added_up(analysis).log_odds:
            text = f"{'above' if above else 'below'} 0 means {own}"
        else:
            text = f"unrounded it is {'above' if above else 'not above'} 0, which means {own}"
    differs = judged.corrected and judged.kind is not own
    return f"{text}, but you decided {judged.kind}" if differs else text


def turning_criteria(analysis: Analysis) -> tuple[str, ...]:
    """The fewest criteria without which the sum would have the other sign, the strongest first.

    Empty where no person is the subject, and where the starting point alone has the sign of the sum.
    """
    if analysis.subjects.count == 0:
        return ()
    total = analysis.verdict.log_odds
    headshot = total > 0
    ranked = sorted(analysis.contributions.items(), key=lambda pair: -abs(pair[1]))
    left_out = []
    for name, contribution in ranked:
        if (contribution > 0) is headshot and contribution:
            left_out.append(name)
            total -= contribution
            if (total > 0) is not headshot:
                return tuple(left_out)
    return ()


def sentences(analysis: Analysis) -> list[str]:
    """Verdict, reasons for it, reasons against it, their sum, undecided criteria."""
    judged = analysis.verdict
    grade = f", {judged.grade}" if judged.grade else ""
    lines = [f"{judged.kind.capitalize()}{grade}, {how_sure(judged)}."]
    if judged.kind is Kind.OTHER and judged.corrected:
        return lines
    if judged.kind is Kind.OTHER:
        return [*lines, f"No person is the subject: {analysis.subjects.reason}."]
    towards = 1 if judged.kind is Kind.HEADSHOT else -1
    shown = added_up(analysis)
    ranked = sorted(analysis.items(), key=lambda pair: -abs(pair[1].contribution))
    for title, sign in (("For it", towards), ("Against it", -towards)):
        reasons = [
            f"{finding.reason} ({name} {signed(shown.contributions[name])})"
            for name, finding in ranked
            if finding.contribution * sign >= WORTH_SAYING
        ]
        if reasons:
            lines.append(f"{title}: {'; '.join(reasons)}.")
    lines.append(_sum(analysis, shown))
    lines.append(_turning(analysis))
    if judged.professional is not None:
        lines.append(f"{_grade(judged.professional, judged.grade)}.")
    untold = [
        f"{name} ({finding.reason})"
        for name, finding in analysis.items()
        if finding.status is Status.UNDECIDED
    ]
    if untold:
        lines.append(f"Undecided: {'; '.join(untold)}.")
    return lines


def how_sure(judged: Verdict) -> str:
    """How sure a verdict is; for a person's word, what they said and what phototag thought."""
    if not judged.corrected:
        return sure(judged.confidence)
    thought = None if judged.thought is None else str(judged.thought)
    return said_and_thought(str(judged.kind), thought, judged.thought_confidence)


def _sum(analysis: Analysis, shown: Sum) -> str:
    """How the reasons given lead to the verdict: the remaining contributions, and the sum."""
    unsaid = [
        shown.contributions[name]
        for name, contribution in analysis.contributions.items()
        if abs(contribution) < WORTH_SAYING
    ]
    others = round(math.fsum(unsaid), 1)
    which = "the other criteria" if len(unsaid) < len(shown.contributions) else "all criteria"
    parts = f"the starting point ({signed(shown.starting_point)})"
    if others:
        parts += f" and {which} ({signed(others)})"
    return f"With {parts} the sum is {signed(shown.log_odds)}: {meaning(analysis)}."


def _turning(analysis: Analysis) -> str:
    """What would have made it the other kind."""
    kinds = (Kind.HEADSHOT, Kind.PORTRAIT)
    own, other = kinds if analysis.verdict.log_odds > 0 else kinds[::-1]
    if turning := turning_criteria(analysis):
        return f"Without {in_words(turning)} it would be a {other}."
    return f"Even without the reasons for it, it would be a {own}: that is where every sum starts."


def _grade(professional: float, grade: Grade | None) -> str:
    odds = f"{percent(professional)} professional"
    if grade is None:
        return f"The surroundings do not show whether it is professional ({odds})"
    return f"The surroundings are those of a {grade} headshot ({odds})"
