"""Help: nothing in it is cut, options stand in groups, its examples work, and what is misspelt is guessed."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from commands import run, search_path
from phototag.cli import main
from phototag.cli.entries import Example
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import EXIT_CODES, Helpful
from phototag.integrations.service.methods import BY_NAME
from phototag.options import Group
from phototag.version import __version__
from phototag.wording import counted

WIDTH = 80  # columns
LISTED = [name for name, entry in main.known.entries.items() if entry.section is not None]
#: Commands whose examples are only read: they go on until Ctrl-C. `tests/gallery/review` and `tests/catalogue` run them.
ENDLESS = {"watch", "review"}
#: Examples that need what only a program or a person makes.
UNREADY = {
    "phototag tag --corrections corrections.json ~/Pictures": "a page in a browser saves the file",
    "phototag integrate darktable": "darktable need not be installed; tests/integrations sets it up",
    "phototag integrate darktable --remove": "the same",
    "phototag undo 3 --dry-run": "there may be no third run",
}
#: Examples that other tests run, as a command or as the function behind it.
ELSEWHERE = {
    "phototag tag --keywords standard ~/Pictures": "test_cli.py",
    "phototag tag --sidecar always ~/Pictures": "test_cli.py",
    "phototag analyze --json ~/Pictures": "test_cli.py",
    "phototag analyze jane.jpg --picture verdict.png": "test_printable.py",
    "phototag check --repair ~/Pictures": "catalogue/test_check_state.py",
    "phototag remove --dry-run ~/Pictures": "test_printable.py",
    "phototag remove ~/Pictures": "test_cli.py",
    "phototag decide --environment studio ~/Pictures": "catalogue/test_deciding.py",
    "phototag decide --forget jane.jpg": "catalogue/test_deciding.py",
    "phototag crop ~/Pictures --profile web_square --size 400x400 \\\n  --people each -o ~/faces": "catalogue/test_cropping.py",
    "phototag serve --stdio": "integrations/test_service_ending.py",
    "phototag demo": "test_docs.py",
    "phototag demo ~/try-phototag": "test_cli.py",
    "phototag doctor": "test_cli.py",
}


def of(command: str) -> Helpful:
    found = main.commands[command]
    assert isinstance(found, Helpful)
    return found


def help_of(*command: str) -> str:
    return asked_for_help(*command, "--help")


def asked_for_help(*words: str) -> str:
    shown = CliRunner().invoke(main, words, prog_name="phototag", terminal_width=WIDTH)
    assert (shown.exit_code, shown.exception) == (0, None), shown.output
    return shown.stdout


def examples() -> Iterator[tuple[str, Example]]:
    yield from (("phototag", one) for one in main.examples)
    for name in LISTED:
        yield from ((name, one) for one in of(name).examples)


def lines() -> list[str]:
    return list(dict.fromkeys(one.line for _, one in examples()))


def test_an_example_that_is_not_run_here_is_one_of_the_examples() -> None:
    assert {*UNREADY, *ELSEWHERE} <= set(lines())


@pytest.mark.parametrize(("line", "file"), ELSEWHERE.items())
def test_the_file_that_runs_an_example_names_its_command_and_options(line: str, file: str) -> None:
    text = (Path(__file__).parent / file).read_text("utf-8")
    _, command, *words = shlex.split(line.replace("\\\n", ""))
    assert f'"{command}"' in text
    for option in [word for word in words if word.startswith("-")]:
        name = option.strip("-").replace("-", "_")  # as the functions in Python call it
        assert re.search(rf'"{option}"|\b{name}=', text), option


# ------------------------------------------------------------------------------------------ texts


@pytest.mark.parametrize("command", ["", *LISTED])
def test_no_line_of_help_is_cut_or_wider_than_a_terminal(command: str) -> None:
    text = help_of(*command.split())
    usage, rest = text.split("\n\n", 1)
    assert usage.startswith("Usage: ")
    assert "..." not in rest
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []


def test_each_command_has_one_line_in_the_list_and_its_help_begins_with_it() -> None:
    listed = help_of()
    for name in LISTED:
        summary = main.known.entries[name].summary
        assert re.search(rf"^  {name} +{re.escape(summary)}$", listed, re.MULTILINE), name
        assert (of(name).help or "").split("\n\n")[0] == summary


def test_a_command_that_menus_start_is_not_listed() -> None:
    assert "desktop" not in help_of()
    assert of("desktop").hidden


@pytest.mark.parametrize("command", LISTED)
def test_every_option_stands_below_the_heading_of_its_group(command: str) -> None:
    text = help_of(command)
    for parameter in of(command).params:
        if not isinstance(parameter, click.Option):
            continue
        group = getattr(parameter, "group", Group.GENERAL)
        assert group is not Group.GENERAL, parameter.name
        below = text.split(f"\n{group}:\n")[1].split("\n\n")[0]
        assert re.search(rf"^  .*{parameter.opts[-1]}\b", below, re.MULTILINE), parameter.name
        assert (parameter.help or "").endswith(".")


def test_help_sends_nobody_to_a_page_that_is_not_installed() -> None:
    for name in ("", *LISTED):
        assert re.findall(r"[\w/]+\.md\b", help_of(*name.split())) == []
    *first, last = BY_NAME
    said = " ".join(help_of("serve").split())
    assert f"The methods are {', '.join(first)} and {last};" in said
    unsaid = CliRunner().invoke(main, ["crop", "a.jpg"])
    assert "Choose one of casting_8x10, linkedin" in " ".join(unsaid.output.split())


def test_every_help_says_where_the_exit_codes_are() -> None:
    assert all(EXIT_CODES in " ".join(help_of(name).split()) for name in LISTED)
    whole = " ".join(help_of().split())
    assert all(f"{code} {code.meaning}" in whole for code in ExitCode)


# --------------------------------------------------------------------------------------- examples


def test_every_command_has_an_example_that_calls_it() -> None:
    assert main.examples
    for name in LISTED:
        assert of(name).examples, name
        assert of(name).examples[0].line.startswith(f"phototag {name}"), name
        assert not any(one.does.endswith(".") for one in of(name).examples)


@pytest.mark.parametrize("line", lines())
def test_the_commands_and_options_of_an_example_exist(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corrections.json").touch()
    monkeypatch.chdir(tmp_path)
    words = shlex.split(re.split(r"[|>]", line.replace("\\\n", ""))[0])
    assert words.pop(0) == "phototag"
    name, *others = words
    if "--help" not in others:
        of(name).make_context(name, others)


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, astronaut: Image.Image, headshot: Image.Image
) -> Path:
    """A home with a portrait in its folder of pictures, a headshot beside it, and where a shell keeps completions."""
    folder = tmp_path_factory.mktemp("home")
    for below in (
        "Pictures", "casting", "Desktop", ".zfunc", ".config/fish/completions",
        ".local/share/bash-completion/completions",
    ):  # fmt: skip
        (folder / below).mkdir(parents=True)
    astronaut.resize((1024, 1024)).save(folder / "Pictures" / "portrait.jpg")
    headshot.resize((800, 1000)).save(folder / "jane.jpg")
    return folder


@pytest.mark.xdist_group("help")  # one after the other, in one home
@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        line
        for line in lines()
        if line.split()[1] not in ENDLESS and line not in {*UNREADY, *ELSEWHERE}
    ],
)
def test_an_example_runs(line: str, home: Path) -> None:
    """In the order of the list of commands, as somebody would type them, in one home."""
    environment = {
        **os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"),
        "PATH": search_path(),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", line], cwd=home, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# -------------------------------------------------------------------------------- what is misspelt


@pytest.mark.parametrize("version", ["-V", "--version"])
def test_the_version_has_a_short_option(version: str) -> None:
    assert run(version).stdout == f"phototag, version {__version__}\n"
    assert CliRunner().invoke(main, [version]).stdout == f"phototag, version {__version__}\n"


def test_help_has_a_short_option() -> None:
    assert asked_for_help("tag", "-h") == help_of("tag")


@pytest.mark.parametrize("name", LISTED)
def test_a_command_that_is_called_by_itself_has_the_same_options(name: str) -> None:
    alone = main.known[name].make_context(name, [], resilient_parsing=True)
    assert sorted(alone.help_option_names) == ["--help", "-h"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tga", "a.jpg"], "there is no command 'tga'. Did you mean tag?"),
        (["analyse", "a.jpg"], "there is no command 'analyse'. Did you mean analyze?"),
        (["zzz"], "there is no command 'zzz'. The commands are tag, watch, check,"),
        (["tag", "--dryrun", "a.jpg"], "--dry-run"),
        (["tag", "--keyword", "full", "a.jpg"], "--keywords"),
        (["tag"], "Missing argument 'PATH...'. Name photos or folders."),
        (["crop", "a.jpg"], "Missing option '--profile'. Choose one of casting_8x10, linkedin"),
        (["gallery", "."], "Missing option '-o' / '--out'. Name the new file: -o OUT"),
        (["watch"], "Missing argument 'FOLDER'. Name the folder where photos arrive."),
        (["lightroom"], "Missing argument 'FOLDER'. Name the folder where the files go."),
        (["digikam"], "Missing argument 'FOLDER'. Name the folder where the page goes."),
        (["integrate"], "phototag integrate --list"),
        (["serve"], "phototag serve --stdio"),
    ],
)
def test_wrong_usage_is_told_with_the_remedy(words: list[str], said: str) -> None:
    done = CliRunner().invoke(main, words, prog_name="phototag")
    assert done.exit_code == ExitCode.USAGE
    assert said in " ".join(done.output.split())


def test_a_photo_without_a_command_is_told_which_command(portrait_jpg: Path) -> None:
    done = CliRunner().invoke(main, [str(portrait_jpg)], prog_name="phototag")
    assert done.exit_code == ExitCode.USAGE
    assert f"type: phototag tag {portrait_jpg}" in done.output
    spaced = portrait_jpg.rename(portrait_jpg.with_name("jane doe.jpg"))
    done = CliRunner().invoke(main, [str(spaced)], prog_name="phototag")
    assert f"type: phototag tag '{spaced}'" in done.output


# ---------------------------------------------------------------------------------------- counting


def test_one_thing_is_not_counted_as_several() -> None:
    assert [counted(number, "photo") for number in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]


def test_no_message_counts_one_photos() -> None:
    """A number before a plural is put into words by ``counted``, or is more than one by its sense."""
    told = re.compile(
        r"\{[^{}]*(?:count|len\(|photos|failed|total|number)[^{}]*\} (photos|crops|files|folders)\b"
    )
    found = {
        f"{file.name}: {line.strip()}"
        for file in (Path(__file__).parents[1] / "phototag").rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if told.search(line) and "== 1 else" not in line
    }
    assert found == set(), json.dumps(sorted(found), indent=1)
