"""The file on disk changes in one step or not at all, and every failure says why."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.unsealed import read, remove
from phototag.errors import (
    ChangedMeanwhile,
    FormatNotWritable,
    MetadataDamaged,
    NotAPhoto,
    PhotoDamaged,
    PhotoNotFound,
    PhotoNotReadable,
    PhototagError,
    WriteRefused,
    WriteUncertain,
)
from phototag.files import replace as replace_module
from phototag.files.folder import Folder
from phototag.files.rename_exchange import exchange
from phototag.metadata.record import Record
from phototag.options import WriteOptions
from writing import apply


def untouched(path: Path, before: bytes) -> None:
    assert before == path.read_bytes()
    assert not list(path.parent.glob(".phototag-*"))


def test_read_only_is_refused_although_replacing_would_succeed(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(WriteRefused, match="read-only") as caught:
        apply(path, headshot)
    assert str(path) == caught.value.photo
    untouched(path, before)


def test_hard_links_are_refused_unless_allowed(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    other = path.with_name("b.jpg")
    other.hardlink_to(path)
    with pytest.raises(WriteRefused, match="hard links"):
        apply(path, headshot)
    untouched(path, before)
    apply(path, headshot, WriteOptions(allow_hard_links=True))
    assert headshot == read(path)
    assert before == other.read_bytes()


def test_a_symbolic_link_stays_one(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    link = path.with_name("link.jpg")
    link.symlink_to(path.name)
    apply(link, headshot)
    assert link.is_symlink()
    assert headshot == read(path)


def test_changed_meanwhile_is_refused(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    real = replace_module._take_over

    def change_behind_our_back(*args: Any, **options: Any) -> None:
        real(*args, **options)
        path.write_bytes(b"another program was here")

    monkeypatch.setattr(replace_module, "_take_over", change_behind_our_back)
    with pytest.raises(WriteRefused, match="another program"):
        apply(path, headshot)
    untouched(path, b"another program was here")


@pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here")
def test_a_change_in_the_last_moment_is_not_lost(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    real = exchange

    changed: list[str] = []

    def change_at_the_last_moment(folder: Folder, one: str, other: str) -> bool:
        if not changed:
            changed.append(one)
            new = path.with_name("new.jpg")
            new.write_bytes(b"another program was here")
            new.replace(path)
        return real(folder, one, other)

    monkeypatch.setattr(replace_module, "exchange", change_at_the_last_moment)
    with pytest.raises(ChangedMeanwhile, match="another program"):
        apply(path, headshot)
    untouched(path, b"another program was here")


@pytest.mark.skipif(sys.platform != "linux", reason="names cannot be exchanged here")
def test_what_another_program_wrote_is_kept_even_if_it_cannot_be_put_back(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    done: list[str] = []

    def once(folder: Folder, one: str, other: str) -> bool:
        if done:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        done.append(one)
        path.write_bytes(b"another program was here")
        return exchange(folder, one, other)

    monkeypatch.setattr(replace_module, "exchange", once)
    with pytest.raises(WriteUncertain, match="version that another program wrote") as caught:
        apply(path, headshot)
    (beside,) = path.parent.glob("a.jpg.kept-*")
    assert str(beside) in caught.value.problem
    assert beside.read_bytes() == b"another program was here"
    assert read(path) == headshot
    assert not list(path.parent.glob(".phototag-*"))


def raising(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("function", "number", "words"),
    [
        ("fsync", errno.ENOSPC, "disk is full"),
        ("fsync", errno.EIO, "could not be written"),
        ("replace", errno.EACCES, "folder is not writable"),
        ("replace", errno.EROFS, "disk is read-only"),
        ("fchown", errno.ENOSPC, "disk is full"),
    ],
)
def test_a_failed_write_changes_nothing(  # noqa: PLR0917
    make: Any,
    headshot: Record,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    number: int,
    words: str,
) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(replace_module, "exchange", lambda *_: False)  # as where it cannot be done
        patch.setattr(os, function, raising(number))
        with pytest.raises(WriteRefused, match=words) as caught:
            apply(path, headshot)
    assert str(path) == caught.value.photo
    untouched(path, before)


def test_a_folder_that_takes_no_files_is_refused(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    before = path.read_bytes()
    real = os.open

    def refuse(name: Any, flags: int, *more: Any, **options: Any) -> int:
        if flags & (os.O_CREAT | os.O_TMPFILE & ~os.O_DIRECTORY):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return real(name, flags, *more, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(WriteRefused, match="folder is not writable"):
            apply(path, headshot)
    untouched(path, before)


def test_an_interrupt_leaves_no_temporary_file(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    before = path.read_bytes()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(replace_module, "exchange", interrupt)
        with pytest.raises(KeyboardInterrupt):
            apply(path, headshot)
    untouched(path, before)


def test_uncertain_durability_is_an_error_of_its_own(
    make: Any, headshot: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.jpg")
    real = os.fsync

    def fail_for_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_for_folders)
        with pytest.raises(WriteUncertain):
            apply(path, headshot)
    assert headshot == read(path)


def test_extended_attributes_stay(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    try:
        os.setxattr(path, "user.phototag_test", b"kept")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    apply(path, headshot)
    assert os.getxattr(path, "user.phototag_test") == b"kept"


def test_a_name_that_is_no_text(make: Any, headshot: Record) -> None:
    path = make("a.jpg")
    odd = path.with_name(os.fsdecode(b"caf\xe9.jpg"))
    path.rename(odd)
    apply(odd, headshot)
    assert headshot == read(odd)
    odd.chmod(0o444)
    with pytest.raises(WriteRefused, match=r"caf\\xe9"):
        remove(odd)


CASES: list[tuple[str, bytes, type[PhototagError]]] = [
    ("empty.jpg", b"", NotAPhoto),
    ("text.jpg", b"hello, world", NotAPhoto),
    ("a.tif", b"II*\0\xff\0\0\0" + bytes(20), PhotoDamaged),
    ("a.jpg", b"\xff\xd8\xff\xe0\xff\xffJFIF", PhotoDamaged),
    ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(4), PhotoDamaged),
    ("a.webp", b"RIFF\x20\0\0\0WEBPVP8 \xff\xff\0\0", PhotoDamaged),
]


@pytest.mark.parametrize(("name", "data", "error"), CASES, ids=[c[0] for c in CASES])
def test_what_is_no_photo_is_refused_by_name(
    tmp_path: Path, headshot: Record, name: str, data: bytes, error: type[PhototagError]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for action in (lambda: apply(path, headshot), lambda: read(path), lambda: remove(path)):
        with pytest.raises(error) as caught:
            action()
        assert type(caught.value) is error
    untouched(path, data)


WITHOUT_ROOM = [
    ("a.gif", b"GIF89a" + bytes(20)),
    ("a.heic", b"\0\0\0\x18ftypheic" + bytes(20)),
    ("a.nef", b"II*\0" + bytes(20)),
    ("canon.tif", b"II*\0\x10\0\0\0CR\2\0" + bytes(20)),
]


@pytest.mark.parametrize(("name", "data"), WITHOUT_ROOM, ids=[c[0] for c in WITHOUT_ROOM])
def test_formats_without_room_for_metadata_are_refused_where_no_sidecar_may_be_made(
    tmp_path: Path, headshot: Record, name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FormatNotWritable):
        apply(path, headshot, WriteOptions(sidecar="never"))
    assert read(path) is None
    assert not remove(path).changed
    untouched(path, data)


def test_missing_files_and_folders(tmp_path: Path, headshot: Record) -> None:
    with pytest.raises(PhotoNotFound):
        apply(tmp_path / "none.jpg", headshot)
    with pytest.raises(PhotoNotReadable):
        apply(tmp_path, headshot)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_every_truncation_is_refused_untouched_or_tagged(
    make: Any, headshot: Record, suffix: str
) -> None:
    path = make(f"a.{suffix}", "-XMP-dc:Subject=x")
    data = path.read_bytes()
    refused = 0
    for length in range(0, len(data), max(1, len(data) // 40)):
        part = data[:length]
        path.write_bytes(part)
        try:
            apply(path, headshot)
        except PhototagError:
            refused += 1
            untouched(path, part)
        else:
            assert read(path) is not None
            remove(path)
            assert read(path) is None
    assert refused > 0
    path.write_bytes(data)
    assert apply(path, headshot).changed


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_a_byte_of_noise_leaves_the_file_refused_untouched_or_tagged(
    make: Any, headshot: Record, suffix: str
) -> None:
    path = make(f"a.{suffix}", "-XMP-dc:Subject=x")
    data = path.read_bytes()
    tagged = 0
    for at in range(0, min(len(data), 400), 7):
        noisy = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        path.write_bytes(noisy)
        try:
            apply(path, headshot)
        except PhototagError:
            untouched(path, noisy)
        else:
            tagged += 1
            assert read(path) is not None
            remove(path)
            assert read(path) is None
    assert tagged > 0


def test_unparsable_xmp_is_left_alone(make: Any, headshot: Record) -> None:
    for suffix in ("jpg", "png", "tif", "webp"):
        path = make(f"a.{suffix}", "-XMP-dc:Subject=mine")
        broken = path.read_bytes().replace(b"</rdf:Bag>", b"</rdf:Bug>")
        if suffix == "png":
            broken = _with_right_checksums(broken)
        path.write_bytes(broken)
        with pytest.raises(MetadataDamaged):
            apply(path, headshot)
        untouched(path, broken)


def _with_right_checksums(data: bytes) -> bytes:
    import struct
    import zlib

    out, at = data[:8], 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + size]
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + size
    return out
