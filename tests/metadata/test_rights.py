"""Nobody may do more with a file after a write than before: owner, group, access lists, security attributes."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults import seeds, unsealed
from phototag.errors import WriteRefused
from phototag.files import attributes
from phototag.metadata.change import Change
from phototag.options import WriteOptions

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="access lists are Linux's"),
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone changes users"
    ),
]
ALICE, BOB = 4001, 4002
PHOTOS, FRIENDS = 5001, 5002  # groups
ALLOWED = WriteOptions(allow_new_owner=True)
LIST = "system.posix_acl_access"
INHERITED = "system.posix_acl_default"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in which everybody may do everything."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o777)
        yield path


def photo(folder: Path, mode: int, owner: int = ALICE, group: int = PHOTOS) -> Path:
    path = folder / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    os.chown(path, owner, group)
    path.chmod(mode)
    return path


def access_list(*entries: tuple[int, int, int]) -> bytes:
    """Tag, rights and user or group, as Linux stores them; see acl(5)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY_IN_PARTICULAR = 0xFFFFFFFF
OWNER, USER, GROUP, MASK, OTHER = 1, 2, 4, 16, 32


def with_user(user: int, rights: int, group: int = 4, other: int = 0) -> bytes:
    return access_list(
        (OWNER, 6, NOBODY_IN_PARTICULAR),
        (USER, rights, user),
        (GROUP, group, NOBODY_IN_PARTICULAR),
        (MASK, rights | group, NOBODY_IN_PARTICULAR),
        (OTHER, other, NOBODY_IN_PARTICULAR),
    )


def write_as(
    user: int, groups: list[int], path: Path, options: WriteOptions | None = None
) -> Change | str:
    """What a write by another user says: the change, or the error."""
    before = os.geteuid(), os.getegid(), os.getgroups()
    os.setgroups(groups)
    os.setegid(groups[0])
    os.seteuid(user)
    try:
        change = unsealed.write(path, seeds.order("headshot"), options).change
        assert change is not None
    except WriteRefused as error:
        return str(error)
    else:
        return change
    finally:
        os.seteuid(before[0])
        os.setegid(before[1])
        os.setgroups(before[2])


def set_list(path: Path, value: bytes, name: str = LIST) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError:
        pytest.skip("this file system has no access lists")


def may(path: Path, user: int, groups: list[int]) -> str:
    """What the system allows a user to do with a file."""
    script = '[ -r "$1" ] && printf r; [ -w "$1" ] && printf w; exit 0'
    done = subprocess.run(
        ["sh", "-c", script, "sh", path], capture_output=True, text=True, check=True,
        user=user, group=groups[0], extra_groups=groups, timeout=60,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("options", [None, ALLOWED])
def test_root_keeps_owner_and_group(folder: Path, options: WriteOptions | None) -> None:
    path = photo(folder, 0o2755)
    change = unsealed.write(path, seeds.order("headshot"), options).change
    assert change is not None
    assert change.not_kept == ()
    now = path.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (ALICE, PHOTOS, 0o2755)


@pytest.mark.parametrize(
    ("mode", "groups", "lost", "now"),
    [
        (0o664, [PHOTOS], "owner", 0o664),
        (0o6775, [PHOTOS], "owner", 0o775),
        (0o666, [FRIENDS], "owner and group", 0o666),
        (
            0o646,
            [FRIENDS],
            "owner and group",
            0o644,
        ),  # what the old group may not do, others may not
        (0o606, [FRIENDS], "owner and group", 0o600),
        (0o676, [FRIENDS], "owner and group", 0o666),
        (0o2666, [FRIENDS], "owner and group", 0o666),
    ],
)
def test_an_owner_or_group_that_cannot_be_kept_is_refused_or_said(
    folder: Path, mode: int, groups: list[int], lost: str, now: int
) -> None:
    path = photo(folder, mode)
    before = path.read_bytes()
    said = write_as(BOB, groups, path)
    assert isinstance(said, str)
    assert f"its {lost} cannot be kept (the file is unchanged)" in said
    assert "--allow-new-owner (allow_new_owner=True)" in said
    assert path.read_bytes() == before
    assert path.stat().st_uid == ALICE
    change = write_as(BOB, groups, path, ALLOWED)
    assert isinstance(change, Change)
    assert change.not_kept == tuple(lost.split(" and "))
    status = path.stat()
    assert status.st_uid == BOB
    assert stat.S_IMODE(status.st_mode) == now
    assert [each.name for each in folder.iterdir()] == ["photo.jpg"]


def test_a_group_of_ones_own_is_kept(folder: Path) -> None:
    path = photo(folder, 0o640, owner=BOB, group=FRIENDS)
    change = write_as(BOB, [PHOTOS, FRIENDS], path)
    assert isinstance(change, Change)
    assert (path.stat().st_uid, path.stat().st_gid) == (BOB, FRIENDS)


@pytest.mark.parametrize("nameless", [True, False])
def test_an_access_list_that_new_files_inherit_gives_no_rights(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, nameless: bool
) -> None:
    path = photo(folder, 0o640)
    set_list(folder, with_user(BOB, 6, group=6, other=4), INHERITED)
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    for _ in range(2):
        assert may(path, BOB, [FRIENDS]) == ""
        unsealed.write(path, seeds.order("headshot"))
        assert LIST not in os.listxattr(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        unsealed.remove(path)


@pytest.mark.parametrize("option", ["always", "auto"])
def test_a_new_sidecar_gives_no_rights_that_the_photo_does_not(folder: Path, option: str) -> None:
    path = photo(folder, 0o640)
    set_list(path, with_user(BOB, 4, group=0))
    set_list(folder, with_user(BOB + 1, 6, group=6, other=4), INHERITED)
    gif = path.rename(path.with_suffix(".gif"))
    gif.write_bytes(seeds.photo("gif"))
    unsealed.write(gif, seeds.order("headshot"), WriteOptions(sidecar=option))  # type: ignore[arg-type]
    (sidecar,) = folder.glob("*.xmp")
    assert os.getxattr(sidecar, LIST) == os.getxattr(gif, LIST)
    assert may(sidecar, BOB, [FRIENDS]) == "r"
    assert may(sidecar, BOB + 1, [FRIENDS]) == ""
    assert may(sidecar, BOB + 2, [PHOTOS]) == ""


def test_an_access_list_stays(folder: Path) -> None:
    path = photo(folder, 0o640)
    before = with_user(BOB, 6)
    set_list(path, before)
    unsealed.write(path, seeds.order("headshot"))
    assert os.getxattr(path, LIST) == before


def test_an_access_list_of_a_group_that_changes_leaves_the_owner_alone(folder: Path) -> None:
    path = photo(folder, 0o660)
    set_list(path, with_user(BOB, 6, group=0, other=4))  # forbids the group what others may do
    said = write_as(BOB, [FRIENDS], path)
    assert isinstance(said, str)
    assert "its owner and group and access list cannot be kept" in said
    change = write_as(BOB, [FRIENDS], path, ALLOWED)
    assert isinstance(change, Change)
    assert change.not_kept == ("owner", "group", "access list")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert LIST not in os.listxattr(path)


def capability(path: Path) -> None:
    if shutil.which("setcap") is None:
        pytest.skip("setcap is not installed")
    if subprocess.run(["setcap", "cap_chown+ep", path], check=False, timeout=60).returncode:
        pytest.skip("this file system has no capabilities")


def test_security_attributes_are_kept_refused_or_said(folder: Path) -> None:
    path = photo(folder, 0o666, owner=BOB, group=FRIENDS)
    capability(path)
    before = os.getxattr(path, "security.capability")
    said = write_as(BOB, [FRIENDS], path)
    assert isinstance(said, str)
    assert "its security.capability cannot be kept" in said
    unsealed.write(path, seeds.order("headshot"))
    assert os.getxattr(path, "security.capability") == before
    unsealed.remove(path)
    change = write_as(BOB, [FRIENDS], path, ALLOWED)
    assert isinstance(change, Change)
    assert change.not_kept == ("security.capability",)


def test_a_statement_of_the_kernel_about_the_content_is_not_copied(folder: Path) -> None:
    path = photo(folder, 0o600)
    try:
        os.setxattr(path, "security.ima", b"\x04\x04" + bytes(32))
    except OSError:
        pytest.skip("this system takes no such attributes")
    with pytest.raises(WriteRefused, match=r"its security\.ima cannot be kept"):
        unsealed.write(path, seeds.order("headshot"))
    change = unsealed.write(path, seeds.order("headshot"), ALLOWED).change
    assert change is not None
    assert change.not_kept == ("security.ima",)
    assert "security.ima" not in os.listxattr(path)


def test_root_keeps_trusted_attributes(folder: Path) -> None:
    path = photo(folder, 0o600)
    try:
        os.setxattr(path, "trusted.phototag_test", b"kept")
    except OSError:
        pytest.skip("this system takes no such attributes")
    unsealed.write(path, seeds.order("headshot"))
    assert os.getxattr(path, "trusted.phototag_test") == b"kept"


def test_the_new_file_is_its_makers_alone_until_its_permissions_are_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photo(folder, 0o666)
    set_list(folder, with_user(BOB, 6, group=6, other=6), INHERITED)
    set_list(path, with_user(BOB, 6, group=6, other=6))
    seen: list[int] = []
    for name in ("fchown", "setxattr", "removexattr"):
        real = getattr(os, name)

        def look(file: int, *more: object, _real: object = real, **options: object) -> object:
            seen.append(stat.S_IMODE(os.fstat(file).st_mode))
            return _real(file, *more, **options)  # type: ignore[operator]

        monkeypatch.setattr(os, name, look)
    unsealed.write(path, seeds.order("headshot"))
    assert set(seen) == {0o600}
    assert len(seen) >= 3


def test_what_cannot_be_kept_is_printed() -> None:
    from phototag.cli.lines import change_lines
    from phototag.outcome import Removed

    change = Change(changed=True, not_kept=(attributes.OWNER, attributes.GROUP))
    lines = change_lines(Removed(photo="a.jpg", change=change), as_json=False)
    assert "  not kept: owner, group" in lines
