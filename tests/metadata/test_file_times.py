"""The modification time of a file after a write: a date for applications where the photo has none inside."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import remove
from corpus import negative
from phototag.files import attributes
from phototag.metadata.record import Record
from phototag.options import TimeMode, WriteOptions
from writing import apply

SECOND = 10**9  # ns
YEAR_2001 = 10**18  # ns
HOUR = 3600 * SECOND
FORMATS = ("a.jpg", "a.png", "a.tif", "a.webp", "a.jp2")
DATE = "2019:07:06 05:04:03"
#: A date inside, as exiftool writes it, and the formats that take it.
DATES = {
    (f"-ExifIFD:DateTimeOriginal={DATE}",): FORMATS[:4],
    (f"-ExifIFD:CreateDate={DATE}",): FORMATS[:4],
    (f"-IFD0:DateTimeOriginal={DATE}",): ("a.tif",),
    (f"-XMP-exif:DateTimeOriginal={DATE}",): FORMATS,
    (f"-XMP-exif:DateTimeDigitized={DATE}",): FORMATS,
    (f"-XMP-xmp:CreateDate={DATE}",): FORMATS,
    (f"-XMP-photoshop:DateCreated={DATE}",): FORMATS,
    ("-IPTC:DateCreated=2019:07:06", "-IPTC:TimeCreated=05:04:03+00:00"): ("a.jpg", "a.tif"),
}
#: What tells applications nothing about when the photo was taken.
NO_DATES = {
    (): FORMATS,
    (f"-IFD0:ModifyDate={DATE}",): FORMATS[:4],
    (f"-XMP-xmp:ModifyDate={DATE}", f"-XMP-xmp:MetadataDate={DATE}"): FORMATS,
    ("-ExifIFD:DateTimeOriginal#=0000:00:00 00:00:00",): FORMATS[:4],
    ("-ExifIFD:DateTimeOriginal#=    :  :     :  :  ",): FORMATS[:4],
    ("-IPTC:DateCreated=2019:07:06",): ("a.jpg", "a.tif"),
    ("-XMP-dc:Subject=2019", "-XMP-dc:Description=2019:07:06"): FORMATS,
}


def cases(table: dict[tuple[str, ...], tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, options) for options, names in table.items() for name in names]


def old(path: Path) -> Path:
    os.utime(path, ns=(YEAR_2001, YEAR_2001))
    return path


def mtime(path: Path) -> int:
    return path.stat().st_mtime_ns


def is_fresh(path: Path) -> bool:
    return abs(time.time_ns() - mtime(path)) < HOUR


@pytest.mark.parametrize(("name", "options"), cases(NO_DATES))
def test_the_time_of_a_photo_without_a_date_moves_by_one_second(
    make: Any, headshot: Record, portrait: Record, name: str, options: tuple[str, ...]
) -> None:
    path = old(make(name, *options, exif=name != "a.jp2"))
    assert apply(path, headshot).changed
    assert mtime(path) == YEAR_2001 + SECOND
    assert not apply(path, headshot).changed  # nothing is written: it stays
    assert mtime(path) == YEAR_2001 + SECOND
    assert apply(path, portrait).changed  # also what phototag has written is no date
    assert mtime(path) == YEAR_2001 + 2 * SECOND
    assert remove(path).changed
    assert mtime(path) == YEAR_2001 + 3 * SECOND


@pytest.mark.parametrize(("name", "options"), cases(DATES))
def test_a_photo_with_a_date_inside_gets_the_present(
    make: Any, headshot: Record, name: str, options: tuple[str, ...]
) -> None:
    path = old(make(name, *options, exif=name != "a.jp2"))
    assert apply(path, headshot).changed
    assert is_fresh(path)
    old(path)
    assert remove(path).changed
    assert is_fresh(path)


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("mode", ["keep", "now"])
def test_what_the_user_says_holds_for_every_photo(
    make: Any, headshot: Record, mode: TimeMode, *, dated: bool
) -> None:
    tags = [f"-ExifIFD:DateTimeOriginal={DATE}"] if dated else []
    path, options = old(make("a.jpg", *tags)), WriteOptions(mtime=mode)
    for step in ("apply", "remove"):
        done = apply(path, headshot, options) if step == "apply" else remove(path, options)
        assert done.changed
        assert mtime(path) == YEAR_2001 if mode == "keep" else is_fresh(path)
        old(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.gif", "a.avif", "a.dng"])
def test_a_sidecar_gets_the_present_and_its_photo_stays(
    make: Any, tmp_path: Path, headshot: Record, portrait: Record, name: str
) -> None:
    if name == "a.dng":
        path = tmp_path / name
        negative(path)
    else:
        path = make(name, exif=False)
    old(path)
    sidecars = [Path(f) for f in apply(path, headshot, WriteOptions(sidecar="always")).files]
    assert sidecars
    for sidecar in sidecars:
        assert is_fresh(sidecar)
        old(sidecar)
    assert apply(path, portrait, WriteOptions(sidecar="always")).changed
    assert all(map(is_fresh, sidecars))
    assert mtime(path) == YEAR_2001


def test_a_photo_beside_a_sidecar_keeps_its_date(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    (sidecar,) = map(Path, apply(path, headshot, WriteOptions(sidecar="always")).files)
    old(path)
    old(sidecar)
    assert apply(path, headshot).changed
    assert mtime(path) == YEAR_2001 + SECOND


def test_a_disk_that_keeps_even_seconds_shows_a_change(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old(make("a.jpg"))
    real = attributes.set_times

    def fat(handle: int, name: str, times: tuple[int, int] | None) -> None:
        even = None if times is None else tuple(t // (2 * SECOND) * 2 * SECOND for t in times)
        real(handle, name, even)  # type: ignore[arg-type]  # still two

    monkeypatch.setattr(attributes, "set_times", fat)
    assert apply(path, headshot).changed
    assert mtime(path) == YEAR_2001 + 2 * SECOND
