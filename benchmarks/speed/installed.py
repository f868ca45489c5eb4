"""What an installation weighs, package by package, and how long its first commands take."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import click
from PIL import Image

from benchmarks.results import write_found
from phototag.cli.sample_photos import HEADSHOT

EXTRAS: Final = ("review", "heif", "raw", "demo", "ray")
SMALL: Final = 4.0  # MB; packages below this are one line together
MINUTES: Final = 20  # for one installation
BLOCK: Final = 512  # bytes; the unit of st_blocks


@click.command()
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="What is installed: pip wheel --no-deps -w dist .",
)
@click.option(
    "--work",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the environment is made (a temporary folder unless said).",
)
@click.option(
    "--called",
    default="now",
    show_default=True,
    metavar="NAME",
    help="In the JSON file, which may hold several wheels.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write everything as JSON.",
)
def size(wheel: Path, work: Path | None, called: str, json_file: Path | None) -> None:
    """What an installation weighs, by package and by extra, and how long the first commands take."""
    # Commands run in another folder than this one.
    with tempfile.TemporaryDirectory(dir=work and work.resolve()) as folder:
        found = {called: measure(wheel.resolve(), Path(folder, "environment"), click.echo)}
    click.echo(json.dumps(found, indent=1))
    write_found(json_file, found, (called,))


def measure(wheel: Path, environment: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Install the wheel by itself and weigh it, then with one extra after the other.

    Args:
        wheel: the built wheel.
        environment: the folder of a new virtual environment, which will hold 1.5 GB.
        say: called with what is under way.

    Returns:
        Sizes in MB (10**6 bytes of disk space, compiled modules included, pip itself not), times in s.
    """
    say("phototag alone")
    _run(sys.executable, "-m", "venv", str(environment))
    _install(environment, str(wheel))
    _run(_program(environment, "python"), "-m", "pip", "check")  # nothing lacks what it asks for
    alone = _files(environment)
    packages = {name: _disk(every) for name, every in alone.items()}
    compiled = [one for every in alone.values() for one in every if one.suffix == ".pyc"]
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "wheel": round(wheel.stat().st_size / 1e6, 1),
        "MB": round(sum(packages.values())),
        "compiled": round(_disk(compiled)),
        "packages": _rows(packages),
        "extras": [],
    }
    say("the first commands")
    found["first"] = _first_commands(environment)
    before = set(alone)
    for extra in EXTRAS:
        say(f"with the extra {extra}")
        _install(environment, f"{wheel}[{extra}]")
        every = _files(environment)
        more = {name: _disk(files) for name, files in every.items() if name not in before}
        found["extras"].append({"extra": extra, "MB more": round(sum(more.values()), 1)})
        before |= set(every)
    return found


def _install(environment: Path, requirement: str) -> None:
    _run(_program(environment, "python"), "-m", "pip", "install", "--quiet", requirement)


def _program(environment: Path, name: str) -> str:
    return str(environment / ("Scripts" if sys.platform == "win32" else "bin") / name)


def _files(environment: Path) -> dict[str, list[Path]]:
    """The files of each package, by its own list of them."""
    site = next(environment.glob("[Ll]ib/**/site-packages"))
    return {
        one.name: [Path(file.locate()) for file in one.files or ()]
        for one in metadata.distributions(path=[str(site)])
        if one.name not in {"pip", "setuptools"}  # of every environment
    }


def _disk(files: Iterable[Path]) -> float:
    """MB of the blocks of the files that are there."""
    return sum(file.stat().st_blocks for file in files if file.exists()) * BLOCK / 1e6


def _rows(packages: dict[str, float]) -> list[dict[str, Any]]:
    large = [(name, size) for name, size in packages.items() if size >= SMALL]
    rows = [
        {"package": name, "MB": round(size, 1)}
        for name, size in sorted(large, key=lambda one: -one[1])
    ]
    small = [size for size in packages.values() if size < SMALL]
    return [*rows, {"package": f"{len(small)} smaller ones", "MB": round(sum(small), 1)}]


def _first_commands(environment: Path) -> list[dict[str, Any]]:
    """Commands right after the installation; then without compiled modules, as uv installs, twice."""
    phototag, photo = _program(environment, "phototag"), environment / "photo.jpg"
    commands = {
        "phototag --version": [phototag, "--version"],
        "phototag tag photo.jpg": [phototag, "tag", str(photo)],
    }
    rows: list[dict[str, Any]] = [{"command": name} for name in commands]
    for when in ("compiled", "not compiled", "again"):
        if when == "not compiled":
            for modules in list(environment.rglob("__pycache__")):
                shutil.rmtree(modules)
        for row, command in zip(rows, commands.values(), strict=True):
            _photo().save(photo, quality=95)
            row[when] = _seconds(command)
    return rows


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    _run(*command)
    return round(time.perf_counter() - start, 2)


def _photo() -> Image.Image:
    import skimage  # noqa: PLC0415 - an extra package, of which only a picture is used

    with Image.open(Path(skimage.__path__[0], "data", "astronaut.png")) as image:
        return image.convert("RGB").crop(HEADSHOT)


def _run(*command: str) -> None:
    """Run a command outside this tree, as a user's environment would: modules may be compiled."""
    own = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        command,
        check=True,
        timeout=60 * MINUTES,
        stdout=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env={name: value for name, value in os.environ.items() if name not in own},
    )
