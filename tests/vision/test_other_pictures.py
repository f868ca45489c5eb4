"""A file is judged by its picture: a preview or thumbnail in it may show something else, and nothing tells.

Programs change the picture and leave the preview, and a hostile file may show one thing to people and another to
phototag.  That a preview shows the same is known only when the picture itself has been decoded.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from phototag import errors
from phototag.vision import decoding

PREVIEW = (1620, 1080)  # px, as cameras write them


@pytest.fixture(scope="module")
def main(astronaut: Image.Image) -> Image.Image:
    """A picture that is large enough for a preview."""
    return astronaut.resize((2400, 1600))


def jpeg(image: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def with_preview(main: Image.Image, preview: Image.Image) -> bytes:
    """A JPEG with a multi-picture index (MPF) and a second picture."""
    stream = io.BytesIO()
    main.save(stream, "MPO", save_all=True, append_images=[preview])
    return stream.getvalue()


def same(data: bytes, wanted: bytes) -> bool:
    """Whether both files show phototag the same pixels."""
    found, picture = decoding.decode("a", data), decoding.decode("a", wanted)
    assert (found.width, found.height) == (picture.width, picture.height)
    return np.array_equal(found.rgb, picture.rgb)


def test_a_preview_behind_a_jpeg_is_not_looked_at(main: Image.Image) -> None:
    wanted = jpeg(main)
    for preview in (main.resize(PREVIEW), Image.new("RGB", PREVIEW), Image.new("RGB", (16, 9))):
        assert same(with_preview(main, preview), wanted)


def test_a_preview_that_says_to_be_huge_hurts_nobody(main: Image.Image) -> None:
    data = with_preview(main, Image.new("RGB", PREVIEW))
    frame = data.rindex(b"\xff\xc0") + 5
    huge = data[:frame] + struct.pack(">HH", 65500, 65500) + data[frame + 4 :]
    assert same(huge, jpeg(main))


def test_a_jpeg_cut_in_its_picture_is_damaged_though_its_index_names_a_preview(
    main: Image.Image,
) -> None:
    data = with_preview(main, main.resize(PREVIEW))
    behind = data.rindex(b"\xff\xd8\xff")
    with pytest.raises(errors.PhotoDamaged):
        decoding.decode("a.jpg", data[: behind // 2])
    assert same(data[: behind + 100], jpeg(main))  # the preview alone is cut


def test_the_thumbnail_in_exif_is_not_looked_at(main: Image.Image) -> None:
    thumbnail = jpeg(Image.new("RGB", (1200, 800)), quality=30)
    exif = struct.pack(">2sHI", b"MM", 42, 8) + struct.pack(
        ">HI", 0, 14
    )  # IFD0 is empty, IFD1 next
    exif += struct.pack(">H", 2)
    exif += struct.pack(">HHII", 0x0201, 4, 1, 44) + struct.pack(
        ">HHII", 0x0202, 4, 1, len(thumbnail)
    )
    exif += bytes(4) + thumbnail
    assert len(exif) == 44 + len(thumbnail)
    with Image.open(io.BytesIO(jpeg(main, exif=b"Exif\0\0" + exif))) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.IFD1)[0x0202] == len(thumbnail)
    assert same(jpeg(main, exif=b"Exif\0\0" + exif), jpeg(main))


def test_the_other_pages_of_a_tiff_are_not_looked_at(main: Image.Image) -> None:
    alone, several = io.BytesIO(), io.BytesIO()
    main.save(alone, "TIFF")
    main.save(several, "TIFF", save_all=True, append_images=[Image.new("RGB", PREVIEW)])
    assert same(several.getvalue(), alone.getvalue())


def test_a_thumbnail_in_a_heic_is_not_looked_at(astronaut: Image.Image) -> None:
    """pillow_heif would take it for the picture if asked for its size."""
    heif: Any = pytest.importorskip("pillow_heif", reason="extra heif is not installed")
    stream = io.BytesIO()
    heif.from_pillow(astronaut.resize((1000, 200))).save(stream, quality=50, thumbnails=[980])
    data = stream.getvalue()
    with decoding.opened("a.heic", data) as image:
        assert image.info["thumbnails"] == [980]
        wanted = np.asarray(image)
    with decoding.opened("a.heic", data) as image:
        image.draft(None, (960, 192))
        assert image.width in {980, 1000}  # the thumbnail's, but in old versions
    assert np.array_equal(decoding.decode("a.heic", data).rgb, wanted)
