"""Whose temporary files are left over."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phototag.metadata import temporary


def named(tmp_path: Path, process: int) -> Path:
    file = tmp_path / f"{temporary.prefix()}x".replace(f"-{os.getpid()}-", f"-{process}-")
    file.write_bytes(b"half a photo")
    return file


def test_of_a_process_at_work_it_stays(tmp_path: Path) -> None:
    file = named(tmp_path, os.getpid())
    assert not temporary.clean(str(file), file.name)
    assert file.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_of_a_process_that_has_ended_it_goes_whether_its_parent_knows_or_not(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as child:
        file = named(tmp_path, child.pid)
        deadline = time.monotonic() + 5
        stat = Path(f"/proc/{child.pid}/stat")
        while ") Z " not in stat.read_text("ascii") and time.monotonic() < deadline:
            time.sleep(0.01)
        assert ") Z " in stat.read_text("ascii")  # ended, and nobody has asked how
        assert temporary.clean(str(file), file.name)
        assert not file.exists()
    file = named(tmp_path, child.pid)
    assert temporary.clean(str(file), file.name)
