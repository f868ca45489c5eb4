"""From the verdict to the vocabulary: flat words, hierarchical words, IPTC scene codes."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.posing import Facing
from phototag.criteria.subjects import Subjects
from phototag.verdict import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.criteria import Findings
    from phototag.verdict import Verdict

ROOT = "phototag"  # everything phototag claims stands below this one node
SEPARATOR = "|"


class Level(enum.StrEnum):
    """How many words are claimed."""

    MINIMAL = "minimal"  # the verdict
    STANDARD = "standard"  # and grade, shot size, people
    FULL = "full"  # and every criterion that is decided


@attrs.frozen
class Keywords:
    """The words a catalogue application can filter on.

    Attributes:
        flat: leaf words for ``dc:subject`` and IPTC ``Keywords``.
        hierarchical: the same with their path, levels joined by ``|``.
        scene: IPTC scene codes (http://cv.iptc.org/newscodes/scene/), six digits each.
    """

    flat: tuple[str, ...] = ()
    hierarchical: tuple[str, ...] = ()
    scene: tuple[str, ...] = ()


# Values of a criterion that read badly as a bare word in a flat list of keywords.
WORDS = {
    ("colour", "bw"): "black and white",
    ("people", "single"): "one person",
    ("background", "plain"): "plain background",
    ("background", "blurred"): "blurred background",
    ("background", "detailed"): "detailed background",
    ("facing", "turned"): "turned face",
    ("facing", "frontal"): "frontal face",
    ("facing", "profile"): "profile view",
    ("facing", "away"): "rear view",
    ("retouching", "natural"): "natural skin",
    ("retouching", "artistic"): "artistic treatment",
    ("occasion", "couple"): "couple portrait",
    ("occasion", "group"): "group portrait",
}

# IPTC NewsCodes, vocabulary "scene": codes for exactly what phototag tells.
SCENE_CODES: dict[enum.StrEnum, str] = {
    Kind.HEADSHOT: "010100",
    Shot.HALF_BODY: "010200",
    Shot.FULL_BODY: "010300",
    Facing.PROFILE: "010400",
    Facing.AWAY: "010500",
    Subjects.SINGLE: "010600",
    Subjects.COUPLE: "010800",  # "two"; "couple" (010700) would say that they belong together
    Subjects.GROUP: "010900",
    Place.OUTDOOR: "011600",
    Place.INDOOR: "011700",
    Place.STUDIO: "011700",
    Shot.FACE: "011800",
}


def claim(
    findings: Findings,
    verdict: Verdict,
    level: Level = Level.MINIMAL,
    min_confidence: float = 0.0,
) -> Keywords:
    """The words for a verdict.

    Nothing is claimed of a picture without a person as its subject, and nothing below
    ``min_confidence``: no keyword is better than a wrong one.
    """
    if verdict.kind is Kind.OTHER or verdict.confidence < min_confidence:
        return Keywords()
    flat: list[str] = []
    hierarchical: list[str] = []
    for branch, value in _values(findings, verdict, level):
        word = WORDS.get((branch, value), value.replace("_", " "))
        flat.append(word)
        hierarchical.append(SEPARATOR.join((ROOT, branch, word)))
    return Keywords(tuple(flat), tuple(hierarchical), tuple(_codes(findings, verdict)))


def _values(
    findings: Findings, verdict: Verdict, level: Level
) -> Iterator[tuple[str, enum.StrEnum]]:
    """Branch and value of every word that a level claims."""
    yield "kind", verdict.kind
    if level is Level.MINIMAL:
        return
    if verdict.grade is not None:
        yield "grade", verdict.grade
    if findings.cropping.shot is not None:
        yield "shot", findings.cropping.shot
    yield "people", findings.subjects.people
    if level is Level.STANDARD:
        return
    for branch, value in (
        ("expression", findings.mood.expression),
        ("environment", findings.environment.place),
        ("retouching", findings.retouching.style),
        ("colour", findings.retouching.colour),
        ("background", findings.background.kind),
        ("facing", findings.posing.facing),
    ):
        if value is not None:
            yield branch, value
    yield from (("use", use) for use in findings.marketing.uses)
    yield from (("occasion", occasion) for occasion in findings.situation.occasions)


def _codes(findings: Findings, verdict: Verdict) -> Iterator[str]:
    shot = findings.cropping.shot
    told: set[object] = {verdict.kind, findings.subjects.people, findings.posing.facing}
    told.add(findings.environment.place)
    if verdict.kind is not Kind.HEADSHOT or shot is Shot.FACE:
        told.add(shot)  # a headshot in a frame for half a body is not filed under half-length
    yield from sorted({code for value, code in SCENE_CODES.items() if value in told})
