"""By which options the words of a photo were chosen, as the run log keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from phototag.analysis.keywords.vocabulary import Level, Vocabulary

if TYPE_CHECKING:
    from phototag.options import TagOptions

_SLASH: Final = "/"


@attrs.frozen(kw_only=True)
class Words:
    """By which options the words of a photo were chosen; see ``TagOptions``.

    Attributes:
        keywords, min_confidence, lightroom_crop, faces: the options.
        root, branches, words: of the vocabulary; the words by branch and value, with a slash between them.
    """

    keywords: Level
    min_confidence: dict[str, float] = attrs.Factory(dict)
    lightroom_crop: str | None = None
    faces: bool = False
    root: str = Vocabulary().root
    branches: dict[str, str] = attrs.Factory(dict)
    words: dict[str, str | None] = attrs.Factory(dict)

    @classmethod
    def of(cls, options: TagOptions) -> Self:
        """Those of a write."""
        own = options.vocabulary
        return cls(
            keywords=options.keywords,
            min_confidence=dict(options.min_confidence),
            lightroom_crop=options.lightroom_crop,
            faces=options.faces,
            root=own.root,
            branches=dict(own.branches),
            words={_SLASH.join(place): word for place, word in own.words.items()},
        )

    @property
    def options(self) -> Mapping[str, Any]:
        """The options by name."""
        words = {}
        for place, word in self.words.items():
            branch, _, value = place.partition(_SLASH)
            words[branch, value] = word
        return {
            "keywords": self.keywords,
            "min_confidence": self.min_confidence,
            "lightroom_crop": self.lightroom_crop,
            "faces": self.faces,
            "vocabulary": Vocabulary(root=self.root, branches=self.branches, words=words),
        }
