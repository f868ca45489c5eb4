"""The command line in a process of its own, for tests that call it as a user does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import processes

COMMAND = [sys.executable, "-m", "phototag"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def start(*arguments: str | Path) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """A command at work, in a process group of its own, to which a test may send Ctrl-C."""
    return processes.started(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def search_path() -> str:
    """Where a shell of a user looks for programs: ``phototag`` is that of this Python."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
