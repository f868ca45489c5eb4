"""Settings of the documentation.  ``tables.py`` makes pages from the tables in the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.domains.python import PythonDomain

from phototag import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for the modules beside this one

project = "phototag"
author = "The phototag authors"
copyright = "The phototag authors, GPL-3.0-or-later"
release = version = __version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_generated"]  # these are included in pages
myst_heading_anchors = 3
highlight_language = "none"  # of blocks that name no other
html_theme = "furo"
html_title = f"phototag {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_js_files = ["tables.js"]
html_search_scorer = str(HERE / "search_scorer.js")
# Commands and code have the button; what they print has none.
copybutton_selector = "div.highlight-sh pre, div.highlight-python pre, div.highlight-pycon pre, div.highlight-toml pre"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
autodoc_member_order = "bysource"
autodoc_mock_imports = ["pyarrow", "ray"]  # optional packages
autodoc_typehints = "signature"
maximum_signature_line_length = 80
myst_enable_extensions = ["colon_fence"]
nitpicky = False
# A field of a class (:ivar kind:) is looked up by its bare name, and other classes have such a field, too.
suppress_warnings = ["ref.python"]
# The "Attributes:" section of an attrs class documents its fields.
napoleon_use_ivar = True
_JOINT = re.compile(r"^    (\w+(?:, \w+)+): (.*(?:\n {8}.*)*)", re.MULTILINE)
_PAGE_COLUMNS = 100  # characters of code that fit a page without scrolling
_COLUMNS = re.compile(r"[┃│]|^.*\S {2,}\S.*\S {2,}\S", re.MULTILINE)
_OPTION = re.compile(r'<span class="pre">(--?[a-z][\w-]{0,24})</span>')


def setup(app: Sphinx) -> None:
    """Write the generated pages before Sphinx looks for pages."""
    import tables  # noqa: PLC0415 - Sphinx loads this file by its path; its folder must be in sys.path first

    app.connect("builder-inited", lambda _: tables.write(HERE / "_generated"))
    app.connect(
        "autodoc-process-docstring", _one_by_one, priority=400
    )  # before napoleon, which has 500
    app.connect("autodoc-process-signature", _defaults)
    app.connect("html-page-context", _whole_options)
    app.connect("doctree-read", _columns)
    for directive in PythonDomain.directives.values():
        for field in getattr(directive, "doc_field_types", ()):
            if field.name == "variable":
                field.label = "Attributes"


def _one_by_one(_: Sphinx, *about: Any) -> None:
    """``before, after: the verdicts`` describes two attributes; Sphinx would take ``before,`` for the type of ``after``."""
    lines: list[str] = about[-1]
    lines[:] = _JOINT.sub(
        lambda found: "\n".join(f"    {name}: {found[2]}" for name in found[1].split(", ")),
        "\n".join(lines),
    ).split("\n")


def _defaults(_: Sphinx, *about: Any) -> tuple[str | None, str | None]:
    """A default that attrs makes anew for each object is written as in stubs."""
    signature, returned = about[-2:]
    return (signature and signature.replace("= NOTHING", "= ..."), returned)


def _whole_options(_: Sphinx, *about: Any) -> None:
    """Mark the options of commands, which the style sheet keeps on one line."""
    context: dict[str, Any] = about[2]
    if "body" in context:
        context["body"] = _OPTION.sub(r'<span class="pre option">\1</span>', context["body"])


def _columns(_: Sphinx, page: Any) -> None:
    """Mark what is printed in columns: its lines are not broken; and what is wider than a page."""
    for block in page.findall(lambda node: node.tagname == "literal_block"):
        if max(map(len, block.astext().splitlines()), default=0) > _PAGE_COLUMNS:
            block["classes"].append("wide")
        if block.get("language") == "text" and _COLUMNS.search(block.astext()):
            block["classes"].append("as-is")
