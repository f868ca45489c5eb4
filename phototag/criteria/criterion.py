"""What a criterion is."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import attrs

from phototag.criteria.finding import Finding

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene

F = TypeVar("F", bound=Finding)


class Earlier:
    """The findings already made for one picture, by their class."""

    def __init__(self) -> None:
        self._by_class: dict[type[Finding], Finding] = {}

    def __getitem__(self, kind: type[F]) -> F:
        found = self._by_class[kind]
        assert isinstance(found, kind)
        return found

    def add(self, finding: Finding) -> None:
        """Store a finding for the criteria that build on it."""
        self._by_class[type(finding)] = finding


@attrs.frozen(kw_only=True)
class Criterion:
    """One question about a picture.  Other packages provide criteria as entry points of ``phototag.criteria``.

    Attributes:
        finding: class of its findings.
        judge: makes the finding from a scene; also takes the calibration of phototag's own numbers and the
            earlier findings.
        after: classes of the findings that it builds on.
        values: values of ``Finding.value`` that become keywords, below a node with the criterion's name. The
            words of the eleven are in ``vocabulary.BRANCHES``.
    """

    finding: type[Finding]
    judge: Callable[[Scene, Calibration, Earlier], Finding]
    after: tuple[type[Finding], ...] = ()
    values: tuple[enum.StrEnum, ...] = ()
