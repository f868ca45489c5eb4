"""Crops as new files: what is carried over, what is made anew, and what is never touched."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

import phototag
from benchmarks.faults.unsealed import ThisProcess
from phototag.analyzer import Analyzer
from phototag.errors import BadValue, CropRefused, FormatNotWritable, MetadataDamaged, WriteRefused
from phototag.scene.geometry import Box
from phototag.worker import tasks
from processes import photo

SIZE = (320, 240)
BOX = Box(0.25, 0.2, 0.5, 0.6)  # 80, 48, 160 x 144 px: on the grid of blocks of 16 px
PIXELS = (160, 144)


def cut(path: Path, target: Path, **changes: Any) -> None:
    usual = {"box": BOX, "pixels": PIXELS, "quality": 95}
    tasks.cut(ThisProcess(), photo(path), target=str(target), **{**usual, **changes})


def picture(*options: Any, path: Path, orientation: int = 1, **saved: Any) -> Path:
    """A smooth picture with a profile and Exif; options are exiftool's."""
    across, down = np.meshgrid(np.linspace(0, 255, SIZE[0]), np.linspace(0, 255, SIZE[1]))
    upright = Image.fromarray(np.stack([across, down, 255 - across], -1).astype(np.uint8))
    turn = {
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
        3: Image.Transpose.ROTATE_180,
    }
    stored = upright.transpose(turn[orientation]) if orientation in turn else upright
    tags = Image.Exif()
    tags[0x010E], tags[0x0112] = "a description", orientation
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored.save(path, exif=tags, icc_profile=profile, **saved)
    if options:
        subprocess.run(
            ["exiftool", "-q", "-q", "-overwrite_original", *options, str(path)],
            check=True,
            timeout=60,
        )
    return path


def read(exiftool: str, path: Path, *tags: str) -> str:
    command = [exiftool, "-s3", "-n", *tags, str(path)]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_profile_exif_and_pixels_are_those_of_the_part(tmp_path: Path, suffix: str) -> None:
    path = picture(path=tmp_path / "a.jpg", quality=95)
    target = tmp_path / f"b.{suffix}"
    before = path.read_bytes()
    cut(path, target)
    assert path.read_bytes() == before
    with Image.open(path) as whole, Image.open(target) as part:
        assert part.size == PIXELS
        assert part.info.get("icc_profile") == whole.info["icc_profile"]
        assert part.getexif()[0x010E] == "a description"
        wanted = np.asarray(whole.crop((80, 48, 240, 192)).convert("RGB"), int)
        assert np.abs(np.asarray(part.convert("RGB"), int) - wanted).mean() < 1


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_other_formats_are_cut_in_their_own(tmp_path: Path, suffix: str) -> None:
    path = picture(path=tmp_path / f"a.{suffix}", orientation=6)
    cut(path, tmp_path / f"b.{suffix}")
    with Image.open(tmp_path / f"b.{suffix}") as part:
        assert part.size == PIXELS
        assert part.getexif().get(0x0112, 1) == 1
        corner = np.asarray(part.convert("RGB"), int)[2, 2]
        assert np.abs(corner - [64, 51, 191]).max() < 8


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_new_file_is_upright(tmp_path: Path, orientation: int) -> None:
    path = picture(path=tmp_path / "a.jpg", orientation=orientation, quality=95)
    cut(path, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as part:
        assert part.getexif()[0x0112] == 1
        corner = np.asarray(part.convert("RGB"), int)[2, 2]
        assert np.abs(corner - [64, 51, 191]).max() < 8


def test_words_stay_and_regions_move(tmp_path: Path, exiftool: str) -> None:
    region = (
        "-RegionInfo={AppliedToDimensions={W=320,H=240,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.5,"
        "W=0.25,H=0.3,Unit=normalized},Name=Jane,Type=Face},{Area={X=0.05,Y=0.05,W=0.1,H=0.1,"
        "Unit=normalized},Name=Outside,Type=Face}]}"
    )
    path = picture(
        "-XMP-dc:Subject=wedding", "-IPTC:Keywords=old", "-XMP-crs:HasCrop=True", region,
        path=tmp_path / "a.jpg",
    )  # fmt: skip
    cut(path, tmp_path / "b.jpg")
    new = tmp_path / "b.jpg"
    assert read(exiftool, new, "-XMP-dc:Subject") == "wedding"
    assert read(exiftool, new, "-IPTC:Keywords") == "old"
    assert read(exiftool, new, "-XMP-crs:HasCrop") == ""
    assert read(exiftool, new, "-RegionAppliedToDimensionsW") == "160"
    assert read(exiftool, new, "-RegionName") == "Jane"
    area = read(exiftool, new, "-RegionAreaX", "-RegionAreaW").split()
    assert [float(side) for side in area] == [0.5, 0.5]


def test_the_thumbnail_of_the_whole_is_left_out(tmp_path: Path, exiftool: str) -> None:
    small = tmp_path / "small.jpg"
    Image.new("RGB", (16, 12)).save(small)
    path = picture(f"-ThumbnailImage<={small}", path=tmp_path / "a.jpg")
    assert read(exiftool, path, "-ThumbnailLength")
    cut(path, tmp_path / "b.jpg")
    assert read(exiftool, tmp_path / "b.jpg", "-ThumbnailLength") == ""


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    path = picture(path=tmp_path / "a.jpg")
    before = path.read_bytes()
    with pytest.raises(WriteRefused, match="already exists"):
        cut(path, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_format_that_is_not_written_is_refused(tmp_path: Path) -> None:
    path = picture(path=tmp_path / "a.jpg")
    with pytest.raises(FormatNotWritable, match=r"use \.jpg"):
        cut(path, tmp_path / "b.gif")


@pytest.mark.parametrize("orientation", [1, 6])
def test_without_loss_the_pixels_are_the_very_same(
    tmp_path: Path, exiftool: str, orientation: int
) -> None:
    if shutil.which("jpegtran") is None:
        pytest.skip("jpegtran, which cuts without loss, is not installed")
    path = picture(
        "-XMP-dc:Subject=wedding", path=tmp_path / "a.jpg", orientation=orientation, quality=90,
        subsampling="4:4:4",
    )  # fmt: skip
    target = tmp_path / "b.jpg"
    cut(path, target, lossless=True)
    with Image.open(path) as whole, Image.open(target) as part:
        assert part.getexif()[0x0112] == orientation
        assert part.info["icc_profile"] == whole.info["icc_profile"]
        wide, high = part.size
        left, top = (80, 48) if orientation == 1 else (48, 80)
        area = (left, top, left + wide, top + high)
        assert np.array_equal(np.asarray(part), np.asarray(whole.crop(area)))
    assert read(exiftool, target, "-XMP-dc:Subject") == "wedding"


def test_metadata_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    path = picture(path=tmp_path / "a.jpg")
    data = path.read_bytes()
    broken = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"
    block = b"\xff\xe1" + (len(broken) + 2).to_bytes(2, "big") + broken
    path.write_bytes(data[:2] + block + data[2:])
    with pytest.raises(MetadataDamaged):
        cut(path, tmp_path / "b.jpg")
    assert sorted(tmp_path.iterdir()) == [path]


def test_where_the_grid_would_move_the_crop_it_is_refused(tmp_path: Path) -> None:
    if shutil.which("jpegtran") is None:
        pytest.skip("jpegtran, which cuts without loss, is not installed")
    path = picture(path=tmp_path / "a.jpg")
    with pytest.raises(WriteRefused, match="would move the crop by"):
        cut(path, tmp_path / "b.jpg", lossless=True, box=Box(0.27, 0.2, 0.5, 0.6))
    png = picture(path=tmp_path / "a.png")
    with pytest.raises(WriteRefused, match="from a JPEG to a JPEG"):
        cut(png, tmp_path / "b.jpg", lossless=True)


def test_lightroom_gets_the_whole_photo_with_a_crop_setting(tmp_path: Path, exiftool: str) -> None:
    path = picture("-XMP-dc:Subject=wedding", path=tmp_path / "a.jpg", orientation=6)
    target = tmp_path / "b.jpg"
    cut(path, target, lightroom=True)
    with Image.open(path) as whole, Image.open(target) as copy:
        assert copy.size == whole.size
    found = read(exiftool, target, "-CropLeft", "-CropTop", "-CropRight", "-CropBottom", "-HasCrop")
    *sides, cropped = found.splitlines()
    assert ([float(side) for side in sides], cropped) == ([0.2, 0.25, 0.8, 0.75], "True")
    assert read(exiftool, target, "-XMP-dc:Subject") == "wedding"


@pytest.mark.slow
def test_the_casting_crop_of_a_portrait_is_a_headshot(portrait_jpg: Path, tmp_path: Path) -> None:
    with Analyzer() as analyzer:
        target, crop = analyzer.crop(portrait_jpg, "web_square")
        assert target == str(portrait_jpg.with_name("portrait.web_square.jpg"))
        with Image.open(target) as made:
            assert made.size == crop.pixels
        headshot = tmp_path / "head.png"
        analyzer.crop(portrait_jpg, "casting_8x10", headshot)
        assert analyzer.analyze(headshot).kind == "headshot"
        with pytest.raises(CropRefused, match="there is no print_5x7 crop: it needs 750 x 1050 px"):
            analyzer.crop(portrait_jpg, "print_5x7")
        with pytest.raises(BadValue, match=r"must be one of .*banner_16x9.*, not 'nonsense'"):
            analyzer.crop(portrait_jpg, "nonsense")
    assert phototag.crop.__doc__


@pytest.mark.parametrize(
    ("mode", "name", "suffix"),
    [("CMYK", "a.jpg", "png"), ("CMYK", "a.jpg", "webp"), ("L", "a.jpg", "webp"),
     ("I;16", "a.png", "jpg"), ("LA", "a.png", "jpg"), ("P", "a.png", "jpg"), ("F", "a.tif", "png")],
)  # fmt: skip
def test_every_mode_becomes_one_that_the_format_takes(
    tmp_path: Path, mode: str, name: str, suffix: str
) -> None:
    path = tmp_path / name
    grey = Image.linear_gradient("L").resize(SIZE)
    if mode == "I;16":
        whole = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    else:
        whole = grey.convert(mode)
    whole.save(path)
    target = tmp_path / f"b.{suffix}"
    cut(path, target)
    with Image.open(target) as part:
        assert part.size == PIXELS
        assert 60 < np.asarray(part.convert("L")).mean() < 200


SMALL = (80, 72)


def resized(path: Path, target: Path) -> Image.Image:
    cut(path, target, size=SMALL)
    with Image.open(target) as made:
        made.load()
    assert made.size == SMALL
    return made


def means(of: Any) -> Any:
    """The mean of each 2 x 2 pixels."""
    values = np.asarray(of, float)
    return values.reshape(values.shape[0] // 2, 2, values.shape[1] // 2, 2, -1).mean((1, 3))


def test_sixteen_bits_are_resized_as_sixteen_bits(tmp_path: Path) -> None:
    across, down = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    values = (across * 150 + down * 70 + 3).astype(np.uint16)
    Image.fromarray(values).save(path := tmp_path / "a.png")
    made = np.asarray(resized(path, tmp_path / "b.png"))
    assert made.dtype == np.uint16
    wanted = means(values[48:192, 80:240])[:, :, 0]
    assert np.abs(made - wanted)[4:-4, 4:-4].max() <= 1
    assert len(np.unique(made)) > 2**10  # more than eight bits can tell


def test_a_palette_is_resized_in_true_colours_and_keeps_what_is_transparent(tmp_path: Path) -> None:
    """Halfway between the first colour and the third is not the second."""
    stripes = Image.new("P", SIZE)
    stripes.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    stripes.putdata([2 * (x % 2) for _ in range(SIZE[1]) for x in range(SIZE[0])])
    stripes.save(tmp_path / "a.png")
    made = resized(tmp_path / "a.png", tmp_path / "b.png")
    assert made.mode == "RGB"
    inside = np.asarray(made, int)[4:-4, 4:-4]
    assert inside[:, :, 1].max() < 20
    assert np.abs(inside[:, :, (0, 2)] - 127).max() < 20
    stripes.paste(1, (0, 0, 160, 240))
    stripes.save(tmp_path / "c.png", transparency=1)
    made = resized(tmp_path / "c.png", tmp_path / "d.png")
    assert made.mode == "RGBA"
    seen = np.asarray(made)[:, :, 3]
    assert (seen[:, :35].max(), seen[:, 45:].min()) == (0, 255)


def test_cmyk_stays_cmyk_with_its_inks_and_profile(tmp_path: Path) -> None:
    across, down = np.meshgrid(np.linspace(0, 200, SIZE[0]), np.linspace(0, 200, SIZE[1]))
    inks = np.stack([across, down, 200 - across, 100 + 0 * down], -1).astype(np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "a.jpg"
    Image.fromarray(inks, "CMYK").save(path, quality=100, subsampling=0, icc_profile=profile)
    made = resized(path, tmp_path / "b.jpg")
    assert (made.mode, made.info["icc_profile"]) == ("CMYK", profile)
    wanted = means(inks[48:192, 80:240])
    assert np.abs(np.asarray(made, float) - wanted)[4:-4, 4:-4].max() < 6
    as_png = resized(path, tmp_path / "c.png")
    assert (as_png.mode, as_png.info.get("icc_profile")) == ("RGB", None)  # it is that of the inks


def test_xmp_too_large_for_a_jpeg_is_refused_whole(tmp_path: Path) -> None:
    path = picture(f"-XMP-dc:Description={'x' * 65_400}", path=tmp_path / "a.png")
    with pytest.raises(MetadataDamaged, match="bytes"):
        cut(path, tmp_path / "b.jpg")
    assert sorted(tmp_path.iterdir()) == [path]


def test_keywords_in_iptc_alone_come_along_into_a_png(tmp_path: Path, exiftool: str) -> None:
    path = picture("-IPTC:Keywords=old", path=tmp_path / "a.jpg")
    cut(path, tmp_path / "b.png")
    assert read(exiftool, tmp_path / "b.png", "-XMP-dc:Subject") == "old"


def test_nothing_is_cut_out_of_a_negative(tmp_path: Path) -> None:
    path = picture(path=tmp_path / "a.tif").rename(tmp_path / "a.nef")
    with pytest.raises(FormatNotWritable, match="raw file"):
        cut(path, tmp_path / "b.jpg")


def test_orientation_in_xmp_alone_is_nobodys(tmp_path: Path) -> None:
    """Hardly any program looks there; seeing and writing must agree."""
    path = picture("-XMP-tiff:Orientation#=6", path=tmp_path / "a.jpg")
    cut(path, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as part:
        assert np.abs(np.asarray(part.convert("RGB"), int)[2, 2] - [64, 51, 191]).max() < 8
