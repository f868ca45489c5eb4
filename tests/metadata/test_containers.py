"""The formats' own traps: what else is in the file must stay where it is."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.faults.unsealed import read, remove
from phototag.errors import FormatNotWritable
from phototag.metadata.containers.ifd import Tiff, orientation
from phototag.metadata.containers.jpeg import Jpeg
from phototag.metadata.containers.png import Png
from phototag.metadata.containers.tiff import TiffFile
from phototag.metadata.containers.webp import WebP
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply


def picture(shade: int = 100) -> Image.Image:
    return Image.new("RGB", (40, 30), (shade, shade, shade))


def test_pictures_behind_the_first_one_are_still_found(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "multi.jpg"
    picture(10).save(path, "MPO", save_all=True, append_images=[picture(200), picture(90)])
    before = path.read_bytes()
    apply(path, headshot)
    with Image.open(path) as found:
        assert getattr(found, "n_frames", 1) == 3
        for frame, shade in enumerate((10, 200, 90)):
            found.seek(frame)
            assert found.convert("L").getpixel((5, 5)) == pytest.approx(shade, abs=3)
    remove(path)
    assert before == path.read_bytes()


def test_blocks_behind_the_multi_picture_index_move_its_offsets(
    tmp_path: Path, headshot: Record
) -> None:
    path = tmp_path / "multi.jpg"
    picture(10).save(path, "MPO", save_all=True, append_images=[picture(200)])
    data = path.read_bytes()
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="'
    packet += b'http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
    # A program that put the XMP behind the index, and did it right.
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet
    segment = b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
    at = data.index(b"MPF\0") - 4
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    moved = Jpeg(data[:end] + segment + data[end:])
    grown = Jpeg(data).replaced(None, None)
    assert data == grown
    path.write_bytes(_with_offset(data[:end] + segment + data[end:], len(segment)))
    with Image.open(path) as found:
        found.seek(1)
        assert found.convert("L").getpixel((5, 5)) == pytest.approx(200, abs=3)
    assert moved.xmp == packet
    apply(path, headshot)
    with Image.open(path) as found:
        found.seek(1)
        assert found.convert("L").getpixel((5, 5)) == pytest.approx(200, abs=3)


def _with_offset(data: bytes, grown: int) -> bytes:
    from phototag.metadata.containers import mpf

    at = data.index(b"MPF\0") - 4
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[: at + 4] + mpf.shifted(data[at + 4 : end], grown, grown) + data[end:]


def test_bytes_behind_the_picture_stay(make: Any, headshot: Record) -> None:
    for suffix in ("jpg", "png", "webp"):
        path = make(f"a.{suffix}")
        trailer = b"\0\1a video of a motion photo"
        path.write_bytes(path.read_bytes() + trailer)
        before = path.read_bytes()
        apply(path, headshot)
        assert path.read_bytes().endswith(trailer)
        remove(path)
        assert before == path.read_bytes()


def test_the_exif_block_keeps_its_bytes(make: Any, headshot: Record) -> None:
    """Byte order included: a maker note holds offsets and does not survive a rewrite."""
    for suffix, container in (("jpg", Jpeg), ("png", Png), ("webp", WebP)):
        path = make(f"a.{suffix}")
        before = container(path.read_bytes()).exif
        assert before
        assert before[:2] == b"MM"
        apply(path, headshot)
        assert before == container(path.read_bytes()).exif


def test_tiff_pages_strips_and_their_places_stay(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "pages.tif"
    picture(10).save(path, save_all=True, append_images=[picture(200), picture(90)])
    before = path.read_bytes()
    apply(path, headshot)
    after = path.read_bytes()
    assert before[8:] == after[8 : len(before)]
    with Image.open(path) as found:
        assert getattr(found, "n_frames", 1) == 3
        for frame, shade in enumerate((10, 200, 90)):
            found.seek(frame)
            assert found.getpixel((5, 5)) == (shade, shade, shade)
    remove(path)
    assert before == path.read_bytes()


def test_a_tiff_does_not_grow_with_every_verdict(
    make: Any, headshot: Record, portrait: Record
) -> None:
    path = make("a.tif", "-XMP-dc:Subject=x", "-IPTC:Keywords=y")
    apply(path, headshot)
    size = path.stat().st_size
    for _ in range(3):
        apply(path, portrait)
        apply(path, headshot)
    assert size == path.stat().st_size


@pytest.mark.parametrize("kwargs", [{"lossless": True}, {"quality": 60}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_of_all_kinds(
    tmp_path: Path, headshot: Record, mode: str, kwargs: dict[str, Any]
) -> None:
    path = tmp_path / "a.webp"
    source = Image.radial_gradient("L").convert(mode)
    if mode == "RGBA":
        source.putalpha(Image.radial_gradient("L"))
    source.save(path, **kwargs)
    before = path.read_bytes()
    with Image.open(path) as found:
        pixels, found_mode = found.tobytes(), found.mode
    apply(path, headshot)
    with Image.open(path) as found:
        assert (pixels, found_mode) == (found.tobytes(), found.mode)
        assert found.size == (256, 256)
    remove(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("suffix", ["webp", "png", "gif"])
def test_every_frame_of_an_animation_stays(tmp_path: Path, headshot: Record, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    picture(10).save(path, save_all=True, append_images=[picture(200)], duration=100)
    before = path.read_bytes()
    if suffix == "gif":
        with pytest.raises(FormatNotWritable, match="GIF"):
            apply(path, headshot, WriteOptions(sidecar="never"))
        return
    apply(path, headshot)
    with Image.open(path) as found:
        assert getattr(found, "n_frames", 1) == 2
    remove(path)
    assert before == path.read_bytes()


def test_colour_profiles_stay(tmp_path: Path, headshot: Record) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for suffix in ("jpg", "png", "tif", "webp"):
        path = tmp_path / f"a.{suffix}"
        picture().save(path, icc_profile=profile)
        apply(path, headshot)
        with Image.open(path) as found:
            assert profile == found.info["icc_profile"]


def test_compressed_xmp_in_png_is_read(make: Any, dump: Any, headshot: Record) -> None:
    path = make("a.png", "-XMP-dc:Subject=mine")
    data = path.read_bytes()
    plain = Png(data).xmp or b""
    keyword = b"XML:com.adobe.xmp\0"
    old, new = keyword + bytes(4) + plain, keyword + b"\1\0\0\0" + zlib.compress(plain)
    path.write_bytes(data.replace(_chunk(old), _chunk(new)))
    before = dump(path)
    assert before["XMP-dc:Subject"] == ["mine"]
    assert b"mine" not in path.read_bytes()
    apply(path, headshot)
    assert b"<rdf:li>mine</rdf:li>" in (Png(path.read_bytes()).xmp or b"")
    remove(path)
    assert before == dump(path)


def _chunk(content: bytes) -> bytes:
    body = b"iTXt" + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    "exif", [None, b"", b"II*\0", b"nonsense", b"II*\0\x08\0\0\0\x05\0", b"MM\0*\0\0\0\x08\0\0"]
)
def test_damaged_exif_counts_as_upright(exif: bytes | None) -> None:
    assert orientation(exif) == 1


def test_raw_files_in_a_tiff_are_recognised_by_content(tmp_path: Path, headshot: Record) -> None:
    path = tmp_path / "raw.tif"
    data = io.BytesIO()
    picture().save(data, "TIFF")
    first = Tiff(data.getvalue()).first
    entry = next(e for e in first.entries if e.tag == 262)
    sensor = entry.raw[:8] + struct.pack("<HH", 32803, 0)
    path.write_bytes(data.getvalue().replace(entry.raw, sensor))
    assert TiffFile(path.read_bytes()).is_raw
    with pytest.raises(FormatNotWritable, match="raw"):
        apply(path, headshot, WriteOptions(sidecar="never"))


def test_orientation_of_a_profile_in_png_text(make: Any, headshot: Record) -> None:
    """ImageMagick and older programs keep Exif in PNG as a hexadecimal text."""
    from PIL import PngImagePlugin

    path = make("b.jpg", orientation=6)
    exif = Jpeg(path.read_bytes()).exif or b""
    block = b"Exif\0\0" + exif
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n    {len(block)}\n{block.hex()}\n", zip=True)
    target = path.with_name("a.png")
    picture().save(target, pnginfo=info)
    assert orientation(Png(target.read_bytes()).exif) == 6
    apply(target, headshot)
    assert headshot == read(target)


def test_the_parent_process_needs_no_native_code() -> None:
    import subprocess
    import sys

    code = (
        "import sys, phototag.metadata.record, phototag.metadata.change, phototag.metadata;"
        "sys.exit('pyexiv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
