"""Edits in place that keep size and modification time are kept, and seen; phototag's own writes are not taken for one."""

from __future__ import annotations

import errno
import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults import seeds, unsealed
from phototag.catalogue.walk import find, fingerprint
from phototag.errors import ChangedMeanwhile, WriteRefused, WriteUncertain
from phototag.files import opening
from phototag.files import replace as replace_module
from phototag.files.content import Content
from phototag.files.opening import FileState
from phototag.files.rename_exchange import exchange, move
from phototag.files.snapshot import Snapshot
from phototag.files.unfinished import Unfinished
from phototag.options import WriteOptions
from phototag.outcome import Expected

EDITS = 200
SECOND = 10**9  # ns


def edit_in_place(path: Path, text: bytes) -> None:
    """As an editor does that keeps a photo's time, on a disk that keeps whole seconds."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-len(text), os.SEEK_END)
        file.write(text)
    whole = before.st_mtime_ns // SECOND * SECOND
    os.utime(path, ns=(whole, whole))
    assert path.stat().st_size == before.st_size


def moments() -> dict[str, tuple[Any, str]]:
    found = {
        "when it was opened": (unsealed.ThisProcess, "submit"),
        "while it is written": (replace_module, "_take_over"),
        "when the new file has its name": (Unfinished, "name_it"),
    }
    if os.name == "posix":
        found["at the last moment"] = (replace_module, "exchange")
    return found


def test_of_two_hundred_edits_in_place_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    dice = random.Random(0)
    every = list(moments().values())
    kept = 0
    for turn in range(EDITS):
        path.write_bytes(seeds.photo("jpg") + bytes(16))
        os.utime(path, ns=(turn * SECOND, turn * SECOND))
        owner, name = every[turn % len(every)]
        real, edited = getattr(owner, name), f"edit number {turn:04}".encode()
        before = dice.random() < 0.5 or name in {"submit", "exchange"}
        seen: list[str] = []

        def edit(
            *given: Any,
            _real: Any = real,
            _text: bytes = edited,
            _before: bool = before,
            _seen: list[str] = seen,
            **options: Any,
        ) -> Any:
            if _before and not _seen:
                _seen.append("before")
                edit_in_place(path, _text)
            done = _real(*given, **options)
            if not _seen:
                _seen.append("after")
                edit_in_place(path, _text)
            return done

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, edit)
            try:
                unsealed.write(path, seeds.order("headshot"))
            except ChangedMeanwhile:
                pass
            else:
                pytest.fail(f"edit {turn} was not noticed")
        kept += path.read_bytes().endswith(edited)
        assert [each.name for each in tmp_path.iterdir()] == ["photo.jpg"]
    assert kept == EDITS


def test_where_names_cannot_be_exchanged_the_bytes_are_compared_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg") + bytes(16))

    def cannot(*_: object) -> bool:
        edit_in_place(path, b"an edit")
        return False

    monkeypatch.setattr(replace_module, "exchange", cannot)
    with pytest.raises(ChangedMeanwhile):
        unsealed.write(path, seeds.order("headshot"))
    assert path.read_bytes().endswith(b"an edit")
    assert [each.name for each in tmp_path.iterdir()] == ["photo.jpg"]


def test_rights_that_are_taken_away_meanwhile_stay_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    path.chmod(0o644)

    def close_it(*given: Any) -> bool:
        if path.stat().st_mode & 0o044:
            path.chmod(0o600)
        return exchange(*given)

    monkeypatch.setattr(replace_module, "exchange", close_it)
    with pytest.raises(ChangedMeanwhile):
        unsealed.write(path, seeds.order("headshot"))
    assert path.stat().st_mode & 0o777 == 0o600


def test_of_three_versions_at_once_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program edits the photo, and yet another replaces it, around one exchange."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg") + bytes(16))
    third = seeds.photo("jpg") + b"the third"

    def busy(*given: Any) -> bool:
        edit_in_place(path, b"the second")
        done = exchange(*given)
        (tmp_path / "new").write_bytes(third)
        (tmp_path / "new").replace(path)
        return done

    monkeypatch.setattr(replace_module, "exchange", busy)
    with pytest.raises(WriteUncertain, match="the version before is in") as caught:
        unsealed.write(path, seeds.order("headshot"))
    assert path.read_bytes() == third
    (kept,) = tmp_path.glob("photo.jpg.kept-*")
    assert kept.read_bytes().endswith(b"the second")
    assert str(kept) in str(caught.value)
    assert caught.value.remedy


def test_a_photo_that_is_deleted_at_the_last_moment_stays_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))

    def delete(*given: Any) -> bool:
        path.unlink()
        return exchange(*given)

    monkeypatch.setattr(replace_module, "exchange", delete)
    with pytest.raises(ChangedMeanwhile, match="deleted in the meantime"):
        unsealed.write(path, seeds.order("headshot"))
    assert list(tmp_path.iterdir()) == []


def test_a_sidecar_that_somebody_edits_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(seeds.photo("gif"))
    unsealed.write(path, seeds.order("headshot"))
    (sidecar,) = tmp_path.glob("*.xmp")
    real = move
    edited: list[int] = []

    def late(*given: Any) -> None:
        if not edited:
            edited.append(1)
            edit_in_place(sidecar, b"an edit")
        real(*given)

    monkeypatch.setattr(replace_module, "move", late)
    with pytest.raises(ChangedMeanwhile):
        unsealed.remove(path)
    assert sidecar.read_bytes().endswith(b"an edit")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_sidecar_that_cannot_be_deleted_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(seeds.photo("gif"))
    unsealed.write(path, seeds.order("headshot"))
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", fail)
        with pytest.raises(WriteRefused, match="could not be written"):
            unsealed.remove(path)
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files have names here")
@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOENT])
def test_a_disk_whose_files_without_names_never_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    path.chmod(0o640)
    os.setxattr(path, "user.phototag_test", b"kept")
    os.utime(path, ns=(SECOND, SECOND))
    real = os.link

    def link(source: str, *more: Any, **options: Any) -> None:
        if source.startswith("/proc/"):
            raise OSError(code, os.strerror(code))
        real(source, *more, **options)

    monkeypatch.setattr(os, "link", link)
    for sidecar in ("never", "always"):
        options = WriteOptions(sidecar=sidecar, mtime="keep")
        written = unsealed.write(path, seeds.order("headshot"), options)
        (found,) = find(str(tmp_path))
        assert fingerprint(written.states, str(path)) == found.fingerprint
    for each in tmp_path.iterdir():
        assert each.stat().st_mode & 0o777 == 0o640
    assert {each.name for each in tmp_path.iterdir()} == {"photo.jpg", "photo.jpg.xmp"}
    assert os.getxattr(path, "user.phototag_test") == b"kept"
    assert path.stat().st_mtime_ns == SECOND


# --------------------------------------------------------------------------- what the next run sees


WAYS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "nameless": lambda _: None,
    "with a temporary name": lambda patch: patch.delattr(os, "O_TMPFILE", raising=False),
    "without exchange": lambda patch: patch.setattr(replace_module, "exchange", lambda *_: False),
}


@pytest.mark.parametrize("mtime", ["auto", "keep", "now"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("suffix", "sidecar"),
    [("jpg", "never"), ("jpg", "auto"), ("jpg", "always"), ("gif", "auto")],
)
def test_the_state_after_a_write_is_the_one_that_the_next_run_finds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    suffix: str,
    sidecar: str,
    *,
    mtime: str,
) -> None:
    WAYS[way](monkeypatch)
    path = tmp_path / f"photo.{suffix}"
    path.write_bytes(seeds.photo(suffix))
    options = WriteOptions(sidecar=sidecar, mtime=mtime)  # type: ignore[arg-type]
    for kind in ("headshot", "portrait", "portrait"):
        written = unsealed.write(path, seeds.order(kind), options)
        (found,) = find(str(tmp_path))
        assert fingerprint(written.states, str(path)) == found.fingerprint


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg") + bytes(16))
    os.utime(path, ns=(SECOND, SECOND))
    before = FileState.of(path.stat())
    (found,) = find(str(tmp_path))
    edit_in_place(path, b"an edit")
    (again,) = find(str(tmp_path))
    assert again.fingerprint != found.fingerprint
    now = FileState.of(path.stat())
    assert (before.size, before.mtime_ns) == (now.size, now.mtime_ns)
    with pytest.raises(ChangedMeanwhile):
        unsealed.write(path, seeds.order("headshot"), expected=Expected(state=before))


def test_neither_device_nor_inode_is_part_of_what_is_stored() -> None:
    """A disk that is mounted again may have others."""
    assert str(FileState(1, 2, 3)) == "1:2:3"


def test_a_dry_run_does_not_read_the_bytes_for_a_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))

    def never(*_: object) -> Snapshot:
        raise AssertionError

    monkeypatch.setattr(opening, "snapshot", never)
    assert unsealed.write(path, seeds.order("headshot"), WriteOptions(dry_run=True)).change


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 18) + 1, 1_000_000])
def test_a_hash_is_that_of_all_bytes_in_memory_or_in_a_file(tmp_path: Path, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    (path := tmp_path / "file").write_bytes(data)
    with path.open("rb") as file:
        file.seek(size // 2)  # a position that another process uses
        assert Content(handle=file.fileno()).digest() == hashlib.sha256(data).digest()
        assert file.tell() == size // 2
    assert Content(data).digest() == hashlib.sha256(data).digest()
