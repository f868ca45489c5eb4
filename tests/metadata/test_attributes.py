"""What belongs to a photo beside its content: kept, and never given to another file."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phototag.errors import ChangedMeanwhile, WriteRefused
from phototag.metadata.options import Options
from phototag.metadata.record import Record
from phototag.worker.writer import apply

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")


def secret(folder: Path) -> Path:
    """A file that only its owner may read."""
    file = folder / "secret"
    file.write_bytes(b"secret")
    file.chmod(0o600)
    os.utime(file, ns=(10**18, 10**18))
    return file


def swapping(folder: Path, target: Path) -> Callable[..., Any]:
    """Somebody who puts a link in the place of the temporary file before its attributes are set."""
    real = os.fchown

    def swap(handle: int, user: int, group: int) -> None:
        real(handle, user, group)
        (temporary,) = folder.glob(".phototag-*")
        temporary.unlink()
        temporary.symlink_to(target)

    return swap


def test_a_swapped_temporary_file_changes_no_other_file(
    make: Any, headshot: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = make("a.jpg"), secret(tmp_path)
    path.chmod(0o666)
    before = path.read_bytes()
    monkeypatch.setattr(os, "fchown", swapping(tmp_path, other))
    with pytest.raises(WriteRefused, match="temporary file"):
        apply(path, headshot)
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert other.stat().st_mtime_ns == 10**18
    assert path.read_bytes() == before
    assert not path.is_symlink()


def test_a_swapped_photo_gives_its_attributes_to_nobody(
    make: Any, headshot: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = make("a.jpg"), secret(tmp_path)
    other.chmod(0o666)
    real = os.fchown

    def swap(handle: int, user: int, group: int) -> None:
        real(handle, user, group)
        path.unlink()
        path.symlink_to(other)

    monkeypatch.setattr(os, "fchown", swap)
    with pytest.raises(ChangedMeanwhile):
        apply(path, headshot)
    assert other.read_bytes() == b"secret"
    assert not list(tmp_path.glob(".phototag-*"))


@pytest.mark.parametrize("way", ["photo", "sidecar"])
def test_modes_times_and_access_lists_are_kept(make: Any, headshot: Record, way: str) -> None:
    path = make("a.jpg")
    path.chmod(0o640)
    if shutil.which("setfacl"):
        subprocess.run(["setfacl", "-m", "u:1:r", str(path)], check=True)
    os.utime(path, ns=(10**18, 10**18))
    before = path.stat()
    names = os.listxattr(path) if hasattr(os, "listxattr") else []
    apply(
        path, headshot, Options(keep_mtime=True, sidecar="always" if way == "sidecar" else "auto")
    )
    after = path.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    if hasattr(os, "listxattr"):
        assert os.listxattr(path) == names
    if way == "sidecar":
        beside = path.with_name("a.jpg.xmp")
        assert stat.S_IMODE(beside.stat().st_mode) == stat.S_IMODE(before.st_mode)
