"""The photos in the README's pictures: all in the public domain or given to it, and shipped by Python packages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs
import matplotlib as mpl
import skimage
from PIL import Image

from phototag.cli.sample_photos import HEADSHOT

SKIMAGE: Final = Path(skimage.__path__[0], "data")
MATPLOTLIB: Final = Path(mpl.get_data_path(), "sample_data")


@attrs.frozen
class Source:
    """A picture that a package ships.

    Attributes:
        path: where it lies.
        shows: what is to be seen.
        maker: who made it.
        free: why anybody may use it.
        said: where that is said.
    """

    path: Path
    shows: str
    maker: str
    free: str
    said: str

    @property
    def credit(self) -> str:
        """All of that in one sentence."""
        return f"{self.shows}: {self.maker}; {self.free} ({self.said})"


_SKIMAGE, _MATPLOTLIB = "skimage.data", "matplotlib, pull request 1599"
COLLINS: Final = Source(
    SKIMAGE / "astronaut.png", "The astronaut Eileen Collins", "NASA", "public domain", _SKIMAGE
)
HOPPER: Final = Source(
    MATPLOTLIB / "grace_hopper.jpg",
    "Grace Hopper",
    "United States Navy",
    "public domain",
    _MATPLOTLIB,
)
PHOTOGRAPHER: Final = Source(
    SKIMAGE / "camera.png", "A photographer", "Lav Varshney", "CC0", _SKIMAGE
)
CAT: Final = Source(SKIMAGE / "chelsea.png", "A cat", "Stefan van der Walt", "CC0", _SKIMAGE)
COFFEE: Final = Source(
    SKIMAGE / "coffee.png", "A cup of coffee", "Rachel Michetti", "CC0", _SKIMAGE
)
ROCKET: Final = Source(
    SKIMAGE / "rocket.jpg", "A rocket before its start", "SpaceX", "public domain", _SKIMAGE
)
GALAXIES: Final = Source(
    SKIMAGE / "hubble_deep_field.jpg",
    "Hubble eXtreme Deep Field",
    "NASA",
    "public domain",
    _SKIMAGE,
)

#: Photos by name, each with its source and the part of it: left, top, right, bottom in px.
PHOTOS: Final[dict[str, tuple[Source, tuple[int, int, int, int] | None]]] = {
    "cat.jpg": (CAT, None),
    "coffee.jpg": (COFFEE, None),
    "collins 1.jpg": (COLLINS, None),
    "collins 2.jpg": (COLLINS, HEADSHOT),
    "collins 3.jpg": (COLLINS, (60, 0, 420, 360)),
    "collins 4.jpg": (COLLINS, (100, 0, 400, 300)),
    "galaxies.jpg": (GALAXIES, None),
    "hopper.jpg": (HOPPER, (90, 0, 440, 438)),
    "photographer.jpg": (PHOTOGRAPHER, None),
    "rocket.jpg": (ROCKET, None),
}


def make(folder: Path) -> list[Path]:
    """Write the photos into a folder; returns their paths in the order of their names."""
    paths = []
    for name, (source, box) in PHOTOS.items():
        with Image.open(source.path) as picture:
            whole = picture.convert("RGB")
        whole.info.clear()  # a comment would be written, too, and digiKam shows it
        paths.append(folder / name)
        (whole.crop(box) if box else whole).save(paths[-1], quality=92)
    return paths


def credits_text() -> str:
    """Where the pictures come from, for people who want to use them."""
    sources = dict.fromkeys(source for source, _ in PHOTOS.values())
    lines = "".join(f"- {source.credit}\n" for source in sources)
    return f"""Where the photos in these pictures come from. They are shipped by scikit-image and matplotlib.

{lines}
The pictures are made by "python docs/pictures.py", which drives the real programs; the badges and this list by
"python docs/badges.py". made-from.json keeps what the pictures show, so that a test finds out when it is no longer so.
"""
