"""The page itself: its template, its style and its script, for a gallery and for a review."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import jinja2

from phototag import crops
from phototag.analysis.decisions.decision import VALUES
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import DOUBT, Grade, Kind
from phototag.crops import Profile
from phototag.errors import printable

HERE: Final = Path(__file__).parent
MODULES: Final = HERE / "page"
UNDECIDED: Final = "undecided"
MOST_PEOPLE: Final = 9  # from here on the people are not counted out, as in page/filters.js
MOST_STARS: Final = 5
BOTH: Final = "both"

# Inside the page nothing is imported: the modules stand one after the other in one function.
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Filter:
    """A selection beside the photos.

    Attributes:
        title: readable name.
        name: as page/filters.js calls it.
        values: the values to choose from, each with its readable name.
    """

    title: str
    name: str
    values: tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class Key:
    """A key of the page; see ``keys.toml``."""

    action: str
    keys: tuple[str, ...]
    shown: str
    does: str
    where: str = BOTH
    mode: str = BOTH


@functools.cache
def key_table() -> tuple[Key, ...]:
    """All keys of the page."""
    with (HERE / "keys.toml").open("rb") as file:
        return tuple(
            Key(**{**key, "keys": tuple(key["keys"])}) for key in tomllib.load(file)["key"]
        )


@functools.cache
def script() -> str:
    """The page's script: the modules in ``page/``, each after those that it imports."""
    placed: dict[str, str] = {}

    def place(name: str) -> None:
        if name in placed:
            return
        text = (MODULES / f"{name}.js").read_text("utf-8")
        for other in _IMPORT.findall(text):
            place(other)
        placed[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    place("main")
    return (
        '"use strict";\nconst gallery = (() => {\n'
        + "\n".join(placed.values())
        + "return start();\n})();\n"
    )


def render(
    *,
    title: str,
    profiles: Sequence[Profile] | None,
    rows: Sequence[Any] = (),
    failures: Sequence[str] = (),
    notice: str = "",
    nonce: str = "",
) -> str:
    """The page without its pictures.

    Args:
        title: of the page.
        profiles: the crop profiles that can be chosen; None = the built-in ones.
        rows: the photos; none for a review, whose server has them.
        failures: one sentence for each photo that failed.
        notice: the sentence at the foot.
        nonce: of the policy that the server sends with the page; empty for a gallery, which has no server.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined
    )
    asked = crops.in_use(profiles)
    mode = "review" if nonce else "gallery"
    table = [key for key in key_table() if key.mode in {BOTH, mode}]
    settings = {
        "live": bool(nonce),
        "doubt": DOUBT,
        "filters": [attrs.asdict(one) for one in filters(asked)],
        "profiles": [{"name": one.name, "title": one.title, "ratio": one.ratio} for one in asked],
        "fields": {str(field): [str(value) for value in kind] for field, kind in VALUES.items()},
        "keys": [attrs.asdict(key) for key in table],
    }
    return environment.get_template("page.html.j2").render(
        title=printable(title),
        live=bool(nonce),
        nonce=nonce,
        count=len(rows),
        profiles=asked,
        keys=table,
        failures=failures,
        notice=notice,
        settings=in_script(settings),
        photos=in_script(rows),
        style=(HERE / "page.css").read_text("utf-8"),
        script=script(),
    )


def filters(profiles: Sequence[Profile]) -> tuple[Filter, ...]:
    """The filters, in the order in which they stand on the page."""
    people = [*map(str, range(MOST_PEOPLE)), f"{MOST_PEOPLE}+"]
    stars = [(str(number), "★" * number) for number in range(MOST_STARS, 0, -1)]
    crop = [
        (f"{state}:{one.name}", f"{one.title}, {state}")
        for one in profiles
        for state in ("there", "refused")
    ]
    return (
        Filter(title="verdict", name="kind", values=_values(*Kind)),
        Filter(title="grade", name="grade", values=_values(*Grade, "none")),
        Filter(title="shot", name="shot", values=_values(*Shot, UNDECIDED)),
        Filter(title="people", name="people", values=_values(*people)),
        Filter(title="expression", name="expression", values=_values(*VisibleExpression, UNDECIDED)),
        Filter(title="background", name="background", values=_values(*BackgroundKind, UNDECIDED)),
        Filter(title="environment", name="environment", values=_values(*Place, UNDECIDED)),
        Filter(title="crop", name="crop", values=tuple(crop)),
        Filter(title="rating", name="rating", values=(*stars, ("0", "0"), ("-1", "rejected"), ("none", "none"))),
        Filter(title="you", name="decided", values=(("decided", "decided"), ("left", "seen and left"), (UNDECIDED, "neither"))),
    )  # fmt: skip


def _values(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(value), str(value).replace("_", " ")) for value in values)


def in_script(value: object) -> str:
    """JSON that cannot end a script element or open a comment, whatever texts it contains."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
