"""Which files are photos."""

from __future__ import annotations

import os
from pathlib import Path

from phototag.catalogue.walk import find, walk


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
