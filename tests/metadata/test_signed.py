"""Photos signed by C2PA: said before and after, left alone on request, valid again after removal."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from benchmarks.faults.unsealed import read, remove, write
from phototag.metadata.record import Record, WriteOrder
from phototag.options import SignedMode, WriteOptions

# A manifest store without manifests: two boxes of ISO/IEC 19566-5.
TYPE = b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71"
LABELLED = TYPE + b"\x03c2pa\0"
STORE = struct.pack(">I4s", 16 + len(LABELLED), b"jumb") + struct.pack(
    ">I4s", 8 + len(LABELLED), b"jumd"
) + LABELLED  # fmt: skip


def signed(folder: Path, suffix: str) -> Path:
    """A photo with a manifest store."""
    path = folder / f"signed.{suffix}"
    picture = Image.radial_gradient("L").convert("RGB").resize((96, 64))
    if suffix == "tif":
        tags = ImageFileDirectory_v2()
        tags[52545] = STORE
        tags.tagtype[52545] = 7
        picture.save(path, tiffinfo=tags)
        return path
    picture.save(path)
    data = path.read_bytes()
    if suffix == "jpg":
        payload = b"JP" + struct.pack(">HI", 1, 1) + STORE
        data = data[:2] + struct.pack(">HH", 0xFFEB, 2 + len(payload)) + payload + data[2:]
    elif suffix == "png":
        chunk = b"caBX" + STORE
        whole = struct.pack(">I", len(STORE)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        data = data[:33] + whole + data[33:]
    else:
        chunk = b"C2PA" + struct.pack("<I", len(STORE)) + STORE + bytes(len(STORE) % 2)
        data = data[:4] + struct.pack("<I", len(data) - 8 + len(chunk)) + data[8:] + chunk
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_a_signed_photo_is_told_left_alone_or_restored(
    tmp_path: Path, headshot: Record, dump: Any, suffix: str
) -> None:
    photo = signed(tmp_path, suffix)
    if suffix in {"jpg", "png"}:  # exiftool 12.57 looks for it nowhere else
        assert dump(photo)["JUMBF:JUMDLabel"] == "c2pa"
    before = photo.read_bytes()
    order = WriteOrder(record=headshot)

    def tagged(mode: SignedMode, *, dry_run: bool = False) -> tuple[str, ...]:
        change = write(photo, order, WriteOptions(signed=mode, dry_run=dry_run)).change
        assert change is not None
        return change.notes

    assert "left alone" in tagged("skip")[0]
    assert "not valid" in tagged("write", dry_run=True)[0]
    assert [path.name for path in tmp_path.iterdir()] == [photo.name]
    assert tagged("sidecar") == ()
    assert photo.read_bytes() == before
    assert read(photo) == headshot
    remove(photo)
    assert "not valid" in tagged("write")[0]
    assert read(photo) == headshot
    assert tagged("write") == ()
    assert tagged("skip") == ()  # it is tagged inside already
    remove(photo)
    assert photo.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [photo.name]


def test_without_sidecars_it_is_left_alone(tmp_path: Path, headshot: Record) -> None:
    photo = signed(tmp_path, "jpg")
    before = photo.read_bytes()
    options = WriteOptions(signed="sidecar", sidecar="never")
    change = write(photo, WriteOrder(record=headshot), options).change
    assert change is not None
    assert "left alone" in change.notes[0]
    assert photo.read_bytes() == before


def test_a_photo_without_signature_gets_no_note(make: Any, headshot: Record) -> None:
    change = write(make("a.jpg"), WriteOrder(record=headshot), WriteOptions(signed="skip")).change
    assert change is not None
    assert change.changed
    assert change.notes == ()
