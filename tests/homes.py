"""A home that nobody uses, for phototag and the applications in which it is set up."""

from __future__ import annotations

from pathlib import Path

import attrs
from click.testing import CliRunner

from phototag.cli import main
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
        """What ``phototag`` prints, called in this process; it must end with this code."""
        done = CliRunner().invoke(main, [*map(str, arguments)], prog_name="phototag")
        assert done.exit_code == code, (done.exit_code, done.output, done.exception)
        return done.output

    def files(self) -> set[str]:
        """All files and folders below the data folder."""
        return {path.relative_to(self.data).as_posix() for path in self.data.rglob("*")}
