"""What of a run's failures is told: each once where that is enough, and what concerns many photos with their number."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Final

from phototag.errors import FormatNotInstalled, SetupError, printable_name
from phototag.wording import counted

if TYPE_CHECKING:
    from phototag.errors import PhototagError

LISTED: Final = 50  # failures that the summary repeats
IN_SIGHT: Final = 20  # lines above the last one; the smallest usual terminal has 24


def failure(photo: str, error: PhototagError) -> str:
    """The error of a photo, in one line."""
    return f"{printable_name(photo)}: {error.message}"


class Alike:
    """Counts failures whose cause is the computer, such as a package that is missing: one remedy serves all photos."""

    def __init__(self) -> None:
        self._counts: collections.Counter[str] = collections.Counter()
        self._errors: dict[str, PhototagError] = {}

    def count(self, error: PhototagError) -> bool:
        """Count an error; returns whether the same was counted before, so that it need not be told again."""
        if not isinstance(error, FormatNotInstalled | SetupError):
            return False
        message = error.message
        self._counts[message] += 1
        self._errors.setdefault(message, error)
        return self._counts[message] > 1

    @property
    def repeated(self) -> int:
        """The number of errors that need not be told again."""
        return self._counts.total() - len(self._counts)

    def lines(self, *, remedy: bool = True) -> list[str]:
        """For each error of several photos, what is wrong and with how many.

        Args:
            remedy: also what to do.
        """
        return [
            f"{counted(count, 'photo')} in all: "
            + (message if remedy else message.removesuffix(f"; {self._errors[message].remedy}"))
            for message, count in self._counts.items()
            if count > 1
        ]
