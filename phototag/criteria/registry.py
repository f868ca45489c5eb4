"""All criteria (the eleven, registered here, and those of other packages), and how they are applied."""

from __future__ import annotations

import functools
import graphlib
import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import attrs

from phototag import plugins
from phototag.criteria import (
    background,
    cropping,
    environment,
    focus,
    marketing,
    mood,
    posing,
    printing,
    retouching,
    situation,
    subjects,
)
from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.finding import Finding, settled
from phototag.errors import BadPlugin, CriterionFailed
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene

GROUP: Final = "phototag.criteria"
#: Names of phototag's own keyword branches and result fields.
RESERVED: Final = frozenset(
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
        "decision",
        "scene",
        "others",
    ]
)

#: The eleven, in the article's order.
OWN: Final[Mapping[str, Criterion]] = {
    "focus": focus.CRITERION,
    "subjects": subjects.CRITERION,
    "cropping": cropping.CRITERION,
    "mood": mood.CRITERION,
    "environment": environment.CRITERION,
    "retouching": retouching.CRITERION,
    "background": background.CRITERION,
    "posing": posing.CRITERION,
    "marketing": marketing.CRITERION,
    "situation": situation.CRITERION,
    "printing": printing.CRITERION,
}


@functools.cache
def installed() -> dict[str, Criterion]:
    """All criteria by name, each after those that it builds on.

    Raises:
        BadPlugin: a package provides something that is not a criterion, or a criterion that builds on a
            missing one.
    """
    every = {**OWN, **plugins.loaded(GROUP, Criterion, taken=frozenset(OWN))}
    names: dict[type[Finding], str] = {}
    order: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for name, criterion in every.items():
        if name in RESERVED:
            raise BadPlugin(name, "this name is reserved", "rename the criterion")
        if (other := names.setdefault(criterion.finding, name)) != name:
            raise BadPlugin(
                name,
                f"the criterion uses the same finding class as {other}",
                "give it a class of its own",
            )
    for name, criterion in every.items():
        if missing := [kind.__name__ for kind in criterion.after if kind not in names]:
            problem = f"the criterion needs {', '.join(missing)}, which is not installed"
            raise BadPlugin(name, problem, "install what it needs, or uninstall its package")
        order.add(name, *(names[kind] for kind in criterion.after))
    try:
        return {name: every[name] for name in order.static_order()}
    except graphlib.CycleError as error:
        problem = f"criteria depend on each other in a circle: {error}"
        raise BadPlugin(GROUP, problem, "uninstall the package of one of them") from error


def answers(
    scene: Scene,
    calibration: Calibration,
    photo: str,
    amended: Callable[[Finding], Finding] | None = None,
) -> Iterator[tuple[str, Finding]]:
    """Apply all criteria; each gets the findings of those before it.

    Args:
        scene: what was detected.
        calibration: thresholds and weights.
        photo: its path, for errors.
        amended: puts a person's decision in the place of a finding's value.

    Raises:
        CriterionFailed: a criterion fails, or returns something other than it declares.
    """
    earlier = Earlier()
    for name, criterion in installed().items():
        try:
            finding = criterion.judge(scene, calibration, earlier)
            _check(finding, criterion)
            finding = attrs.evolve(finding, contribution=settled(finding.contribution))
        except Exception as error:
            problem = f"{name}: the criterion failed: {error!r}"
            raise CriterionFailed(
                photo, problem, "report it to its author, or uninstall its package"
            ) from error
        finding = finding if amended is None else amended(finding)
        earlier.add(finding)
        yield name, finding


def _check(finding: Finding, criterion: Criterion) -> None:
    """Reject a finding that would corrupt the verdict or the JSON."""
    if type(finding) is not criterion.finding:
        raise TypeError(f"it returned {finding!r}")
    if not math.isfinite(finding.contribution) or not 0 <= finding.confidence <= 1:
        raise ValueError(f"contribution {finding.contribution}, confidence {finding.confidence}")
    json.dumps(
        [serialization.to_json(finding), serialization.to_json(finding.value)], allow_nan=False
    )
