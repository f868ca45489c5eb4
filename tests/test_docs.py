"""The documentation: built without a warning, whole, without a dead link, and true."""

from __future__ import annotations

import doctest
import html.parser
import importlib
import os
import pkgutil
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import click
import pytest
from click.testing import CliRunner

import phototag
import typed_pages
from commands import search_path
from phototag.cli import main
from phototag.crops import built_in
from phototag.metadata.properties.table import PROPERTIES

pytest.importorskip("sphinx", reason="Sphinx is not installed")
# In one process: two that build the pages at once would write the same generated files.
pytestmark = pytest.mark.xdist_group("docs")
ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


class Page(html.parser.HTMLParser):
    """Text, anchors, links and everything a page loads; the text of each section by its anchor."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.sections: dict[str, list[str]] = {}
        self._within: list[str] = []  # sections, the innermost last
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for key, value in attrs if key in {"id", "name"} and value}
        if tag == "section":
            self._within.append(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag == "link" and given.get("rel") == "stylesheet":
            self.loaded.append(str(given["href"]))
        if tag in {"script", "img", "iframe"} and given.get("src"):
            self.loaded.append(str(given["src"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._within.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for section in self._within:
            self.sections.setdefault(section, []).append(data)


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


def test_every_command_and_option_is_in_the_docs(site: dict[Path, Page]) -> None:
    """In the section of the command, which stands below the heading of its list."""
    page = next(page for path, page in site.items() if path.name == "command_line.html")
    for name, entry in main.known.entries.items():
        if entry.section is None:
            continue
        command = main.commands[name]
        shown = "".join(page.sections[f"phototag-{name}"])
        assert shown.lstrip().startswith(f"phototag {name}")
        assert any(
            "".join(words).lstrip().startswith(entry.section) and shown in "".join(words)
            for words in page.sections.values()
        )
        assert all(one.line in shown for one in getattr(command, "examples", ()))
        assert {getattr(option, "group", "") for option in command.params} <= {
            "",
            *map(str.strip, shown.splitlines()),
        }
        missing = options_of(command) - set(re.findall(OPTION, shown))
        assert missing == set(), name


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
    monkeypatch.setenv("PATH", search_path())
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


#: An option, its value aside.
OPTION = r"(?<![\w-])--?[a-zA-Z][\w-]*"
#: A call of phototag up to what ends it; a text in quotation marks does not.
CALL = re.compile(r"""(?<![\w.-])phototag(?= )(?:'[^']*'|"[^"]*"|[^'"`|;&()\n])*""")


def options_of(command: click.Command) -> set[str]:
    """As they are typed; click makes those of help."""
    return {
        "-h",
        "--help",
        *(o for p in command.params for o in p.opts + p.secondary_opts if o[0] == "-"),
    }


def calls(typed: str) -> list[str]:
    """Every call of phototag in lines of a shell."""
    text = re.sub(r"(?m)(?:^|(?<=\s))#.*$", "", typed.replace("\\\n", " "))
    return CALL.findall(text)


def unknown(call: str) -> set[str]:
    """The command of a call if there is none of that name, else the options that it or the program lacks."""
    found = re.fullmatch(r"(?s)phototag(?P<before>(?: +-\S+)*) *(?P<name>\S*)(?P<after>.*)", call)
    assert found is not None, call
    name = found["name"]
    wrong = set(re.findall(OPTION, found["before"])) - options_of(main)
    if not name:
        return wrong
    if name not in main.commands:
        return wrong | {name}
    return wrong | set(re.findall(OPTION, found["after"])) - options_of(main.commands[name])


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("phototag tag a.jpg --dry-run", []),
        ("phototag tga a.jpg", ["tga"]),
        ("cat a | .venv/bin/phototag crop - --dry-run", ["--dry-run"]),
        ("timeout 4h phototag tag . --state a.db && phototag list --format paths --dry-run", ["--dry-run"]),
        ("phototag tag --state a.db \\\n  --formal", ["--formal"]),
        ("""phototag list --where 'a | b' --nothing""", ["--nothing", "--where"]),
        ('eval "$(phototag completion bash)"; phototag --version --state', ["--state"]),
        ("pip install 'phototag[demo]'  # phototag never", []),
    ],
)  # fmt: skip
def test_what_a_page_tells_to_type_is_compared_with_the_command_that_it_calls(
    typed: str, wrong: list[str]
) -> None:
    assert sorted(one for call in calls(typed) for one in unknown(call)) == wrong


def test_commands_in_the_docs_are_known() -> None:
    """Each with options of its own."""
    wrong = {
        (page.name, call, *unknown(call))
        for page in (ROOT / "README.md", *DOCS.rglob("*.md"))
        for block in typed_pages.blocks(page.read_text("utf-8"))
        for call in calls(block.typed)
        if unknown(call)
    }
    assert wrong == set()


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
