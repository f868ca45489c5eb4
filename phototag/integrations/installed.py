"""Which version of a program is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import Final

_SECONDS: Final = 30  # a large program on a cold disk
_VERSION: Final = re.compile(r"\d+(\.\d+)+\S*")


def version_of(program: str, *arguments: str) -> str | None:
    """The version that a program prints; "unknown" if it prints none, None if it is not installed.

    No window appears: programs that need a screen for this get one that is in memory alone.

    Args:
        program: its name, to be found by PATH.
        arguments: that make it print its version; ``--version`` unless given.
    """
    path = shutil.which(program)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, *(arguments or ("--version",))], capture_output=True, text=True, errors="replace",
            timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    found = _VERSION.search(done.stdout)
    return found[0] if found else "unknown"
