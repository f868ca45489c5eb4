"""Only pictures of the formats on the list are opened, and no picture starts a program."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import phototag
from benchmarks.faults.unsealed import ThisProcess
from commands import COMMAND, rows
from phototag import errors
from phototag.files.formats import PHOTO_SUFFIXES
from phototag.options import Limits
from phototag.vision import decoding
from phototag.worker import tasks
from processes import children, photo

POSTSCRIPT = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 100 100
%%EndComments
newpath 10 10 moveto 90 90 lineto stroke showpage
%%EOF
"""
# What Pillow can write and phototag does not take, and a mode that it can be written in.
OTHERS = {
    "BLP": "P", "DDS": "RGB", "DIB": "RGB", "EPS": "RGB", "ICNS": "RGBA", "ICO": "RGBA",
    "MSP": "1", "PALM": "P", "PCX": "RGB", "PDF": "RGB", "PPM": "RGB", "QOI": "RGB", "SGI": "RGB",
    "SPIDER": "F", "TGA": "RGB", "XBM": "1",
}  # fmt: skip


def fits() -> bytes:
    cards = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 64", "NAXIS2  = 64", "END"]
    head = "".join(f"{card:80}" for card in cards).encode()
    return head.ljust(2880) + bytes(64 * 64)


def psd() -> bytes:
    size = (64).to_bytes(4, "big") * 2
    head = b"8BPS\0\1" + bytes(6) + b"\0\3" + size + b"\0\x08\0\3" + bytes(12)
    return head + b"\0\0" + bytes(3 * 64 * 64)


@pytest.fixture
def strangers(astronaut: Image.Image, tmp_path: Path) -> list[Path]:
    """Files of all other formats, named as JPEGs."""
    folder = tmp_path / "strangers"
    folder.mkdir()
    small = astronaut.resize((64, 64))
    contents = {"postscript": POSTSCRIPT, "fits": fits(), "psd": psd()}
    for kind, mode in OTHERS.items():
        target = io.BytesIO()
        small.convert(mode).save(target, kind)
        contents[kind] = target.getvalue()
    for kind, content in contents.items():
        (folder / f"{kind}.jpg").write_bytes(content)
    return sorted(folder.iterdir())


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there when Ghostscript has been started."""
    programs, trace = tmp_path / "programs", tmp_path / "started"
    programs.mkdir()
    for name in ("gs", "gswin64c", "gswin32c"):
        program = programs / name
        program.write_text(f"#!/bin/sh\necho $0 $@ >> {trace}\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return trace


def test_what_is_not_on_the_list_is_refused_by_name(strangers: list[Path], started: Path) -> None:
    with phototag.Analyzer() as analyzer:
        outcomes = list(analyzer.analyze_many(strangers))
    assert {Path(outcome.photo).name for outcome in outcomes if outcome.error is None} == set()
    for outcome in outcomes:
        assert type(outcome.error) is errors.NotAPhoto, outcome.photo
        assert "save it as JPEG, PNG or TIFF" in str(outcome.error)
    assert not started.exists()


def test_four_hundred_files_under_the_names_of_ours_start_nothing(
    strangers: list[Path], started: Path, astronaut: Image.Image, tmp_path: Path
) -> None:
    astronaut.save(mpo := tmp_path / "several.mpo", append_images=[astronaut], save_all=True)
    (folder := tmp_path / "disguised").mkdir()
    made = {
        folder / f"{stranger.stem}{suffix}": stranger.stem
        for stranger in (*strangers, mpo)
        for suffix in sorted(PHOTO_SUFFIXES)[:20]
    }
    for path, kind in made.items():
        path.write_bytes(
            (mpo if kind == "several" else tmp_path / "strangers" / f"{kind}.jpg").read_bytes()
        )
    assert len(made) == 400
    with phototag.Analyzer() as analyzer:
        for outcome in analyzer.analyze_many(made):
            kind = made[Path(outcome.photo)]
            if kind == "several" and outcome.error is None:
                assert outcome.kind == "portrait"  # its first picture is a JPEG
            else:
                assert isinstance(
                    outcome.error,
                    (errors.NotAPhoto, errors.PhotoDamaged, errors.FormatNotInstalled),
                ), outcome
        running = analyzer._pool._processes[0]._running
        assert running is not None
        assert children(running._process.pid) == []
    assert not started.exists()


DOINGS: dict[str, Callable[[phototag.Analyzer, Path], object]] = {
    "analyze": lambda analyzer, path: analyzer.analyze(path),
    "bytes": lambda analyzer, path: analyzer.analyze(path.read_bytes()),
    "tag": lambda analyzer, path: analyzer.tag(path),
    "identify": lambda analyzer, path: tasks.identify(analyzer._pool, photo(path), Limits()),
    "preview": lambda analyzer, path: tasks.preview(
        analyzer._pool, photo(path), Limits(), side=100, quality=60
    ),
    "crop": lambda analyzer, path: analyzer.crop(str(path), "casting_8x10"),
    "an open image": lambda analyzer, path: analyzer.analyze(
        Image.open(io.BytesIO(path.read_bytes()))
    ),
}


@pytest.mark.parametrize("doing", DOINGS)
def test_postscript_starts_nothing(tmp_path: Path, started: Path, doing: str) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(POSTSCRIPT)
    with phototag.Analyzer() as analyzer, pytest.raises(errors.NotAPhoto) as caught:
        DOINGS[doing](analyzer, path)
    assert caught.value.remedy
    assert path.read_bytes() == POSTSCRIPT
    assert not started.exists()


def test_a_crop_of_what_is_postscript_by_now_starts_nothing(tmp_path: Path, started: Path) -> None:
    from phototag.scene.geometry import Box

    path = tmp_path / "x.jpg"
    path.write_bytes(POSTSCRIPT)
    target = str(tmp_path / "new.jpg")
    with pytest.raises(errors.NotAPhoto):
        tasks.cut(
            ThisProcess(), photo(path), box=Box(0, 0, 1, 1), pixels=(100, 100), target=target,
            quality=90,
        )  # fmt: skip
    assert not started.exists()


def test_the_preview_of_a_negative_starts_nothing(
    started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_photo import FakeRaw

    pytest.importorskip("rawpy", reason="extra raw is not installed")
    monkeypatch.setattr("importlib.import_module", lambda _: FakeRaw(0, POSTSCRIPT))
    with pytest.raises(errors.NotAPhoto):
        decoding.decode("a.nef", b"II*\0" + bytes(200))
    assert not started.exists()


@pytest.mark.slow
def test_no_process_starts_a_program(strangers: list[Path], tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace, which shows what is started, is not installed")
    log = tmp_path / "strace.log"
    trace = [strace, "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", str(log)]
    done = subprocess.run(
        [*trace, *COMMAND, "analyze", "--json", *strangers],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if not log.exists() or "ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    found = re.findall(r'execve\("([^"]+)"', log.read_text(encoding="utf-8", errors="replace"))
    assert len(found) >= 2  # the command and its sealed process
    assert set(found) == {sys.executable}
    assert {row["error"]["type"] for row in rows(done.stdout)} == {"NotAPhoto"}  # type: ignore[index]


def test_a_jpeg_of_several_pictures_is_one_of_them(astronaut: Image.Image) -> None:
    """MPO, as phones write it."""
    target = io.BytesIO()
    other = astronaut.resize((64, 64))
    astronaut.save(target, "MPO", save_all=True, append_images=[other])
    picture = decoding.decode("a.jpg", target.getvalue())
    assert (picture.format, picture.width) == ("MPO", 512)


def test_every_format_of_the_list_is_taken_whatever_the_file_is_called(
    astronaut: Image.Image,
) -> None:
    for kind in decoding.FORMATS:
        target = io.BytesIO()
        astronaut.save(target, kind)
        assert decoding.decode("a.txt", target.getvalue()).format == kind


def avif(astronaut: Image.Image, brand: bytes) -> bytes:
    target = io.BytesIO()
    astronaut.resize((64, 64)).save(target, "AVIF")
    data = target.getvalue()
    return data[:8] + brand + data[12:]


def test_an_avif_is_one_whatever_was_opened_before(astronaut: Image.Image) -> None:
    heif: Any = pytest.importorskip("pillow_heif", reason="extra heif is not installed")
    target = io.BytesIO()
    heif.from_pillow(astronaut).save(target)
    data = avif(astronaut, b"mif1")
    before = decoding.decode("a.avif", data)
    assert decoding.decode("a.heic", target.getvalue()).format == "HEIF"
    after = decoding.decode("a.avif", data)
    assert (before.format, after.format) == ("AVIF", "AVIF")
    assert np.array_equal(before.rgb, after.rgb)
