"""An analysis as a notebook shows it: a piece of HTML, without script, style sheet or anything from elsewhere."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from phototag.analysis.shapes import Layer, bars, recommended
from phototag.errors import printable_name
from phototag.wording import signed

if TYPE_CHECKING:
    import jinja2

    from phototag.analysis.result import Analysis
    from phototag.analysis.shapes import Bar, Shape

LONGEST: Final = 300  # px, the long side of the drawing
HALF: Final = 50  # px, the longest bar
# Of a brightness that stands out from white and from black: the background colour of a notebook is not known.
COLOURS: Final = {
    Layer.FACE: "#0f8a48",
    Layer.HEAD: "#9c7400",
    Layer.BODY: "#c2449f",
    Layer.CROP: "#2f7de1",
}
TOWARDS, AGAINST = "#2f7de1", "#c8552d"
MEANING: Final = {
    Layer.FACE: "face",
    Layer.HEAD: "crown, chin, outline",
    Layer.BODY: "body",
    Layer.CROP: "recommended crop",
}


def as_html(analysis: Analysis) -> str:
    """The verdict, what was seen, the sum and the reasons; the photo itself is not in it."""
    ratio = analysis.printing.aspect_ratio
    width, height = LONGEST * min(1.0, ratio), LONGEST / max(1.0, ratio)
    drawn = recommended(analysis)
    layers = [layer for layer in Layer if any(shape.layer is layer for shape in drawn)]
    meanings = [MEANING[layer] for layer in layers]
    found = bars(analysis)
    most = max(1.0, *(abs(bar.amount) for bar in found))
    headline, *explanation = analysis.explain().split("\n")
    return _template().render(
        headline=headline,
        path=printable_name(analysis.path),
        width=round(width),
        height=round(height),
        drawn=f"Drawn over the frame of the photo: {', '.join(meanings)}.",
        lines=[_line(shape, width, height) for shape in drawn],
        legend=[{"colour": COLOURS[layer], "label": MEANING[layer]} for layer in layers],
        bars=[_bar(bar, most) for bar in found],
        explanation=explanation,
    )


@functools.cache
def _template() -> jinja2.Template:
    import jinja2  # noqa: PLC0415 - an analysis alone needs no templates

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("notebook.html.j2")


def _line(shape: Shape, width: float, height: float) -> dict[str, Any]:
    pairs = zip(shape.points[::2], shape.points[1::2], strict=True)
    return {
        "points": " ".join(f"{x * width:.1f},{y * height:.1f}" for x, y in pairs),
        "closed": shape.closed,
        "colour": COLOURS[shape.layer],
        "dashed": shape.layer is Layer.CROP,
        "label": shape.label,
    }


def _bar(bar: Bar, most: float) -> dict[str, Any]:
    long = HALF * bar.amount / most
    return {
        "name": bar.name,
        "amount": signed(bar.amount),
        "said": bar.value or bar.reason,
        "reason": bar.reason,
        "total": bar.total,
        "left": f"{min(long, 0.0):.1f}",
        "width": f"{abs(long):.1f}",
        "colour": TOWARDS if bar.amount >= 0 else AGAINST,
    }
