"""The complete typed result for one photo: findings, verdict, crops, keywords; and its JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from phototag import criteria, crops
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.analysis.explanation import how_sure, sentences
from phototag.analysis.keywords import claims
from phototag.analysis.keywords.claims import Keywords
from phototag.analysis.published import Published
from phototag.criteria import CRITERIA, Finding, Findings, installed, subjects, verdict
from phototag.criteria import calibration as calibrations
from phototag.criteria.verdict import Grade, Kind, Verdict
from phototag.crops import DPI, Crop, Refusal
from phototag.errors import BadValue, printable_name
from phototag.scene import models, serialization
from phototag.scene.measures import Face, Scene
from phototag.version import SCHEMA, __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from phototag.criteria.calibration import Calibration
    from phototag.crops import Profile

EXACT = 12  # decimals; a sum of numbers with fewer has no others than theirs


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
        return "\n  ".join([printable_name(self.path), *sentences(self)])

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the shapes that were seen, the sum as bars, and the reasons."""
        from phototag.analysis import notebook  # noqa: PLC0415 - only a notebook needs it

        return notebook.as_html(self)

    def explain(self) -> str:
        """The verdict in sentences: the strongest reason first, then the sum of all reasons."""
        return "\n".join(sentences(self))

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
        from phototag.analysis import schema  # noqa: PLC0415 - few programs need it

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


__all__ = ["CRITERIA", "Analysis", "evaluate"]
