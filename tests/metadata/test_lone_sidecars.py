"""Sidecars whose photo was deleted, renamed or moved: phototag's words can be taken out of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

import phototag
from benchmarks.faults.unsealed import remove
from phototag.errors import WriteRefused
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from phototag.worker import single
from writing import apply


def beside(photo: Path, *options: str) -> Path:
    """A sidecar of the user's."""
    sidecar = photo.with_name(f"{photo.name}.xmp")
    subprocess.run(["exiftool", "-q", *options, str(sidecar)], check=True, timeout=60)
    return sidecar


@pytest.mark.usefixtures("exiftool")
def test_a_sidecar_of_the_user_gets_its_bytes_back_although_its_photo_is_gone(
    make: Any, headshot: Record
) -> None:
    sidecar = beside(photo := make("a.jpg"), "-XMP-dc:Subject=wedding", "-XMP-xmp:Rating=4")
    before = sidecar.read_bytes()
    apply(photo, headshot, WriteOptions(sidecar="always"))
    photo.unlink()
    assert sidecar.read_bytes() != before
    dry = remove(sidecar, WriteOptions(dry_run=True))
    assert (dry.changed, sidecar.read_bytes() != before) == (True, True)
    assert remove(sidecar).changed
    assert sidecar.read_bytes() == before
    assert not remove(sidecar).changed


@pytest.mark.usefixtures("exiftool")
def test_a_sidecar_that_phototag_made_goes_without_its_photo_unless_something_else_is_in_it(
    make: Any, headshot: Record
) -> None:
    for name in ("bare.jpg", "rated.jpg"):
        photo = make(name, exif=False)
        apply(photo, headshot, WriteOptions(sidecar="always"))
        photo.unlink()
    bare, rated = (photo.with_name(f"{name}.jpg.xmp") for name in ("bare", "rated"))
    beside(rated.with_name("rated.jpg"), "-overwrite_original", "-XMP-xmp:Rating=4")
    assert remove(bare).changed
    assert remove(rated).changed
    assert not bare.exists()
    assert Packet(rated.read_bytes()).text(Name.of("xmp:Rating")) == "4"
    assert b"phototag" not in rated.read_bytes()


def test_a_sidecar_with_its_photo_and_a_link_to_a_sidecar_are_refused(
    make: Any, headshot: Record, tmp_path: Path
) -> None:
    apply(make("a.jpg"), headshot, WriteOptions(sidecar="always"))
    sidecar = tmp_path / "a.jpg.xmp"
    before = sidecar.read_bytes()
    (tmp_path / "elsewhere").mkdir()
    (link := tmp_path / "elsewhere" / "b.jpg.xmp").symlink_to(sidecar)
    with pytest.raises(WriteRefused, match=r"it is the sidecar of a\.jpg") as refused:
        remove(sidecar)
    assert refused.value.remedy == f"name the photo itself: {tmp_path / 'a.jpg'}"
    with pytest.raises(WriteRefused, match="it is a link"):
        remove(link)
    assert sidecar.read_bytes() == before


def test_a_sidecar_below_two_of_the_folders_is_taken_once(
    make: Any, headshot: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "removal", lambda _pool, path, _options: path)
    (inside := tmp_path / "in").mkdir()
    for name in ("a.jpg", "b.jpg"):
        apply(photo := make(name), headshot, WriteOptions(sidecar="always"))
        photo.unlink()
        photo.with_name(f"{name}.xmp").rename(inside / f"{name}.xmp")
    given = [tmp_path, inside, inside / "b.jpg.xmp"]
    taken = sorted(map(str, phototag.remove_catalogue(given, dry_run=True)))
    assert taken == [f"{inside}/a.jpg.xmp", f"{inside}/b.jpg.xmp"]
