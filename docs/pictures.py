"""Make the pictures of the README: the real programs are driven, with public-domain photos alone.

    python docs/pictures.py            make all of them
    python docs/pictures.py review     make one: digikam, review or verdict
    python docs/pictures.py --check    say which of them show what is no longer so

It needs what tests/digikam.py and the tests of the gallery need (digiKam, Chromium, Xvfb ...) and takes a minute.
``docs/images/made-from.json`` keeps what each picture shows; a picture that looks as before is left as it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from unittest import mock

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

DOCS: Final = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests")]

import browsing  # noqa: E402 - the tests have no package
import digikam  # noqa: E402 - as above
import picture_facts  # noqa: E402 - as above
import reviewing  # noqa: E402 - as above
import sample_catalogue  # noqa: E402 - as above

SIZE: Final = "1340x900"  # of digiKam's window: five photos beside each other
ALBUM_PART: Final = (0, 60, 1300, 622)  # left, top, right, bottom
SEARCH_PART: Final = (0, 60, 1300, 416)
SEARCH: Final = "phototag: Headshots"
CAPTION: Final = 34  # px
INK, PAPER = (28, 29, 31), (255, 255, 255)
ALIKE: Final = 1.0  # mean difference of pixels, of 255, up to which pictures look the same
QUALITY: Final = 82
PHOTOTAG: Final = (sys.executable, "-m", "phototag")
MAKE: Final = "python docs/pictures.py"


def digikam_picture(folder: Path) -> Image.Image:
    """An album in digiKam, and below it what the saved search for headshots finds in it."""
    with (
        mock.patch.object(digikam, "SIZE", SIZE),
        digikam.home(folder / "home", rescan=True) as home,
    ):
        sample_catalogue.make(home.photos)
        home.session.run(*PHOTOTAG, "tag", str(home.photos))
        with home.open() as window:
            window.show(digikam.ALBUM)
            window.act("selectNone")
            time.sleep(
                8
            )  # until the thumbnails are there, and the notice of the scan at the start has gone
            window.picture(folder / "album.png")
        home.session.run(*PHOTOTAG, "integrate", "digikam")
        with home.open() as window:
            window.act("browse_search")
            x, y = digikam.first_search()
            names = [name for (name,) in home.ask("SELECT name FROM Searches ORDER BY name")]
            window.click((x, y + names.index(SEARCH) * digikam.ROW))
            time.sleep(8)
            window.act("selectNone")
            time.sleep(1)
            window.picture(folder / "search.png")
    return _below(
        ("All photos of an album in digiKam ...", _part(folder / "album.png", ALBUM_PART)),
        (
            "... and one click on the search for headshots that phototag has added",
            _part(folder / "search.png", SEARCH_PART),
        ),
    )


def review_picture(folder: Path) -> Image.Image:
    """The page of a review in Chromium."""
    (photos := folder / "Pictures").mkdir()
    sample_catalogue.make(photos)
    with (
        reviewing.review(photos, state=folder / "state.sqlite3") as client,
        browsing.chromium(folder, served=True, size="1180,760") as driver,
    ):
        client.loaded()
        driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        browsing.show(driver, client.address)
        browsing.until(lambda: len(browsing.names(driver)) == len(sample_catalogue.PHOTOS))
        time.sleep(1)
        driver.save_screenshot(str(folder / "review.png"))
        client.end()
    return _part(folder / "review.png", None)


def verdict_picture(folder: Path) -> Image.Image:
    """A photo with what phototag saw in it, and the reasons beside it."""
    photos = sample_catalogue.make(folder)
    (photo,) = (path for path in photos if path.name == picture_facts.VERDICT)
    out = folder / "verdict.png"
    command = [*PHOTOTAG, "analyze", str(photo), "--picture", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with Image.open(out) as drawn:
        return drawn.convert("RGB").resize((1200, round(1200 * drawn.height / drawn.width)))


PICTURES: Final[dict[str, Callable[[Path], Image.Image]]] = {
    "digikam": digikam_picture, "review": review_picture, "verdict": verdict_picture,
}  # fmt: skip


def _part(path: Path, box: tuple[int, int, int, int] | None) -> Image.Image:
    with Image.open(path) as screen:
        return screen.convert("RGB").crop(box)


def _below(*parts: tuple[str, Image.Image]) -> Image.Image:
    """Pictures one below the other, each with its caption."""
    height = sum(CAPTION + part.height for _, part in parts)
    sheet = Image.new("RGB", (max(part.width for _, part in parts), height), PAPER)
    pens, font, y = ImageDraw.Draw(sheet), ImageFont.load_default(19), 0
    for caption, part in parts:
        pens.text((6, y + 5), caption, INK, font)
        sheet.paste(part, (0, y + CAPTION))
        y += CAPTION + part.height
    return sheet


def _save(name: str, picture: Image.Image) -> None:
    target = picture_facts.IMAGES / f"{name}.webp"
    if target.exists():
        with Image.open(target) as earlier:
            if _alike(earlier.convert("RGB"), picture):
                return
    picture.save(target, quality=QUALITY, method=6)
    sys.stdout.write(f"{target}: {target.stat().st_size // 1000} kB\n")


def _alike(one: Image.Image, other: Image.Image) -> bool:
    if one.size != other.size:
        return False
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return max(means) <= ALIKE


def _make(names: list[str]) -> None:
    facts = picture_facts.recorded()
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            _save(name, PICTURES[name](Path(folder)))
    facts |= {name: shown for name, shown in picture_facts.now().items() if name in names}
    text = json.dumps(facts, indent=1, sort_keys=True)
    picture_facts.MADE_FROM.write_text(f"{text}\n", encoding="utf-8")


def _check() -> str:
    """What is out of date, with the command that mends it; empty if nothing is."""
    before = picture_facts.recorded()
    lines = []
    for name, after in picture_facts.now().items():
        if other := picture_facts.changed(before.get(name, {}), after):
            shown = ", ".join(other)
            lines.append(f"docs/images/{name}.webp is out of date ({shown}): {MAKE} {name}")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    parser.add_argument("--check", action="store_true", help="make nothing")
    given = parser.parse_args()
    if unknown := set(given.names) - PICTURES.keys():
        parser.error(f"no picture: {', '.join(sorted(unknown))}")
    if given.check:
        sys.exit(_check() or None)
    try:
        _make(given.names or list(PICTURES))
    except (pytest.skip.Exception, subprocess.SubprocessError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
