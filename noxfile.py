"""Every check that a change has to pass: ``nox``; one of them: ``nox -s lint``; all names: ``nox -l``.

What is tested is the built wheel, on every Python that is installed, from a copy of the tests that has no
``phototag`` folder beside it.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.error_on_missing_interpreters = "GITHUB_ACTIONS" in os.environ  # all are set up there
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["build", "lint", "public", "docs", "tests", "lowest"]

ROOT = Path(__file__).parent
DIST = ROOT / ".nox" / "dist"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
BESIDE = (
    "benchmarks",
    "docs",
    "hatch_build.py",
    "model_build",
    "pyproject.toml",
    "tests",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "NOTICE",
    "README.md",
    "SECURITY.md",
)
COVERED = 95  # %, lines and branches of phototag/


@nox.session
def build(session: nox.Session) -> None:
    """The sdist, and the same wheel from it as from the tree."""
    session.install("build")
    shutil.rmtree(DIST, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(DIST), ".")  # the wheel from the sdist
    here = session.create_tmp()
    session.run("python", "-m", "build", "--wheel", "--outdir", here, ".")
    (wheel,), (other,) = DIST.glob("*.whl"), Path(here).glob("*.whl")
    if _content(wheel) != _content(other):
        session.error(f"{wheel.name} differs between the sdist and the tree")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, and which room may import which."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pyright", "--level", "error")
    session.run("lint-imports")


@nox.session
def public(session: nox.Session) -> None:
    """What a type checker sees of the installed wheel: no public name of an unknown type."""
    _install(session, "demo,ray", "pyright")
    session.chdir(session.virtualenv.location)
    session.run("pyright", "--verifytypes", "phototag", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, with warnings as errors."""
    _install(session, "docs")
    session.chdir(_copy(session))
    session.run("sphinx-build", "-q", "-W", "--keep-going", "docs", "docs/_build")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests; on the oldest Python with the coverage of phototag, its sealed process included."""
    _install(session, "test")
    session.run("phototag", "doctor")
    session.chdir(_copy(session))
    if session.python != PYTHONS[0]:
        session.run("pytest", *session.posargs)
        return
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report", f"--fail-under={COVERED}")


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """The tests that need no application, with the oldest versions that pyproject.toml allows."""
    session.install("uv")
    session.run(
        "uv", "pip", "install", "--python", str(Path(session.bin) / "python"),
        "--resolution", "lowest-direct", "--reinstall-package", "phototag", f"{_wheel(session)}[test]",
    )  # fmt: skip
    session.run("phototag", "doctor")
    session.chdir(_copy(session))
    session.run("pytest", "-q", "-m", "not slow", *session.posargs)


def _install(session: nox.Session, extras: str, *more: str) -> None:
    """Install the wheel with some of its extras; an environment that is used again holds an older one of the same version."""
    session.install(f"{_wheel(session)}[{extras}]", *more)
    session.install("--force-reinstall", "--no-deps", str(_wheel(session)))


def _wheel(session: nox.Session) -> Path:
    wheels = list(DIST.glob("*.whl"))
    if not wheels:
        session.error("there is no wheel; run: nox -s build")
    return wheels[0]


def _copy(session: nox.Session) -> Path:
    """The project without the package: what is imported is what was installed.

    Not in nox's own temporary folder: with it TMPDIR is set, and Ray's cluster, which lives there then, hung
    at its start.
    """
    copy = Path(session.virtualenv.location) / "beside"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in BESIDE:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "_build", "_generated")
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy2(source, copy / name)
    return copy


def _content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
