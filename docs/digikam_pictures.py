"""Make the pictures of digiKam in the documentation: the real digiKam is driven, on scikit-image's astronaut alone.

    python docs/digikam_pictures.py

It needs what tests/digikam.py needs, writes docs/digikam-*.png, and takes half a minute.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from PIL import Image

DOCS: Final = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests"))

import digikam  # noqa: E402 - the tests have no package
from samples import SAMPLES  # noqa: E402 - as above

_PARTS: Final = {
    "astronaut 1.jpg": (0, 0, 512, 512), "astronaut 2.jpg": (100, 0, 400, 300),
    "astronaut 3.jpg": (150, 0, 350, 250), "astronaut 4.jpg": (0, 0, 400, 512),
}  # fmt: skip
#: Of the window: left, top, right, bottom.
_SEARCHES: Final = (0, 60, 1110, 460)
_MENU: Final = (0, 60, 1110, 480)
_PEOPLE: Final = (0, 60, 1110, 380)
_PEOPLE_ARROW, _UNKNOWN = (49, 116), (160, 216)
_COLOURS: Final = 128


def main() -> None:
    """Make all of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        digikam.home(Path(folder, "home"), rescan=True) as home,
    ):
        picture = Image.open(SAMPLES / "astronaut.png").convert("RGB")
        for name, part in _PARTS.items():
            picture.crop(part).save(home.photos / name, quality=90)
        run = home.session.run
        phototag = (sys.executable, "-m", "phototag")
        run(*phototag, "tag", "--keywords", "standard", "--faces", str(home.photos))
        run(*phototag, "integrate", "digikam")
        with home.open() as window:
            window.show(digikam.ALBUM)
            window.open_with_first(home.pictures / "menu.png", leave=True)
            window.act("browse_people")
            time.sleep(1)
            window.click(_PEOPLE_ARROW)
            time.sleep(1)
            window.show(_UNKNOWN)
            window.picture(home.pictures / "people.png")
        run(*phototag, "integrate", "digikam")  # now that digiKam knows the keywords
        with home.open() as window:
            window.act("browse_search")
            x, y = digikam.first_search()
            window.click((x, y + digikam.ROW))
            time.sleep(8)  # until the notice of the scan at the start has gone
            window.picture(home.pictures / "searches.png")
        for name, box in (("menu", _MENU), ("people", _PEOPLE), ("searches", _SEARCHES)):
            _save(home.pictures / f"{name}.png", DOCS / f"digikam-{name}.png", box)


def _save(source: Path, target: Path, box: tuple[int, int, int, int]) -> None:
    with Image.open(source) as screen:
        part = screen.convert("RGB").crop(box)
    small = part.quantize(_COLOURS, dither=Image.Dither.NONE)
    small.save(target, optimize=True)
    sys.stdout.write(f"{target}: {target.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as error:
        sys.exit(str(error))
