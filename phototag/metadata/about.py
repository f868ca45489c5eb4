"""What a photo says about itself, for those who look at it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class About:
    """What a photo says about itself, without what phototag has written.

    Attributes:
        keywords: its own keywords, each once; of a hierarchical keyword, the last level.
        rating: -1 (rejected) to 5; None without one.
    """

    keywords: tuple[str, ...] = ()
    rating: int | None = None
