"""Pictures that decoders read wrongly if nobody looks: TIFFs in planes, an AVIF that shows only a part of itself."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phototag import errors
from phototag.vision import decoding

SIDE = 64


def in_planes(
    photometric: int, samples: int, *, bits: int = 16, endian: str = "<", packed: bool = False
) -> bytes:
    """A TIFF whose colours are stored apart: each grows from left to right, to another value."""
    ramp = np.linspace(0, 1, SIDE)[None, :].repeat(SIDE, 0)
    planes = [
        (ramp * (at + 1) / samples * (2**bits - 1))
        .round()
        .astype(f"{endian}u{bits // 8}")
        .tobytes()
        for at in range(samples)
    ]
    strips = [zlib.compress(plane) if packed else plane for plane in planes]
    body = b"".join(strips)
    at = 8 + 2 + 12 * 10 + 4
    places = list(itertools.accumulate((len(strip) for strip in strips), initial=at))[:-1]
    entries = [
        (256, "I", [SIDE]), (257, "I", [SIDE]), (258, "H", [bits] * samples), (259, "H", [8 if packed else 1]),
        (262, "H", [photometric]), (273, "I", places), (277, "H", [samples]), (278, "I", [SIDE]),
        (279, "I", [len(strip) for strip in strips]), (284, "H", [2]),
    ]  # fmt: skip
    rows = b""
    for tag, code, numbers in entries:
        value = struct.pack(f"{endian}{len(numbers)}{code}", *numbers)
        rows += struct.pack(f"{endian}HHI", tag, 3 if code == "H" else 4, len(numbers))
        if len(value) > 4:
            rows += struct.pack(f"{endian}I", at + len(body))
            body += value + bytes(len(value) % 2)
        else:
            rows += value.ljust(4, b"\0")
    head = b"II*\0" if endian == "<" else b"MM\0*"
    return head + struct.pack(f"{endian}IH", 8, len(entries)) + rows + bytes(4) + body


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", ["grey", "rgb", "cmyk"])
def test_colours_in_planes_are_decoded_right(
    kind: str, bits: int, endian: str, *, packed: bool
) -> None:
    photometric, samples = {"grey": (1, 1), "rgb": (2, 3), "cmyk": (5, 4)}[kind]
    data = in_planes(photometric, samples, bits=bits, endian=endian, packed=packed)
    found = decoding.decode("a.tif", data).rgb.astype(float)
    ramp = np.linspace(0, 1, SIDE)[None, :, None].repeat(SIDE, 0)
    if kind == "cmyk":
        wanted = (1 - ramp * np.array([0.25, 0.5, 0.75])) * (1 - ramp)
    else:
        wanted = ramp * (np.arange(3) + 1) / 3 if kind == "rgb" else ramp.repeat(3, 2)
    assert np.abs(found - wanted * 255).mean() < 2


def avif() -> bytes:
    stream = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(stream, "AVIF")
    return stream.getvalue()


def with_clean_aperture(data: bytes, width: int, height: int) -> bytes:
    """The AVIF with a clean aperture of this size; the places of its pixels are not put right."""
    clap = struct.pack(">I4s8I", 40, b"clap", width, 1, height, 1, 0, 1, 0, 1)
    changed = bytearray(data)

    def insert(at: int, new: bytes, *around: bytes) -> None:
        for kind in around:
            place = changed.index(kind) - 4
            size = int.from_bytes(changed[place : place + 4], "big")
            changed[place : place + 4] = (size + len(new)).to_bytes(4, "big")
        changed[at:at] = new

    ipco = changed.index(b"ipco") - 4
    end = ipco + int.from_bytes(changed[ipco : ipco + 4], "big")
    count, at = 0, ipco + 8
    while at < end:
        at += int.from_bytes(changed[at : at + 4], "big")
        count += 1
    insert(end, clap, b"meta", b"iprp", b"ipco")
    entry = changed.index(b"ipma") + 4 + 4 + 4 + 2  # of the first item: how many properties it has
    changed[entry] += 1
    insert(entry + changed[entry], bytes([0x80 | count + 1]), b"meta", b"iprp", b"ipma")
    return bytes(changed)


def test_an_avif_that_shows_only_a_part_of_itself_is_refused() -> None:
    data = avif()
    decoding.decode("a.avif", data)
    with pytest.raises(errors.NotAPhoto, match="clean aperture"):
        decoding.decode("a.avif", with_clean_aperture(data, 128, 100))
    with decoding.opened("a.avif", with_clean_aperture(data, 256, 256)) as whole:
        assert whole.size == (256, 256)


@pytest.mark.parametrize("brand", [b"mif1", b"msf1", b"avif"])
def test_an_avif_is_one_whatever_its_main_brand_and_whatever_came_before(brand: bytes) -> None:
    data = bytearray(avif())
    size = int.from_bytes(data[:4], "big")
    data[8:12] = brand
    assert b"avif" in data[16:size] or brand == b"avif"
    before = decoding.decode("a.avif", bytes(data))
    heif: Any = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    after = decoding.decode("a.avif", bytes(data))
    assert before.format == after.format == "AVIF"
    assert np.array_equal(before.rgb, after.rgb)


def test_a_tiff_with_grey_and_opacity_in_planes_is_refused() -> None:
    with pytest.raises(errors.NotAPhoto, match="save it as"):
        decoding.decode("a.tif", in_planes(1, 2, bits=8, packed=True))
