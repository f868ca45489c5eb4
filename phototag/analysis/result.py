"""The complete typed result for one photo: findings, verdict, crops, keywords; and its JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from phototag import criteria, crops
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.keywords import claims
from phototag.analysis.keywords.claims import Keywords
from phototag.analysis.published import Published
from phototag.criteria import CRITERIA, Finding, Findings, installed, subjects, verdict
from phototag.criteria import calibration as calibrations
from phototag.criteria.finding import Status
from phototag.criteria.verdict import Grade, Kind, Verdict
from phototag.crops import DPI, Crop, Refusal
from phototag.errors import BadValue, printable_name
from phototag.scene import models, serialization
from phototag.scene.measures import Face, Scene
from phototag.version import SCHEMA, __version__
from phototag.wording import adding_up, in_words, percent, said_and_thought, signed, sure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from phototag.criteria.calibration import Calibration
    from phototag.crops import Profile

EXACT = 12  # decimals; a sum of numbers with fewer has no others than theirs
WORTH_SAYING = 0.1  # log-odds; the explanation leaves out smaller contributions


@attrs.frozen(kw_only=True)
class Analysis(Findings, Published):
    """The result for one photo: the eleven findings, and what follows from them.

    ``print(analysis)`` says what ``phototag analyze`` prints, and a notebook shows a drawing with the sum.

    Attributes:
        path: the photo's path as given, or a placeholder.
        verdict: kind and probabilities.
        crops: crop suggestions, the recommended one first.
        refusals: the crop profiles without a crop, and why.
        keywords: the keywords that the default vocabulary gives.
        software, models, calibration: the versions used.
        decision: what a person has decided about the picture.
        scene: what was detected; None in an analysis read back from JSON.
    """

    path: str
    verdict: Verdict
    crops: tuple[Crop, ...]
    refusals: tuple[Refusal, ...] = ()
    keywords: Keywords
    software: str = __version__
    models: str
    calibration: str
    decision: Decision = NOTHING
    scene: Scene | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def kind(self) -> Kind:
        """Headshot, portrait or other."""
        return self.verdict.kind

    @property
    def confidence(self) -> float:
        """Probability that ``kind`` is right, 0..1."""
        return self.verdict.confidence

    @property
    def grade(self) -> Grade | None:
        """Professional or casual, for headshots; None if it cannot be determined."""
        return self.verdict.grade

    @property
    def contributions(self) -> dict[str, float]:
        """Log-odds by criterion, towards headshot +, portrait -.

        With ``verdict.starting_point`` they add up to ``verdict.log_odds``.
        """
        return {name: finding.contribution for name, finding in self.items()}

    def __repr__(self) -> str:
        grade = "" if self.grade is None else f", {self.grade}"
        path = printable_name(self.path)
        return f"<Analysis of {path}: {self.kind}, {how_sure(self.verdict)}{grade}>"

    def __str__(self) -> str:
        return "\n  ".join([printable_name(self.path), *_explanation(self)])

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the shapes that were seen, the sum as bars, and the reasons."""
        from phototag.analysis import notebook  # noqa: PLC0415 - which is made of analyses

        return notebook.as_html(self)

    def explain(self) -> str:
        """The verdict in sentences: the strongest reason first, then the sum of all reasons."""
        return "\n".join(_explanation(self))

    def to_dict(self) -> dict[str, Any]:
        """JSON values in the published schema; the scene is not part of it."""
        return {
            "schema": SCHEMA,
            "path": self.path,
            "kind": str(self.kind),
            "confidence": self.confidence,
            "grade": None if self.grade is None else str(self.grade),
            "verdict": serialization.to_json(self.verdict),
            "criteria": {name: _finding_dict(finding) for name, finding in self.items()},
            "crops": [_crop_dict(crop) for crop in self.crops],
            "refusals": serialization.to_json(self.refusals),
            "keywords": serialization.to_json(self.keywords),
            "decision": self.decision.words(),
            "software": self.software,
            "models": self.models,
            "calibration": self.calibration,
        }

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) of ``to_dict``."""
        from phototag.analysis import schema  # noqa: PLC0415 - which is made of analyses

        return schema.analysis()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Analysis:
        """Rebuild the analysis from the result of ``to_dict``.

        Unknown keys (of a newer version) and criteria of packages that are not installed are ignored. The
        contributions of those criteria become part of the starting point, so that the sum is still the
        log-odds. For old JSON without a starting point, it is computed from the sum.

        Raises:
            BadValue: the values are not such a dictionary.
        """
        try:
            eleven = {name: values["criteria"][name] for name in CRITERIA}
            others = {
                name: serialization.from_json(finding, installed()[name].finding)
                for name, finding in values["criteria"].items()
                if name not in CRITERIA and name in installed()
            }
            start = _starting_point(values, eleven.keys() | others.keys())
            found = {**values["verdict"], "starting_point": start}
            said = Decision.readable(values.get("decision", {}))
            plain = {name: value for name, value in values.items() if name != "decision"}
            analysis = serialization.from_json({**plain, **eleven, "verdict": found}, cls)
            return attrs.evolve(analysis, others=others, decision=said)
        except Exception as error:
            problem = f"this is not an analysis by phototag: {error!r}"
            raise BadValue("values", problem, "pass what to_dict has returned") from error


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


def evaluate(
    path: str,
    scene: Scene,
    calibration: Calibration | None = None,
    profiles: Sequence[Profile] | None = None,
    decision: Decision = NOTHING,
) -> Analysis:
    """Compute everything that follows from a scene: a pure function, without pixels.

    Args:
        path: of the photo, or a placeholder.
        scene: what was detected.
        calibration: thresholds and weights; None = the shipped ones.
        profiles: crop profiles; None = the built-in ones.
        decision: what a person has decided about the picture; it holds instead of phototag's own findings.
    """
    rules = calibration or calibrations.default()
    findings = criteria.judge(scene, rules, path, decision.amended if decision else None)
    judged = verdict.judge(scene, findings, rules)
    if decision.kind is not None:
        judged = verdict.corrected(judged, decision.kind)
    faces: tuple[Face, ...] = ()
    if judged.kind is not Kind.OTHER:
        faces = subjects.faces_of_subjects(scene, findings.subjects)
    suggested, refused = crops.suggest(scene, faces, profiles) if faces else ((), ())
    drawn = {crop.profile: crop.box for crop in decision.crops}
    if drawn and judged.kind is not Kind.OTHER:
        suggested, refused = crops.redrawn(suggested, refused, drawn, scene, profiles)
    return Analysis(
        **{field.name: getattr(findings, field.name) for field in attrs.fields(Findings)},
        path=path,
        verdict=judged,
        crops=suggested,
        refusals=refused,
        keywords=claims.claim(findings, judged),
        models=models.identity(),
        calibration=rules.identity,
        scene=scene,
        decision=decision,
    )


def _starting_point(values: Mapping[str, Any], known: AbstractSet[str]) -> float:
    """The starting point from which the known criteria's contributions add up to this JSON's log-odds."""
    said = {name: finding["contribution"] for name, finding in values["criteria"].items()}
    judged = values["verdict"]
    start: float = judged.get("starting_point", judged["log_odds"] - math.fsum(said.values()))
    whole = start + math.fsum(amount for name, amount in said.items() if name not in known)
    return round(whole, EXACT)


def _crop_dict(crop: Crop) -> dict[str, Any]:
    prints = {str(dpi): [round(side, 2) for side in crop.print_size(dpi)] for dpi in DPI}
    return {**serialization.to_json(crop), "inches": prints}


def _finding_dict(finding: Finding) -> dict[str, Any]:
    return {"value": serialization.to_json(finding.value), **serialization.to_json(finding)}


def _explanation(analysis: Analysis) -> list[str]:
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


__all__ = ["CRITERIA", "Analysis", "evaluate"]
