"""The documentation: built without a warning, whole, without a dead link, and true."""

from __future__ import annotations

import doctest
import html.parser
import importlib
import os
import pkgutil
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import click
import pytest
from click.testing import CliRunner

import phototag
from phototag.cli import main
from phototag.crops import built_in
from phototag.metadata.properties.table import PROPERTIES

pytest.importorskip("sphinx", reason="Sphinx is not installed")
# In one process: two that build the pages at once would write the same generated files.
pytestmark = pytest.mark.xdist_group("docs")
ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


class Page(html.parser.HTMLParser):
    """Text, anchors, links and everything a page loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for key, value in attrs if key in {"id", "name"} and value}
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag == "link" and given.get("rel") == "stylesheet":
            self.loaded.append(str(given["href"]))
        if tag in {"script", "img", "iframe"} and given.get("src"):
            self.loaded.append(str(given["src"]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="session")
def site(built_docs: Path) -> dict[Path, Page]:
    """The built pages."""
    return {page: Page(page.read_text("utf-8")) for page in sorted(built_docs.rglob("*.html"))}


@pytest.fixture(scope="session")
def text(site: dict[Path, Page]) -> str:
    return " ".join(" ".join("".join(page.words).split()) for page in site.values())


def test_the_pages_are_built_in_one_process(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@docs"), "pytest-xdist has ignored the group"


def test_no_link_is_dead(site: dict[Path, Page]) -> None:
    dead = []
    for page, content in site.items():
        for link in content.links:
            if urlsplit(link).scheme in {"http", "https", "mailto"}:
                continue
            path, anchor = urldefrag(link)
            target = (page.parent / unquote(path)).resolve() if path else page
            if not target.exists() or (
                anchor and target in site and unquote(anchor) not in site[target].anchors
            ):
                dead.append(f"{page.name}: {link}")
    assert dead == []


def test_no_page_needs_the_network(site: dict[Path, Page]) -> None:
    for page, content in site.items():
        outside = [url for url in content.loaded if urlsplit(url).scheme or url.startswith("//")]
        assert outside == [], page
        missing = [
            url
            for url in content.loaded
            if not (page.parent / unquote(urlsplit(url).path)).exists()
        ]
        assert missing == [], page


def test_no_style_needs_the_network(built_docs: Path) -> None:
    """Nor do fonts and pictures that a style names, nor another style that it imports."""
    for style in built_docs.rglob("*.css"):
        named = re.findall(
            r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", style.read_text("utf-8")
        )
        outside = [
            url
            for pair in named
            for url in pair
            if urlsplit(url).scheme not in {"", "data"} or url.startswith("//")
        ]
        assert outside == [], style


def test_every_command_and_option_is_in_the_docs(text: str, site: dict[Path, Page]) -> None:
    page = next(page for path, page in site.items() if path.name == "command_line.html")
    shown = "".join(page.words)
    for name, entry in main.known.entries.items():
        if entry.section is None:
            continue
        command = main.commands[name]
        assert f"phototag {name}" in shown
        assert entry.section in shown
        assert all(one.line in shown for one in getattr(command, "examples", ()))
        assert {getattr(option, "group", "") for option in command.params} <= {
            "",
            *shown.splitlines(),
        }
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for option in parameter.opts:
                    assert option in text, f"{name} {option}"


def test_every_key_of_the_json_is_in_the_docs(site: dict[Path, Page], portrait_jpg: Path) -> None:
    page = next(page for path, page in site.items() if path.name == "json.html")
    words = set(re.findall(r"\w+", " ".join(page.words)))
    values = phototag.analyze(portrait_jpg).to_dict()
    keys = {*values, *values["verdict"], *values["crops"][0], *values["keywords"]}
    for name, finding in values["criteria"].items():
        keys |= {name, *finding}
    assert keys - words == set()


def test_every_property_and_profile_is_in_the_docs(text: str) -> None:
    for item in PROPERTIES:
        assert item.label in text
    for profile in built_in():
        assert profile.name in text


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


# Not scaling.md: it asks for a cluster.  The tests of phototag.ray do what it says.
@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/python.md",
        "docs/serve.md",
        "docs/catalogue.md",
        "docs/check.md",
        "docs/gallery.md",
        "docs/crops.md",
    ],
)
def test_recipes_run(
    page: str,
    portrait_jpg: Path,
    headshot_jpg: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The Python of a page, block after block, as somebody would type it."""
    recipes = blocks(ROOT / page, "python")
    assert recipes or page == "docs/crops.md"
    home = tmp_path / "home"
    (home / "Pictures").mkdir(parents=True)
    shutil.copy(portrait_jpg, home / "Pictures" / "a.jpg")
    shutil.copy(headshot_jpg, home / "jane.jpg")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the command, too
    monkeypatch.setenv("PATH", programs)
    monkeypatch.chdir(home)
    names: dict[str, object] = {"phototag": phototag, "paths": ["jane.jpg", "Pictures/a.jpg"]}
    for recipe in recipes:
        exec(compile(recipe, page, "exec"), names)


def test_readme_shows_what_the_demo_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word; its figures may differ by machine, and an ellipsis stands for any words."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["demo"])
    assert done.exit_code == 0
    (shown,) = blocks(ROOT / "README.md", "text")
    words = r"\s+".join(re.escape(word) for word in shown.split())
    pattern = re.sub(r"\d+", r"\\d+", words).replace(re.escape("..."), ".*?")
    assert re.search(pattern, done.stdout, re.DOTALL), done.stdout


def test_commands_in_the_docs_are_known() -> None:
    known = {option for c in main.commands.values() for p in c.params for option in p.opts}
    known.add("--help")  # click makes it for each
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                found = re.search(r"(?:^|/|&& )phototag (\w+)(.*)", line.split("#")[0])
                if found is None:
                    continue
                assert found.group(1) in main.commands, f"{page.name}: {line}"
                options = set(re.findall(r"--[a-z-]+", found.group(2)))
                assert options <= known, f"{page.name}: {line}"


# Native code, Ray, and the command line itself.
NATIVE = (
    "phototag.vision", "phototag.ray", "phototag.worker.sealed.drawing", "phototag.worker.sealed.cutting",
    "phototag.worker.sealed.examining", "phototag.__main__",
)  # fmt: skip


def test_the_examples_in_docstrings_run() -> None:
    environment, tried = os.environ.copy(), 0
    for module in pkgutil.walk_packages(phototag.__path__, "phototag."):
        if module.name.startswith(NATIVE):
            continue
        found = doctest.testmod(importlib.import_module(module.name))
        assert found.failed == 0, module.name
        tried += found.attempted
    assert tried
    assert os.environ == environment
