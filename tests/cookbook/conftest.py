"""The folder that the recipes start from, and one warm sealed process for all that are in Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from phototag.cli.sample_photos import HEADSHOT
from phototag.worker.pool import Pool
from phototag.worker.requests import Request
from raw_photo import dng
from recipes import environment
from samples import SAMPLES
from trees import content

KEPT = {"Pictures", "Card", ".local"}  # in the folder that recipes share


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: Image.Image) -> Path:
    """The sample photos: a team, talks, and the card of a camera."""
    home = tmp_path_factory.mktemp("photos")

    def cut(box: tuple[int, int, int, int], scale: int, *, mirror: bool = False) -> Image.Image:
        part = ImageOps.scale(astronaut.crop(box), scale)
        return ImageOps.mirror(part) if mirror else part

    pair = Image.new("RGB", (1024, 512))
    pair.paste(astronaut, (0, 0))
    pair.paste(ImageOps.mirror(astronaut), (512, 0))
    with Image.open(SAMPLES / "coffee.png") as opened:
        coffee = opened.convert("RGB")
    single = cut(HEADSHOT, 2)
    pictures = {
        "Pictures/team/jane.jpg": cut((104, 0, 344, 300), 4, mirror=True),
        "Pictures/team/mary.jpg": cut((92, 0, 368, 330), 3),
        "Pictures/team/lee.jpg": cut((64, 0, 404, 380), 3, mirror=True),
        "Pictures/talks/stage.jpg": cut((0, 0, 512, 512), 2),
        "Pictures/talks/both.jpg": pair,
        "Pictures/talks/coffee.jpg": coffee,
        "Card/IMG_0001.JPG": single,
    }
    for name, picture in pictures.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        picture.save(home / name, "JPEG", quality=90)
    (home / "Card" / "IMG_0001.DNG").write_bytes(dng(single))
    return home


def phototag(home: Path, *words: str) -> None:
    command = [sys.executable, "-m", "phototag", *words]
    subprocess.run(
        command, check=True, timeout=120, cwd=home, env=environment(home), capture_output=True
    )


@pytest.fixture(scope="module")
def one_core() -> Iterator[None]:
    """One worker for each command: more would only start more processes for the same six photos."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture(scope="module")
def seen(photos: Path, one_core: None) -> Path:
    """Whose state file knows the pictures, so that not every recipe analyses them."""
    phototag(photos, "tag", "--dry-run", "Pictures", "Card/IMG_0001.JPG")
    return photos


def copy_of(seen: Path, home: Path) -> Path:
    shutil.copytree(seen, home, dirs_exist_ok=True)
    return home


@pytest.fixture
def untagged(seen: Path, tmp_path: Path) -> Path:
    """The home of a recipe that changes photos."""
    return copy_of(seen, tmp_path / "home")


@pytest.fixture(scope="module")
def shared(seen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of recipes that change none; its photos are tagged."""
    home = copy_of(seen, tmp_path_factory.mktemp("tagged") / "home")
    phototag(home, "tag", "--keywords", "standard", "Pictures")
    return home


@pytest.fixture
def tagged(shared: Path) -> Iterator[Path]:
    """The shared home, in which nothing is left of the recipe."""
    photos = shared / "Pictures"
    before = content(photos)
    yield shared
    assert content(photos) == before, "a recipe that changes photos says so: <!-- writes -->"
    for path in shared.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture(scope="module")
def warm() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


@pytest.fixture
def one_process(warm: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked in this process goes to one sealed process, which has loaded the nets for the first recipe."""
    submit = Pool.submit

    def shared_submit(pool: Pool, request: Request[Any]) -> Any:
        return submit(warm if pool.limits == warm.limits else pool, request)

    monkeypatch.setattr(Pool, "submit", shared_submit)
