"""Why an intact file is not written: errors without the file's name, which the caller adds."""

from __future__ import annotations

from typing import Final

#: A remedy that leaves the photo as it is.
USE_SIDECAR: Final = "use --sidecar always, which writes beside the photo"


class Unsupported(ValueError):
    """The file is intact, but phototag cannot write into files of this structure."""


class Unclear(ValueError):
    """The file is intact, but its metadata are damaged, or ambiguous.

    Attributes:
        remedy: what the user can do about it.
    """

    def __init__(self, problem: str, remedy: str = USE_SIDECAR) -> None:
        super().__init__(problem)
        self.remedy = remedy
