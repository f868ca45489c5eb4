"""The picture of the README: what phototag detects in a portrait, without the portrait.

``python docs/picture.py`` writes ``docs/verdict.svg``.  The shapes and the bars come from a real analysis of
the public-domain portrait of an astronaut that scikit-image includes.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import skimage

import phototag
from phototag.analysis.shapes import Layer, Shape, bars, recommended
from phototag.wording import signed

SIDE, LEFT, LINE = 400, 440, 32
COLOURS = {
    Layer.FACE: "#0a7d3e",
    Layer.HEAD: "#b07a00",
    Layer.BODY: "#b0358a",
    Layer.CROP: "#0b57c2",
}
STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:14px;fill:#1c1d1f}.quiet{fill:#5a5e66;font-size:12px}"
    ".big{font-size:19px;font-weight:600}.number{text-anchor:end}"
)


def draw(analysis: phototag.Analysis) -> str:
    """The whole picture as SVG."""
    found = bars(analysis)
    height = max(SIDE + 20, 76 + LINE * len(found))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img">',
        f"<title>{escape(analysis.explain().splitlines()[0])}</title><style>{STYLE}</style>",
        f'<rect width="900" height="{height}" rx="10" fill="#fbfbfa"/>',
        f'<rect x="10" y="10" width="{SIDE}" height="{SIDE}" fill="#e9eaec"/>',
        *map(_shape, recommended(analysis)),
        f'<text class="big" x="{LEFT}" y="36">{escape(analysis.explain().splitlines()[0])}</text>',
    ]
    most = max(1.0, *(abs(bar.amount) for bar in found))
    for row, bar in enumerate(found):
        y = 64 + row * LINE
        width = 70 * bar.amount / most
        colour = "#0b57c2" if width >= 0 else "#a3320b"
        said = bar.reason if bar.total else bar.value
        if bar.total:
            parts.append(f'<path d="M{LEFT} {y - 9}H890" stroke="#d4d6da"/>')
        parts += [
            f'<text x="{LEFT}" y="{y + 12}">{bar.name}</text>',
            (
                f'<rect x="{LEFT + 110 + 70 + min(width, 0):.1f}" y="{y + 2}" width="{abs(width):.1f}" height="11" '
                f'fill="{colour}"/>'
            ),
            f'<path d="M{LEFT + 180} {y - 2}v19" stroke="#5a5e66"/>',
            f'<text class="number" x="{LEFT + 292}" y="{y + 12}">{signed(bar.amount)}</text>',
            f'<text class="quiet" x="{LEFT + 306}" y="{y + 12}">{escape(said)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _shape(shape: Shape) -> str:
    pairs = zip(shape.points[::2], shape.points[1::2], strict=True)
    points = " ".join(f"{10 + x * SIDE:.1f},{10 + y * SIDE:.1f}" for x, y in pairs)
    kind = "polygon" if shape.closed else "polyline"
    dashes = ' stroke-dasharray="7 4"' if shape.layer is Layer.CROP else ""
    return f'<{kind} points="{points}" fill="none" stroke="{COLOURS[shape.layer]}" stroke-width="2"{dashes}/>'


if __name__ == "__main__":
    portrait = Path(skimage.__path__[0], "data", "astronaut.png")
    Path(__file__).with_name("verdict.svg").write_text(draw(phototag.analyze(portrait)), "utf-8")
