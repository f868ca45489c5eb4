"""What is closed to a sealed process: on Linux by the kernel, elsewhere nothing."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Seal:
    """Which parts of the seal hold.

    Attributes:
        files: no file can be opened by its name but those of Python and the libraries, and none be written
            (Landlock, Linux 5.13 and newer).
        calls: no connection can be made, no program started, no other process be touched (seccomp).
        why_not: why a part does not hold; empty if both do.
    """

    files: bool = False
    calls: bool = False
    why_not: str = ""

    @property
    def holds(self) -> bool:
        """Whether all parts hold."""
        return self.files and self.calls
