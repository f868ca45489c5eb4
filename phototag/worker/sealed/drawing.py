"""Draws a photo with faces, crops and reasons as a picture, for a report or an issue."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from phototag.analysis.shapes import Layer, Shape
from phototag.vision import decoding as photos
from phototag.wording import signed

if TYPE_CHECKING:
    from typing import TypeAlias

    from phototag.vision.decoding import RGB
    from phototag.worker.requests import Draw

    Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont
    Colour: TypeAlias = tuple[int, int, int]

SIDE: Final = 900  # px, long side of the photo
PANEL: Final = 640  # px, width of the panel beside it
MARGIN: Final = 24  # px
TRACK: Final = 170, 410  # px, left and right limit of the bars in the panel
INK, QUIET, PAPER, LINE = (28, 29, 31), (90, 94, 102), (255, 255, 255), (212, 214, 218)
TOWARDS, AGAINST = (11, 87, 194), (163, 50, 11)
COLOURS: Final = {
    Layer.FACE: (53, 224, 127), Layer.HEAD: (255, 210, 63), Layer.BODY: (255, 123, 208),
    Layer.CROP: (110, 193, 255),
}  # fmt: skip


def draw(order: Draw) -> bytes:
    """The picture, as a PNG file.

    Raises:
        PhototagError: the photo cannot be read.
    """
    photo = order.photo
    seen = photos.decode(photo.label, photo.read(), order.max_pixels)
    stream = io.BytesIO()
    _drawn(seen.rgb, order).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _drawn(rgb: RGB, order: Draw) -> Image.Image:
    photo = Image.fromarray(rgb)
    scale = SIDE / max(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)))
    for shape in order.shapes:
        _draw(photo, shape)
    panel = _panel(order)
    size = photo.width + PANEL + 3 * MARGIN, max(photo.height, panel.height) + 2 * MARGIN
    sheet = Image.new("RGB", size, PAPER)
    sheet.paste(photo, (MARGIN, MARGIN))
    sheet.paste(panel, (photo.width + 2 * MARGIN, MARGIN))
    return sheet


def _draw(photo: Image.Image, shape: Shape) -> None:
    pens = ImageDraw.Draw(photo)
    points = [
        (x * photo.width, y * photo.height)
        for x, y in zip(shape.points[::2], shape.points[1::2], strict=True)
    ]
    line = [*points, points[0]] if shape.closed else points
    pens.line(line, fill=(0, 0, 0), width=5, joint="curve")
    pens.line(line, fill=COLOURS[shape.layer], width=3, joint="curve")
    if shape.label and shape.layer is not Layer.HEAD:
        x, y = points[0]
        pens.text(
            (x + 4, y + 3), shape.label, COLOURS[shape.layer], _font(15), stroke_width=2,
            stroke_fill=(0, 0, 0),
        )  # fmt: skip


def _panel(order: Draw) -> Image.Image:
    """Verdict, bars with their reasons, keywords; as high as necessary."""
    sheet = Image.new("RGB", (PANEL, 2000), PAPER)
    pens = ImageDraw.Draw(sheet)
    y = _write(pens, 0, order.title, _font(17), QUIET)
    y = _write(pens, y + 2, order.verdict, _font(22), INK) + 14
    most = max(1.0, *(abs(bar.amount) for bar in order.bars))
    left, right = TRACK
    middle = (left + right) / 2
    for bar in order.bars:
        if bar.total:
            pens.line((0, y - 2, PANEL, y - 2), fill=LINE)
            y += 5
        pens.text((0, y), bar.name, INK, _font(15))
        end = middle + (right - left) / 2 * bar.amount / most
        colour = TOWARDS if bar.amount >= 0 else AGAINST
        pens.rectangle((left, y + 3, right, y + 14), outline=LINE)
        pens.rectangle((min(middle, end), y + 3, max(middle, end), y + 14), fill=colour)
        pens.line((middle, y, middle, y + 17), fill=QUIET)
        pens.text((right + 10, y), f"{signed(bar.amount)}  {bar.value}", INK, _font(15))
        y = _write(pens, y + 19, bar.reason, _font(13), QUIET) + 7
    y = _write(pens, y + 4, f"keywords: {order.words}", _font(14), INK)
    return sheet.crop((0, 0, PANEL, y))


def _write(pens: ImageDraw.ImageDraw, y: int, text: str, font: Font, colour: Colour) -> int:
    """Write text in lines that fit; return the y of the next line."""
    line = ""
    lines = []
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pens.textlength(longer, font) > PANEL:
            lines.append(line)
            longer = word
        line = longer
    for written in (*lines, line):
        pens.text((0, y), written, colour, font)
        y += round(pens.textbbox((0, 0), "Ag", font)[3] * 1.25)
    return y


def _font(size: int) -> Font:
    return ImageFont.load_default(size)
