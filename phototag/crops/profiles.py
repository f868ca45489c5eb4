"""The named crop profiles: one row each, with the rule's source."""

from __future__ import annotations

import attrs

ROLE = "http://cv.iptc.org/newscodes/imageregionrole/"
RECOMMENDED = ROLE + "recomCropping"
ALLOWED = ROLE + "cropping"
SQUARE = ROLE + "squareCropping"
UPRIGHT = ROLE + "portraitCropping"


@attrs.frozen(kw_only=True)
class Profile:
    """What a crop must look like to serve a purpose.

    Attributes:
        name: identifier, as in the metadata and on the command line.
        title: for people.
        ratio: width and height in whole numbers.
        head: chin to crown / height of the crop: least, wanted, most.
        eyes: eye line from the top / height of the crop: least, wanted, most.
        headroom: least room above the hair / height of the crop; below 0 = hair may be cut.
        pixels: least height of the crop in full-resolution pixels.
        shape_role: IPTC role for the shape.
        source: where the rule comes from, with its date.
    """

    name: str
    title: str
    ratio: tuple[int, int]
    head: tuple[float, float, float]
    eyes: tuple[float, float, float]
    headroom: float
    pixels: int
    shape_role: str
    source: str

    @property
    def ratio_text(self) -> str:
        """``4:5``."""
        return f"{self.ratio[0]}:{self.ratio[1]}"


PROFILES = (
    Profile(
        name="casting_8x10",
        title="Casting headshot 8x10",
        ratio=(4, 5),
        head=(0.40, 0.52, 0.66),
        eyes=(0.28, 0.36, 0.46),
        headroom=-0.05,
        pixels=250,
        shape_role=UPRIGHT,
        source="headshot photographers' guides: head about half the height, eyes on the upper third; "
        "Torres, Headshot vs. Portrait: 4:5 and 8x10 (read 2026-11)",
    ),
    Profile(
        name="linkedin",
        title="Square profile picture",
        ratio=(1, 1),
        head=(0.40, 0.55, 0.68),
        eyes=(0.32, 0.42, 0.50),
        headroom=0.02,
        pixels=400,
        shape_role=SQUARE,
        source="the network's guide: at least 400 x 400 px, face and shoulders about 60 %, shown as "
        "a circle (read 2026-11)",
    ),
    Profile(
        name="web_square",
        title="Small square for the web",
        ratio=(1, 1),
        head=(0.40, 0.55, 0.68),
        eyes=(0.32, 0.42, 0.50),
        headroom=0.02,
        pixels=200,
        shape_role=SQUARE,
        source="as the square profile picture, for pages that show it small (read 2026-11)",
    ),
    Profile(
        name="print_5x7",
        title="Print 5x7",
        ratio=(5, 7),
        head=(0.30, 0.44, 0.60),
        eyes=(0.26, 0.36, 0.46),
        headroom=0.02,
        pixels=1050,
        shape_role=UPRIGHT,
        source="Torres, Headshot vs. Portrait: 5x7; 150 dpi at least (read 2026-11)",
    ),
    Profile(
        name="print_4x6",
        title="Print 4x6",
        ratio=(2, 3),
        head=(0.28, 0.42, 0.58),
        eyes=(0.26, 0.36, 0.46),
        headroom=0.02,
        pixels=900,
        shape_role=UPRIGHT,
        source="Torres, Headshot vs. Portrait: 4x6 and 2:3; 150 dpi at least (read 2026-11)",
    ),
)
