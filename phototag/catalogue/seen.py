"""What a run has seen in a photo, what is stored of it if nothing is written, and what an earlier run has left stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag.catalogue.settled import is_settled
from phototag.catalogue.state import Row
from phototag.criteria.verdict import Kind
from phototag.outcome import Failed, Unchanged, VerdictSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from phototag.analysis.keywords.claims import Keywords
    from phototag.analysis.result import Analysis
    from phototag.catalogue.walk import Found
    from phototag.errors import PhototagError
    from phototag.outcome import PhotoState
    from phototag.scene.measures import Scene


@attrs.frozen(kw_only=True)
class Seen:
    """What has been found out about a photo before anything is written.

    Attributes:
        own: the photo as it was read.
        decided: the picture about which a person's decision counts: that of the partner, if there is one.
        scene: what is in that picture.
        analysis: what follows from it.
        verdict_from: where it comes from.
    """

    own: PhotoState
    decided: str
    scene: Scene
    analysis: Analysis
    verdict_from: VerdictSource

    def is_of(self, found: Found) -> bool:
        """Whether the photo was read as the search had found it."""
        return self.own.state == found.state


def of_failure(
    found: Found, before: Row | None, error: PhototagError, seen: Seen | None, settings: str
) -> Row:
    """The row of a photo that failed.

    Args:
        found: the photo.
        before: what was stored about it.
        error: what went wrong.
        seen: what was seen in it, if it could be read.
        settings: with which it failed, if another attempt would fail in the same way.
    """
    before = before or Row(fingerprint="")
    settled = is_settled(error) and found.state is not None
    picture = None if settled else before.picture  # an earlier picture is not in the file any more
    return attrs.evolve(
        before,
        fingerprint=found.fingerprint if settled or (seen and seen.is_of(found)) else "",
        picture=seen.own.picture if seen else picture,
        settings=settings if settled else None,
        kind=None,
        error=error,
        keywords=None,
    )


def of_dry_run(found: Found, before: Row | None, seen: Seen) -> Row | None:
    """The row of a photo that only dry runs have seen; None for another photo."""
    if not seen.is_of(found) or not (before is None or before.is_seen_only):
        return None
    return Row(fingerprint=found.fingerprint, picture=seen.own.picture)


def as_before(
    found: Found, row: Row, keywords: Callable[[], Keywords | None]
) -> Unchanged | Failed | None:
    """The outcome of a photo about which nothing has changed; None if another attempt may not fail.

    Args:
        found: the photo.
        row: what is stored about it.
        keywords: phototag's keywords in it; called only if it did not fail.
    """
    if row.error is None:
        kind = None if row.kind is None else Kind(row.kind)
        return Unchanged(photo=found.path, kind=kind, keywords=keywords())
    if not is_settled(row.error):
        return None
    error = type(row.error)(found.path, *row.error.args[1:])
    return Failed(photo=found.path, error=error, verdict_from=VerdictSource.UNCHANGED)
