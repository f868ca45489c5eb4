"""What a criterion is, and the one door by which all come in: ours and those of other packages."""

from __future__ import annotations

import enum
import functools
import graphlib
import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag import plugins
from phototag.criteria.finding import Finding
from phototag.errors import BadPlugin
from phototag.scene import serialization

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene

F = TypeVar("F", bound=Finding)

GROUP = "phototag.criteria"
#: Names of phototag's own branches of keywords and fields of results.
RESERVED = frozenset(
    [
        "kind",
        "review",
        "grade",
        "shot",
        "people",
        "expression",
        "colour",
        "facing",
        "use",
        "occasion",
        "path",
        "verdict",
        "crops",
        "refusals",
        "keywords",
        "software",
        "models",
        "calibration",
        "scene",
        "others",
    ]
)


class Earlier:
    """The findings of one picture that are made already, by their class."""

    def __init__(self) -> None:
        self._by_class: dict[type[Finding], Finding] = {}

    def __getitem__(self, kind: type[F]) -> F:
        found = self._by_class[kind]
        assert isinstance(found, kind)
        return found

    def add(self, finding: Finding) -> None:
        """Keep a finding for those that build on it."""
        self._by_class[type(finding)] = finding


@attrs.frozen(kw_only=True)
class Criterion:
    """One question to a picture.  Packages offer theirs as entry points of ``phototag.criteria``.

    Attributes:
        finding: class of its answers.
        judge: makes an answer of a scene; takes the calibration of phototag's own numbers, and the
            earlier findings.
        after: classes of the findings it builds on.
        values: those of ``Finding.value`` that are keywords, below a node of the criterion's name.
            The words of the eleven stand in ``vocabulary.BRANCHES``.
    """

    finding: type[Finding]
    judge: Callable[[Scene, Calibration, Earlier], Finding]
    after: tuple[type[Finding], ...] = ()
    values: tuple[enum.StrEnum, ...] = ()


@functools.cache
def installed() -> dict[str, Criterion]:
    """All criteria by name, those that others build on first.

    Raises:
        BadPlugin: a package offers something that is no criterion, or that builds on what is not
            there.
    """
    every = plugins.loaded(GROUP, Criterion)
    names: dict[type[Finding], str] = {}
    order: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for name, criterion in every.items():
        if name in RESERVED:
            raise BadPlugin(name, "a criterion cannot have this name", "rename it")
        if (other := names.setdefault(criterion.finding, name)) != name:
            raise BadPlugin(
                name, f"the criterion shares its finding with {other}", "give it its own"
            )
    for name, criterion in every.items():
        if missing := [kind.__name__ for kind in criterion.after if kind not in names]:
            problem = f"the criterion builds on {', '.join(missing)}, which is not there"
            raise BadPlugin(name, problem, "install what it needs, or uninstall it")
        order.add(name, *(names[kind] for kind in criterion.after))
    try:
        return {name: every[name] for name in order.static_order()}
    except graphlib.CycleError as error:
        raise BadPlugin(GROUP, f"criteria build on each other in a circle: {error}") from error


def answers(scene: Scene, calibration: Calibration) -> Iterator[tuple[str, Finding]]:
    """Ask all; each gets the findings of those before it.

    Raises:
        BadPlugin: a criterion fails, or answers something else than it says.
    """
    earlier = Earlier()
    for name, criterion in installed().items():
        try:
            finding = criterion.judge(scene, calibration, earlier)
            _check(finding, criterion)
        except Exception as error:
            raise BadPlugin(name, f"the criterion failed: {error!r}", "report it") from error
        earlier.add(finding)
        yield name, finding


def _check(finding: Finding, criterion: Criterion) -> None:
    """Refuse an answer that would spoil the verdict or the JSON."""
    if type(finding) is not criterion.finding:
        raise TypeError(f"it answered with {finding!r}")
    if not math.isfinite(finding.contribution) or not 0 <= finding.confidence <= 1:
        raise ValueError(f"contribution {finding.contribution}, confidence {finding.confidence}")
    json.dumps(
        [serialization.to_json(finding), serialization.to_json(finding.value)], allow_nan=False
    )
