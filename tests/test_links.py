"""Links in the README and in the pages of the documentation, as they stand in the sources."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
    if not {"_generated", "_build"} & set(path.relative_to(ROOT).parts)
)
_NO_LETTER = re.compile(r"[^\w\- ]")


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def parsed(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """Of the headings, as GitHub and MyST call them; the labels of MyST lead nowhere in a clone or on a code host."""
    tokens = parsed(path)
    headings = [
        "".join(part.content for part in after.children or [])
        for token, after in itertools.pairwise(tokens)
        if token.type == "heading_open"
    ]
    return {_NO_LETTER.sub("", text.lower()).replace(" ", "-") for text in headings}


def dead(path: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme in {"http", "https"}:
        return not re.fullmatch(r"[\w.-]+\.[a-z]{2,}", parts.hostname or "")
    if parts.scheme:
        return parts.scheme != "mailto"
    place, anchor = urldefrag(link)
    target = (path.parent / unquote(place)).resolve() if place else path
    if (
        "_generated" in target.parts
    ):  # made when the pages are built, whose links tests/test_docs.py follows
        return False
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    # Sphinx makes the anchors of Python's names; tests/test_docs.py looks for them in the built pages.
    of_sphinx = anchor.startswith("phototag.") and target.is_relative_to(DOCS)
    return bool(anchor) and not of_sphinx and anchor not in anchors(target)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    links = [
        str(token.attrs.get("href", token.attrs.get("src")))
        for token in flat(parsed(path))
        if token.type in {"link_open", "image"}
    ]
    assert [link for link in links if dead(path, link)] == []


@pytest.mark.parametrize(
    "link", ["nowhere.md", "catalogue.md#nowhere", "#nowhere", "https://", "ftp://example.org/a", "../../etc", "people", "review.md#decide-by-command"]
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert dead(DOCS / "index.md", link)
    assert not dead(DOCS / "index.md", "catalogue.md#next-week")


def test_no_link_is_made_by_sphinx_alone() -> None:
    """A clone and a code host show such a role as it stands."""
    assert [path for path in PAGES if "{ref}" in path.read_text("utf-8")] == []


def test_the_readme_leads_to_the_documentation_by_links_not_by_paths() -> None:
    """A path in quotation marks of code cannot be clicked."""
    text = re.sub(
        r"^```.*?^```$", "", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    assert re.findall(r"`(?:docs/)?\w+\.md`", text) == []
