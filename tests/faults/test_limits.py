"""Limits of one photo: beyond them there is an error with a remedy, and the next photo works."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image
from slow_pictures import slow_jpeg

import phototag
from phototag import errors
from phototag.files.sizes import MOST_XMP
from phototag.metadata import iim
from phototag.metadata.xmp import tree
from phototag.options import Limits


def large(tmp_path: Path, side: int) -> Path:
    path = tmp_path / "large.png"
    Image.new("RGB", (side, side), "grey").save(path, compress_level=1)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory so")
def test_a_picture_that_needs_more_memory_than_allowed(tmp_path: Path, portrait_jpg: Path) -> None:
    path = large(tmp_path, 12_000)
    with phototag.Analyzer(limits=Limits(memory=700)) as analyzer:
        assert analyzer.analyze(portrait_jpg).kind == "portrait"
        with pytest.raises((errors.PhotoTooLarge, errors.WorkerDied)) as caught:
            analyzer.analyze(path)
        assert caught.value.photo == str(path)
        assert analyzer.analyze(portrait_jpg).kind == "portrait"


def test_a_photo_that_takes_longer_than_allowed(tmp_path: Path, portrait_jpg: Path) -> None:
    (path := tmp_path / "slow.jpg").write_bytes(slow_jpeg(400))
    with phototag.Analyzer(limits=Limits(seconds=1.5)) as analyzer:
        with pytest.raises(errors.WorkerDied, match=r"longer than 1\.5 s.*--timeout") as caught:
            analyzer.analyze(path)
        assert "--timeout" in caught.value.remedy
        assert analyzer.analyze(portrait_jpg).kind == "portrait"


def test_a_picture_of_more_pixels_than_allowed(tmp_path: Path) -> None:
    with (
        phototag.Analyzer(limits=Limits(pixels=1_000_000)) as analyzer,
        pytest.raises(errors.PhotoTooLarge, match=r"limit is 1 million.*--max-pixels"),
    ):
        analyzer.analyze(large(tmp_path, 1001))


def test_more_xmp_than_is_read() -> None:
    with pytest.raises(ValueError, match="17 MB of XMP, at most 16 are read"):
        tree.parse(b"<x>" + b" " * (MOST_XMP + 1_000_000) + b"</x>")


def test_many_keywords_take_no_more_than_their_number() -> None:
    """Time grows with the number of datasets, not with its square."""
    block = iim.serialise(iim.Iim((iim.DataSet(iim.KEYWORDS, b"word"),) * 300_000))
    assert len(iim.parse(block).keywords) == 300_000


def test_the_command_line_has_the_limits(tmp_path: Path) -> None:
    import click.testing

    from phototag.cli import main

    path = large(tmp_path, 1200)
    run = click.testing.CliRunner().invoke(
        main, ["analyze", str(path), "--max-pixels", "1000000", "--max-memory", "2000"]
    )
    assert run.exit_code == 1
    assert "limit is 1 million" in run.output
