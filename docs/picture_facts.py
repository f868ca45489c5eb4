"""What the README's pictures show, in words and digests: what they were made from, and when they are out of date."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
import tempfile
from pathlib import Path
from typing import Final, TypeAlias

import cattrs

import phototag
import sample_catalogue
from phototag.analysis.shapes import bars, recommended
from phototag.gallery import template
from phototag.integrations.ready_made import COLLECTIONS
from phototag.worker.sealed import drawing

#: What a picture shows: names with words, figures or digests.
Facts: TypeAlias = dict[str, str]

IMAGES: Final = Path(__file__).with_name("images")
MADE_FROM: Final = IMAGES / "made-from.json"
VERDICT: Final = "collins 1.jpg"  # the photo whose verdict is drawn
#: What puts something on the page: the others do what keys and buttons ask for.
_DRAWING_MODULES: Final = ("controls", "facts", "filters", "grid", "rows", "view", "words")
_COMMENT: Final = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_TEXT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
_FIGURE: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")
_NEAR, _SHARE = 0.3, 0.1  # figures differ a little between processors


def now() -> dict[str, Facts]:
    """What each picture would show if it were made now."""
    with tempfile.TemporaryDirectory() as folder, phototag.Analyzer() as analyzer:
        photos = sample_catalogue.make(Path(folder))
        analyses = {path.name: analyzer.analyze(path) for path in photos}
    keywords = {name: ", ".join(analysis.keywords.flat) for name, analysis in analyses.items()}
    verdicts = {name: _verdict(analysis) for name, analysis in analyses.items()}
    return {
        "digikam": {"searches": "; ".join(one.title for one in COLLECTIONS), **keywords},
        "review": {**_page(), **verdicts},
        "verdict": {"drawing": _code(Path(drawing.__file__)), **_drawn(analyses[VERDICT])},
    }


def recorded() -> dict[str, Facts]:
    """What each picture showed when it was made."""
    values = json.loads(MADE_FROM.read_text(encoding="utf-8")) if MADE_FROM.exists() else {}
    return cattrs.structure(values, dict[str, dict[str, str]])


def changed(before: Facts, after: Facts) -> list[str]:
    """The names of what a picture shows otherwise; figures may differ by a little."""
    return sorted(
        name
        for name in before.keys() | after.keys()
        if not _same(before.get(name), after.get(name))
    )


def _same(before: str | None, after: str | None) -> bool:
    if before is None or after is None or _FIGURE.split(before) != _FIGURE.split(after):
        return False
    pairs = zip(_FIGURE.findall(before), _FIGURE.findall(after), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=_SHARE, abs_tol=_NEAR) for a, b in pairs)


def _verdict(analysis: phototag.Analysis) -> str:
    return f"{analysis.kind}, {100 * analysis.confidence:.0f} %"


def _drawn(analysis: phototag.Analysis) -> Facts:
    """The bars with their reasons, and the shapes with where they lie in percent of the photo."""
    found = {bar.name: f"{bar.amount:+.1f} {bar.value}, {bar.reason}" for bar in bars(analysis)}
    labels = [shape.label for shape in recommended(analysis) if shape.label]
    return {**found, "shapes": "; ".join(labels), "verdict": analysis.explain().splitlines()[0]}


def _page() -> Facts:
    """The page of a review: its markup and its style; of its modules, every text in quotation marks."""
    here = template.HERE
    modules = {
        f"page/{name}.js": "\n".join(
            _TEXT.findall(_without_comments(template.MODULES / f"{name}.js"))
        )
        for name in _DRAWING_MODULES
    }
    whole = {name: _without_comments(here / name) for name in ("page.html.j2", "page.css")}
    return {name: _digest(text) for name, text in {**whole, **modules}.items()}


def _without_comments(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _code(path: Path) -> str:
    """A digest of a module of Python that its comments and docstrings do not change."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return _digest(ast.unparse(tree))


def _digest(text: str) -> str:
    # In letters: digits would be figures that may differ a little.
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    return digest.translate(str.maketrans("0123456789", "ghijklmnop"))
