"""Which files are photos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototag.catalogue.walk import count_photos, find, walk
from phototag.files import sidecar_names
from phototag.files.sidecar_names import Siblings


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(root: Path, **options: bool) -> list[str]:
    return [os.path.relpath(path, root) for path in walk([root], **options)]


def test_hidden_and_application_folders_are_left_out(tmp_path: Path) -> None:
    touch(
        tmp_path, "a.jpg", "b.JPEG", "c.NeF", "d.txt", ".e.jpg", "x/a.heic", ".hidden/a.jpg",
        ".dtrash/a.jpg", "@eaDir/a.jpg", "Cat Previews.lrdata/a.jpg", "Fotos.photoslibrary/a.jpg",
        "$RECYCLE.BIN/a.jpg", "lost+found/a.jpg", "a.jpg.xmp",
    )  # fmt: skip
    assert names(tmp_path) == ["a.jpg", "b.JPEG", "c.NeF", "x/a.heic"]


def test_links_are_followed_only_if_wanted_and_never_in_circles(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root, "b/a.jpg")
    touch(tmp_path, "elsewhere/c.jpg")
    (root / "a.jpg").symlink_to(root / "b" / "a.jpg")
    (root / "gone.jpg").symlink_to(root / "nowhere")
    (root / "b" / "round").symlink_to(root)
    (root / "other").symlink_to(tmp_path / "elsewhere")
    assert names(root) == ["a.jpg", "gone.jpg", "b/a.jpg"]
    assert names(root, links=True) == ["a.jpg", "gone.jpg", "b/a.jpg", "other/c.jpg"]


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    assert names(tmp_path) == ["a.jpg"]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    for name in (b"caf\xe9.jpg", b"line\nbreak.jpg", "Ä.jpg".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    found = [os.fsencode(name) for name in names(tmp_path)]
    assert sorted(found) == sorted([b"caf\xe9.jpg", b"line\nbreak.jpg", "Ä.jpg".encode()])


def test_a_raw_file_is_paired_with_the_one_developed_photo_of_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "a.NEF", "a.jpg", "b.nef", "c.jpg", "d.cr2", "D.JPG", "d.dng", "e.nef", "e.arw")
    found = [(f.name, f.partner and f.partner.name) for f in find(str(tmp_path), pairs=True)]
    assert found == [
        ("D.JPG", None), ("d.cr2", "D.JPG"), ("d.dng", "D.JPG"), ("a.jpg", None), ("a.NEF", "a.jpg"),
        ("b.nef", None), ("c.jpg", None), ("e.arw", None), ("e.nef", None),
    ]  # fmt: skip


def test_looks_change_with_the_photo_and_its_sidecars(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.nef")
    before = {f.name: f.fingerprint for f in find(str(tmp_path))}
    touch(tmp_path, "a.jpg.xmp", "b.xmp", "other.xmp")
    beside = {f.name: f.fingerprint for f in find(str(tmp_path))}
    assert [before[name] != beside[name] for name in ("a.jpg", "b.nef")] == [True, True]
    (tmp_path / "other.xmp").unlink()
    assert beside == {f.name: f.fingerprint for f in find(str(tmp_path))}
    (tmp_path / "b.xmp").write_bytes(b"more")
    assert beside["b.nef"] != {f.name: f.fingerprint for f in find(str(tmp_path))}["b.nef"]


def test_the_number_of_photos_is_that_of_a_search(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(
        root, "a.jpg", "a.nef", "a.xmp", "b.JPEG", ".c.jpg", "d.txt", "x/a.heic", "x/y/z/a.png", "@eaDir/a.jpg",
        ".phototag-x", "e..jpg", "jpg", "f.", "g.jpg.xmp",
    )  # fmt: skip
    touch(tmp_path, "elsewhere/c.jpg", "single.bmp")
    (root / "gone.jpg").symlink_to(root / "nowhere")
    (root / "folder.jpg").mkdir()
    os.mkfifo(root / "pipe.jpg")
    (root / "other").symlink_to(tmp_path / "elsewhere")
    given = [root, tmp_path / "single.bmp", root / "x"]
    for links in (False, True):
        found = list(walk(given, links=links))
        assert count_photos(given, links=links) == len(found)
    assert len(found) == 11


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may enter every folder")
def test_a_folder_that_may_be_listed_and_not_entered_is_an_error_of_its_own(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/c.jpg", "d.jpg")
    (tmp_path / "a").chmod(0o444)
    try:
        found = [(each.name, each.error is not None) for each in find(str(tmp_path))]
        assert count_photos([tmp_path]) == len(found)
    finally:
        (tmp_path / "a").chmod(0o755)
    assert found == [("d.jpg", False), ("", True)]


def test_sidecars_are_the_same_whether_the_names_in_the_folder_are_known_or_not(
    tmp_path: Path,
) -> None:
    touch(
        tmp_path, "a.jpg", "a.nef", "a.xmp", "a.jpg.XMP", "b.NEF", "b.XMP", "b.xmp", "b.NEF.xmp", "c.nef", "c.cr2",
        "c.xmp", "d.dng", "D.xmp", "e.nef", "\u00e9.nef", "e\u0301.xmp", "f.jpg", "f.xmp", "g.nef", "g.nef.Xmp",
    )  # fmt: skip
    (tmp_path / "e.xmp").mkdir()
    names = [path.name for path in tmp_path.iterdir()]
    siblings = Siblings(names)
    found = {}
    for name in names:
        path = str(tmp_path / name)
        found[name] = sidecar_names.existing(path)
        assert sidecar_names.existing(path, siblings) == found[name]
    assert [len(found[name]) for name in ("a.jpg", "a.nef", "b.NEF", "c.nef", "f.jpg")] == [
        1, 1, 3, 0, 0,
    ]  # fmt: skip
