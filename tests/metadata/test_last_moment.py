"""What other programs do to a photo immediately before its name is exchanged with that of the new file."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults import seeds, unsealed
from phototag.errors import ChangedMeanwhile, WriteRefused, WriteUncertain
from phototag.files import replace as replace_module
from phototag.files.rename_exchange import exchange

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="names are exchanged, and attributes known, on Linux alone"
)
LABEL = ("user.xdg.comment", b"the best of them")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(seeds.photo("jpg"))
    try:
        os.setxattr(path, "user.xdg.tags", b"family")
    except OSError:
        pytest.skip("this disk has no extended attributes")
    return path


@pytest.fixture
def at_the_last_moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Do something before the first exchange of names."""

    def before(act: Callable[[], object]) -> None:
        done: list[bool] = []

        def acting(*given: Any) -> bool:
            if not done:
                done.append(True)
                act()
            return exchange(*given)

        monkeypatch.setattr(replace_module, "exchange", acting)

    return before


def test_a_label_that_is_given_at_the_last_moment_stays(
    photo: Path, at_the_last_moment: Callable[..., None]
) -> None:
    before = photo.read_bytes()
    at_the_last_moment(lambda: os.setxattr(photo, *LABEL))
    with pytest.raises(ChangedMeanwhile):
        unsealed.write(photo, seeds.order("headshot"))
    assert os.getxattr(photo, LABEL[0]) == LABEL[1]
    assert photo.read_bytes() == before
    unsealed.write(photo, seeds.order("headshot"))
    assert os.getxattr(photo, LABEL[0]) == LABEL[1]


def test_what_is_written_through_a_file_that_is_open_elsewhere_stays(
    photo: Path, at_the_last_moment: Callable[..., None]
) -> None:
    opened: list[Any] = []
    at_the_last_moment(lambda: opened.append(photo.open("r+b")))
    with pytest.raises(ChangedMeanwhile):
        unsealed.write(photo, seeds.order("headshot"))
    (file,) = opened
    with file:
        file.write(b"somebody's")
    assert photo.read_bytes().startswith(b"somebody's")
    assert [each.name for each in photo.parent.iterdir()] == [photo.name]


def test_a_file_that_is_open_for_reading_is_replaced(photo: Path) -> None:
    with photo.open("rb") as file:
        unsealed.write(photo, seeds.order("headshot"))
        assert file.read() == seeds.photo("jpg")
    assert unsealed.read(photo) == seeds.record("headshot")


def test_an_edit_of_the_new_file_outlives_putting_back_the_old_one(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs edit the same name: one the old file, the other the new one that is there for a moment."""
    edited: list[bytes] = []

    def editing(*given: Any) -> bool:
        text = b"edit of the new file" if edited else b"edit of the old file"
        with photo.open("r+b") as file:
            file.write(text)
        edited.append(text)
        return exchange(*given)

    monkeypatch.setattr(replace_module, "exchange", editing)
    with pytest.raises(WriteUncertain) as caught:
        unsealed.write(photo, seeds.order("headshot"))
    assert photo.read_bytes().startswith(edited[0])
    (kept,) = (each for each in photo.parent.iterdir() if each != photo)
    assert kept.read_bytes().startswith(edited[1])
    assert str(kept) in str(caught.value)


@pytest.mark.parametrize("name", ["user.xdg.tags", "system.posix_acl_access"])
def test_an_attribute_that_may_not_be_read_is_not_silently_lost(
    photo: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, names, values = photo.read_bytes(), os.listxattr, os.getxattr

    def denied(file: Any, attribute: str) -> bytes:
        if attribute == name:
            raise PermissionError(errno.EACCES, "denied")
        return values(file, attribute)

    monkeypatch.setattr(os, "listxattr", lambda file: sorted({*names(file), name}))
    monkeypatch.setattr(os, "getxattr", denied)
    with pytest.raises(WriteRefused, match="cannot be kept"):
        unsealed.write(photo, seeds.order("headshot"))
    assert photo.read_bytes() == before
