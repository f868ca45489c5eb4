"""11. Printing: shape and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag.criteria.criterion import Criterion, Earlier
from phototag.criteria.cropping import CroppingFinding, Shot
from phototag.criteria.finding import Finding, Status

if TYPE_CHECKING:
    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene

# The print ratios in common use, short side first. The article's "8x5" is not a 2:3 print and is left out.
RATIOS = ((1, 1), (4, 5), (5, 7), (3, 4), (11, 14), (2, 3), (9, 16))
# Inches, short side first, in the order of the article; the small ones suit headshots.
SMALL = ((4, 6), (5, 7), (8, 10))
LARGE = ((11, 14), (16, 20))


@attrs.frozen
class Rules:
    """Numbers of section ``printing``."""

    dpi: float
    good_dpi: float
    least_dpi: float
    same_shape: float


@attrs.frozen(kw_only=True)
class PrintingFinding(Finding):
    """Shape and sizes.

    Attributes:
        aspect_ratio: width / height.
        nearest: the nearest print ratio, width first (``4:5`` portrait format, ``5:4`` landscape format).
        sizes: prints in inches (``8x10``) that the pixels allow at 300 dpi.
        sizes_240, sizes_150: the same at 240 and 150 dpi.
        recommended: the usual sizes for such a picture, of those possible at 150 dpi.
    """

    aspect_ratio: float
    nearest: str
    sizes: tuple[str, ...]
    sizes_240: tuple[str, ...]
    sizes_150: tuple[str, ...]
    recommended: tuple[str, ...]

    @property
    def value(self) -> str:
        """``nearest``, under the name that all findings share."""
        return self.nearest


def judge(scene: Scene, calibration: Calibration, earlier: Earlier) -> PrintingFinding:
    """List the sizes that the pixels allow; small ones are usual for a picture framed as a headshot."""
    close = earlier[CroppingFinding].shot in {Shot.FACE, Shot.HEAD_AND_SHOULDERS}
    rules = calibration.section("printing", Rules)
    image = scene.image
    short, long = sorted((image.width, image.height))
    ratio = min(RATIOS, key=lambda pair: abs(pair[0] / pair[1] - short / long))
    nearest = ratio if image.width <= image.height else ratio[::-1]
    at_150 = _sizes(short, long, rules.least_dpi)
    usual = [_name(size) for size in (SMALL if close else LARGE)]
    off = abs(ratio[0] / ratio[1] - short / long)
    fit = "is" if off <= rules.same_shape else "is nearest to"
    sizes = _sizes(short, long, rules.dpi)
    return PrintingFinding(
        aspect_ratio=image.aspect_ratio,
        nearest=f"{nearest[0]}:{nearest[1]}",
        sizes=sizes,
        sizes_240=_sizes(short, long, rules.good_dpi),
        sizes_150=at_150,
        recommended=tuple(size for size in usual if size in at_150),
        status=Status.MEASURED,
        confidence=1.0,
        reason=f"{image.width} x {image.height} px {fit} {nearest[0]}:{nearest[1]} and prints up to "
        f"{sizes[-1] if sizes else 'less than 4x6'} in at {rules.dpi:.0f} dpi",
    )


def _name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _sizes(short: int, long: int, dpi: float) -> tuple[str, ...]:
    """Sizes that can be printed at this resolution after cropping to their shape."""
    return tuple(
        _name(size) for size in (*SMALL, *LARGE) if short >= size[0] * dpi and long >= size[1] * dpi
    )


CRITERION = Criterion(finding=PrintingFinding, judge=judge, after=(CroppingFinding,))
