"""Sample photos for ``phototag demo``, from the public-domain picture that scikit-image includes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from PIL import Image

from phototag import installing
from phototag.errors import OutputNotWritable, PackageMissing

# Eileen Collins, NASA, public domain: a half-length portrait, from which a headshot is cut.
PHOTO = "astronaut.png"
HEADSHOT = (124, 4, 324, 254)  # left, upper, right, lower in px: 4:5
QUALITY = 95


def make_photos(folder: str) -> list[str]:
    """Write the portrait and the headshot cut from it into a new folder; returns their paths.

    Raises:
        PackageMissing: scikit-image is not installed.
        OutputNotWritable: the folder already exists, or cannot be created.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise PackageMissing(
            "scikit-image",
            "it contains the sample photo, and is not installed",
            installing.adding("demo"),
        )
    target = Path(folder)
    try:
        target.mkdir(parents=True)
    except FileExistsError:
        raise OutputNotWritable(
            folder, "this folder already exists", "choose another one: phototag demo FOLDER"
        ) from None
    except OSError as error:
        raise OutputNotWritable(
            folder,
            f"the folder cannot be created ({error.strerror})",
            "choose another one: phototag demo FOLDER",
        ) from error
    with Image.open(Path(spec.origin).parent / "data" / PHOTO) as image:
        picture = image.convert("RGB")
    portrait, headshot = target / "portrait.jpg", target / "headshot.jpg"
    picture.save(portrait, quality=QUALITY)
    picture.crop(HEADSHOT).save(headshot, quality=QUALITY)
    return [str(portrait), str(headshot)]
