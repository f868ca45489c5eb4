"""A home that nobody uses, for phototag and the applications in which it is set up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import attrs

from phototag.integrations.application import Command

#: How a phototag that is somewhere else would be started.
ELSEWHERE = Command("/opt/phototag/bin/python", ("-P", "-m", "phototag"))


@attrs.frozen
class Home:
    """Where an application and phototag find their files.

    Attributes:
        path: the home folder.
        environment: with which programs are started.
    """

    path: Path
    environment: dict[str, str]

    @property
    def data(self) -> Path:
        return self.path / "data"

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """What ``phototag`` prints, standard error after standard output; it must end with this code."""
        return self.run_by((sys.executable, "-P", "-m", "phototag"), *arguments, code=code)

    def run_by(self, command: tuple[str, ...], *arguments: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [*command, *arguments], env=self.environment, capture_output=True, text=True,
            timeout=120, check=False, cwd=self.path,
        )  # fmt: skip
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def files(self) -> set[str]:
        """All files and folders below the data folder."""
        return {path.relative_to(self.data).as_posix() for path in self.data.rglob("*")}
