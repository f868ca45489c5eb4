"""What one call in a review changes, and what the page is told about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phototag.analysis.decisions.decision import Decision

Left = dict[str, str]  # what phototag said of a picture that was left as it was, by field


@attrs.frozen(kw_only=True)
class Change:
    """What one call has changed.

    Attributes:
        number: its number in this session.
        decisions: what was decided about pictures, before and after.
        left: what was seen and left as it was, before and after.
    """

    number: int
    decisions: Mapping[str, tuple[Decision, Decision]] = attrs.Factory(dict)
    left: Mapping[str, tuple[Left, Left]] = attrs.Factory(dict)

    @property
    def pictures(self) -> set[str]:
        """The pictures concerned."""
        return {*self.decisions, *self.left}


@attrs.frozen(kw_only=True)
class Answer:
    """What the page is told about a change.

    Attributes:
        change: its number.
        rows: photos concerned, as JSON, by number.
        said: the other photos concerned, whose rows are made anew in the background: what was decided, and whether
            they were left as they were.
    """

    change: int
    rows: dict[int, bytes]
    said: dict[int, tuple[dict[str, str], bool]] = attrs.Factory(dict)
