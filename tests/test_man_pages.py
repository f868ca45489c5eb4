"""The manual pages: made of what makes the help, whole, and readable by `man`."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from phototag.cli import main

ROOT = Path(__file__).parents[1]
MAN = ROOT / "docs" / "man"
PAGES = sorted(MAN.glob("*.1"))


def test_the_manual_pages_say_what_the_help_says(
    update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are files, so that building a wheel needs no more than hatchling."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    import command_pages

    if update:
        command_pages.write()
    found = {file.name: file.read_text("utf-8") for file in MAN.iterdir()}
    assert found == command_pages.manual(), "write them anew: python docs/command_pages.py"


def test_every_command_and_option_is_in_the_manual() -> None:
    for name, entry in main.known.entries.items():
        if entry.section is None:
            continue
        text = (MAN / f"phototag-{name}.1").read_text("utf-8").replace("\\-", "-")
        for parameter in main.commands[name].params:
            if isinstance(parameter, click.Option):
                assert all(f"\\fB{option}\\fR" in text for option in parameter.opts), parameter.name
        assert f"phototag-{name}\\fR(1)" in (MAN / "phototag.1").read_text("utf-8").replace(
            "\\-", "-"
        )


def test_a_wheel_puts_them_where_man_looks() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {MAN.relative_to(ROOT).as_posix(): "share/man/man1"}


def complaints(*command: str) -> str:
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [program, *command[1:], *map(str, PAGES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    shown = done.stdout if command[0] == "mandoc" else done.stderr
    return "\n".join(line for line in shown.splitlines() if "missing date" not in line)


def test_groff_has_nothing_to_complain_about() -> None:
    assert complaints("groff", "-man", "-ww", "-Tutf8", "-rF0") == ""


def test_mandoc_has_nothing_to_complain_about() -> None:
    """But that a page has no date: it would be another one with every build."""
    assert complaints("mandoc", "-Tlint", "-Wwarning") == ""


@pytest.mark.parametrize("page", [file.stem for file in PAGES])
def test_a_page_is_known_by_its_name(page: str) -> None:
    """``man`` finds a page by ``.TH`` and ``.SH NAME``."""
    lines = (MAN / f"{page}.1").read_text("utf-8").splitlines()
    assert lines[1].startswith(f".TH {page.upper()} 1 ")
    assert lines[3].replace("\\-", "-").startswith(f"{page} - ")
