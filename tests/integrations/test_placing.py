"""Pieces on a real disk: placed once, never over anything else, and taken back exactly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phototag.errors import OutputNotWritable
from phototag.integrations.placing import OwnFile, OwnLine, Placed, Standing

LINE = 'require "phototag"'


def place(piece: OwnFile | OwnLine, placed: Placed | None = None) -> Placed:
    return piece.place(piece.plan(placed))


def test_a_file_is_placed_for_its_owner_alone_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.lua"
    piece = OwnFile(path=str(path), content=b"one")
    assert piece.standing(None) is Standing.ABSENT
    placed = place(piece)
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o600
    assert piece.standing(placed) is Standing.CURRENT
    assert placed.take_back()
    assert not path.exists()
    assert placed.take_back(), "it is gone, which is all that is wanted"


def test_a_script_may_be_run(tmp_path: Path) -> None:
    path = tmp_path / "a"
    place(OwnFile(path=str(path), content=b"#!/bin/sh\n", executable=True))
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_later_version_replaces_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    placed = place(OwnFile(path=str(path), content=b"one"))
    later = OwnFile(path=str(path), content=b"two")
    assert later.standing(placed) is Standing.OLDER
    assert place(later, placed).take_back()
    assert not path.exists()


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    path.write_bytes(b"mine")
    piece = OwnFile(path=str(path), content=b"one")
    assert piece.standing(None) is Standing.FOREIGN
    with pytest.raises(OutputNotWritable, match="rename it"):
        place(piece)
    assert path.read_bytes() == b"mine"


def test_a_file_that_was_changed_is_neither_replaced_nor_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    piece = OwnFile(path=str(path), content=b"one")
    placed = place(piece)
    path.write_bytes(b"one, and mine")
    assert piece.standing(placed) is Standing.FOREIGN
    assert not placed.take_back()
    assert path.read_bytes() == b"one, and mine"


@pytest.mark.parametrize("piece", ["file", "line"])
def test_nothing_is_written_through_a_link(tmp_path: Path, piece: str) -> None:
    behind, path = tmp_path / "behind", tmp_path / "luarc"
    behind.write_bytes(b"mine\n")
    path.symlink_to(behind)
    made = (
        OwnFile(path=str(path), content=b"one")
        if piece == "file"
        else OwnLine(path=str(path), line=LINE)
    )
    with pytest.raises(OutputNotWritable, match="link"):
        made.standing(None)
    assert behind.read_bytes() == b"mine\n"


def test_nothing_is_written_through_a_link_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "luarc"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputNotWritable, match="link"):
        OwnFile(path=str(path), content=b"one").standing(None)
    assert not (tmp_path / "nowhere").exists()


def test_a_link_in_place_of_a_file_that_was_placed_is_not_followed(tmp_path: Path) -> None:
    path, behind = tmp_path / "a.lua", tmp_path / "behind"
    placed = place(OwnFile(path=str(path), content=b"one"))
    path.rename(behind)
    path.symlink_to(behind)
    with pytest.raises(OutputNotWritable, match="link"):
        placed.take_back()
    assert behind.read_bytes() == b"one"


def test_a_folder_in_place_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.lua").mkdir()
    with pytest.raises(OutputNotWritable, match="not a file"):
        OwnFile(path=str(tmp_path / "a.lua"), content=b"one").standing(None)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        place(OwnFile(path=str(tmp_path / "a.lua"), content=b"one"))


# ----------------------------------------------------------------------------------------- lines

BEFORE = [None, b"", b"\n", b"one", b"one\n", b"one\r\ntwo\r\n", b"one\r\ntwo", b"\xff\xfe\n"]


@pytest.mark.parametrize("before", BEFORE)
def test_a_line_is_added_and_taken_back_to_the_byte(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "luarc"
    if before is not None:
        path.write_bytes(before)
    piece = OwnLine(path=str(path), line=LINE)
    placed = place(piece)
    assert path.read_bytes().splitlines()[-1] == LINE.encode()
    assert path.read_bytes().startswith(before or b"")
    assert piece.standing(placed) is Standing.CURRENT
    assert placed.take_back()
    assert (path.read_bytes() if path.exists() else None) == before


@given(
    before=st.none() | st.lists(st.sampled_from([b"a", b"", b"\r\n", b"\n", b"\r"])).map(b"".join)
)
def test_a_line_is_taken_back_to_the_byte_whatever_the_file(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None
) -> None:
    path = tmp_path_factory.mktemp("luarc") / "luarc"
    if before is not None:
        path.write_bytes(before)
    assert place(OwnLine(path=str(path), line=LINE)).take_back()
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_line_placed_twice_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "luarc"
    piece = OwnLine(path=str(path), line=LINE)
    placed = place(piece, place(piece))
    assert path.read_bytes() == f"{LINE}\n".encode()
    assert placed.take_back()
    assert not path.exists(), "phototag has made the file"


def test_what_the_user_writes_around_a_line_stays(tmp_path: Path) -> None:
    path = tmp_path / "luarc"
    path.write_bytes(b"one")
    placed = place(OwnLine(path=str(path), line=LINE))
    path.write_bytes(b"zero\n" + path.read_bytes() + b"two\n")
    assert placed.take_back()
    assert path.read_bytes() == b"zero\none\ntwo\n"


def test_a_file_that_was_made_for_a_line_stays_when_the_user_has_added_to_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "luarc"
    placed = place(OwnLine(path=str(path), line=LINE))
    path.write_bytes(path.read_bytes() + b"mine\n")
    assert placed.take_back()
    assert path.read_bytes() == b"mine\n"


def test_the_permissions_of_a_file_with_a_line_stay(tmp_path: Path) -> None:
    path = tmp_path / "luarc"
    path.write_bytes(b"one\n")
    path.chmod(0o640)
    place(OwnLine(path=str(path), line=LINE)).take_back()
    assert path.stat().st_mode & 0o777 == 0o640
