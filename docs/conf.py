"""Settings of the documentation.  ``tables.py`` makes pages from the tables in the code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

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


def setup(app: Sphinx) -> None:
    """Write the generated pages before Sphinx looks for pages."""
    import tables  # noqa: PLC0415 - Sphinx loads this file by its path; its folder must be in sys.path first

    app.connect("builder-inited", lambda _: tables.write(HERE / "_generated"))
