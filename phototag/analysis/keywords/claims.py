"""From the verdict to the keywords: flat words, hierarchical words, IPTC scene codes."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from phototag.analysis.keywords.vocabulary import Level, PeopleCount, Vocabulary, branches
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.posing import Facing
from phototag.criteria.subjects import Subjects
from phototag.criteria.verdict import Kind
from phototag.files import arguments

if TYPE_CHECKING:
    from phototag.criteria import Findings
    from phototag.criteria.verdict import Verdict


@attrs.frozen
class Keywords:
    """The words by which a catalogue application can filter.

    Attributes:
        flat: leaf words for ``dc:subject`` and IPTC ``Keywords``.
        hierarchical: the same with their path, levels joined by ``|``.
        scene: IPTC scene codes (http://cv.iptc.org/newscodes/scene/), six digits each.
    """

    flat: tuple[str, ...] = ()
    hierarchical: tuple[str, ...] = ()
    scene: tuple[str, ...] = ()


_OWN_WORDS: Final = Vocabulary()

# IPTC NewsCodes, vocabulary "scene": the codes for exactly what phototag determines.
SCENE_CODES: dict[enum.StrEnum, str] = {
    Kind.HEADSHOT: "010100",
    Shot.HALF_BODY: "010200",
    Shot.FULL_BODY: "010300",
    Facing.PROFILE: "010400",
    Facing.AWAY: "010500",
    Subjects.SINGLE: "010600",
    Subjects.COUPLE: "010800",  # "two"; "couple" (010700) would mean that they belong together
    Subjects.GROUP: "010900",
    Place.OUTDOOR: "011600",
    Place.INDOOR: "011700",
    Place.STUDIO: "011700",
    Shot.FACE: "011800",
}


def confidence_sources() -> tuple[str, ...]:
    """The names for which a threshold can be set: verdict, grade, and every criterion that has words."""
    return tuple(dict.fromkeys(branch.confidence_source for branch in branches()))


def thresholds(min_confidence: float | Mapping[str, float]) -> dict[str, float]:
    """Thresholds by source of confidence; a single number applies to the verdict.

    Raises:
        BadValue: a name is not a source of confidence, or a number is outside 0..1.
        BadType: a threshold is not a number.
    """
    given = min_confidence if isinstance(min_confidence, Mapping) else {"kind": min_confidence}
    for name, least in given.items():
        arguments.one_of("min_confidence", name, confidence_sources())
        arguments.check(min_confidence=(least, arguments.Number(0, 1)))
    return dict(given)


def level(keywords: Level | str) -> Level:
    """The level with this name; raises ``BadValue`` for any other name."""
    return arguments.one_of("keywords", keywords, Level)


def claim(
    findings: Findings,
    verdict: Verdict,
    level: Level = Level.MINIMAL,
    *,
    least: Mapping[str, float] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Keywords:
    """The keywords for a verdict.

    A picture without a person as its subject gets none, and no keyword is given below its threshold (see
    ``thresholds``): no keyword is better than a wrong one.
    """
    least, vocabulary = least or {}, vocabulary or _OWN_WORDS
    if verdict.kind is Kind.OTHER or verdict.confidence < least.get("kind", 0.0):
        return Keywords()
    sure = {
        name
        for name in confidence_sources()
        if _confidence(findings, verdict, name) >= least.get(name, 0)
    }
    flat: list[str] = []
    hierarchical: list[str] = []
    values = _values(findings, verdict)
    for branch in branches():
        if branch.confidence_source not in sure or not _claims(level, branch.level):
            continue
        for value in values.get(branch.name, ()):
            if value not in branch.values:
                continue
            word = vocabulary.word(branch.name, value)
            if word is not None:
                flat.append(word)
                hierarchical.append(vocabulary.path(branch.name, word))
    return Keywords(
        tuple(dict.fromkeys(flat)),
        tuple(dict.fromkeys(hierarchical)),
        tuple(_codes(findings, verdict, sure)),
    )


def withheld(
    findings: Findings,
    verdict: Verdict,
    level: Level,
    *,
    least: Mapping[str, float],
    vocabulary: Vocabulary | None = None,
) -> dict[str, float]:
    """The thresholds that hold keywords or scene codes back, by source of confidence; arguments as for ``claim``."""

    def claimed(apart_from: str = "") -> Keywords:
        others = {name: number for name, number in least.items() if name != apart_from}
        return claim(findings, verdict, level, least=others, vocabulary=vocabulary)

    return {name: number for name, number in least.items() if claimed(name) != claimed()}


def notes_on(withheld: Mapping[str, float]) -> tuple[str, ...]:
    """What thresholds have held back, in sentences.

    >>> notes_on({"kind": 0.8, "cropping": 0.9})
    ('nothing claimed, since it is below 0.8', 'nothing claimed about cropping, since it is below 0.9')
    """
    return tuple(
        f"nothing claimed, since it is below {least:g}"
        if name == "kind"
        else f"nothing claimed about {name}, since it is below {least:g}"
        for name, least in withheld.items()
    )


def _claims(level: Level, of_branch: Level) -> bool:
    order = tuple(Level)
    return order.index(of_branch) <= order.index(level)


def _confidence(findings: Findings, verdict: Verdict, confidence_source: str) -> float:
    if confidence_source == "kind":
        return verdict.confidence
    if confidence_source == "grade":
        chance = verdict.professional or 0.0
        return max(chance, 1 - chance)
    finding = dict(findings.items()).get(confidence_source)
    if finding is None:  # the result was made without the criterion's package
        return 0.0
    return finding.confidence


def _values(findings: Findings, verdict: Verdict) -> dict[str, tuple[enum.StrEnum, ...]]:
    """The values found, by branch; empty if they cannot be determined."""
    single = {
        "kind": verdict.kind,
        "review": verdict.review,
        "grade": verdict.grade,
        "shot": findings.cropping.shot,
        "expression": findings.mood.expression,
        "environment": findings.environment.place,
        "retouching": findings.retouching.style,
        "colour": findings.retouching.colour,
        "background": findings.background.kind,
        "facing": findings.posing.facing,
    }
    count = PeopleCount.of(findings.subjects.count)
    return {
        **{name: () if value is None else (value,) for name, value in single.items()},
        "people": (findings.subjects.people, *(() if count is None else (count,))),
        "use": findings.marketing.uses,
        "occasion": findings.situation.occasions,
        **{
            name: tuple(
                value for value in _several(finding.value) if isinstance(value, enum.StrEnum)
            )
            for name, finding in findings.others.items()
        },
    }


def _several(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _codes(findings: Findings, verdict: Verdict, sure: set[str]) -> Iterator[str]:
    shot = findings.cropping.shot
    told: set[object] = {verdict.kind}
    for confidence_source, value in (
        ("subjects", findings.subjects.people),
        ("posing", findings.posing.facing),
        ("environment", findings.environment.place),
        # A headshot with the shot size of half a body does not get the code for half-length.
        ("cropping", shot if verdict.kind is not Kind.HEADSHOT or shot is Shot.FACE else None),
    ):
        if confidence_source in sure:
            told.add(value)
    yield from sorted({code for value, code in SCENE_CODES.items() if value in told})


__all__ = [
    "SCENE_CODES",
    "Keywords",
    "Level",
    "Vocabulary",
    "claim",
    "confidence_sources",
    "notes_on",
    "thresholds",
    "withheld",
]
