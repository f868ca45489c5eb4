"""What phototag writes beside photos is private, and never takes the place of somebody else's file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import phototag
from phototag import errors, gallery
from phototag.integrations import ready_made

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and links are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_state_locks_and_pages_are_private_under_any_umask(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    home, page = tmp_path / "home", tmp_path / "page.html"
    text = (
        "import os, sys; os.umask(0o022); import phototag; from phototag import gallery; "
        "list(phototag.tag_catalogue(sys.argv[1])); gallery.build(sys.argv[1], out=sys.argv[2])"
    )
    (folder := tmp_path / "photos").mkdir()
    portrait_jpg.rename(folder / "a.jpg")
    environment = os.environ | {"XDG_STATE_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-c", text, str(folder), str(page)],
        env=environment, check=True, timeout=120,
    )  # fmt: skip
    written = [page, *(path for path in home.rglob("*") if path.is_file())]
    assert {path.suffix for path in written} >= {".html", ".sqlite3", ".lock", ".root"}
    assert {path.name: oct(mode(path)) for path in written if mode(path) != 0o600} == {}
    folders = [home, *(path for path in home.rglob("*") if path.is_dir())]
    assert {path.name: oct(mode(path)) for path in folders if mode(path) != 0o700} == {}


Writer = Callable[..., object]


@pytest.fixture(params=["gallery", "lightroom", "digikam"])
def writer(request: pytest.FixtureRequest, portrait_jpg: Path) -> tuple[Writer, str]:
    """What writes files into a folder, and the name of one of them."""
    if request.param == "gallery":
        return (
            lambda folder, **how: gallery.build(portrait_jpg, out=folder / "p.html", **how),
            "p.html",
        )
    name = {"lightroom": ready_made.KEYWORD_FILE, "digikam": ready_made.DIGIKAM_HOW_TO}
    return getattr(ready_made, request.param), name[request.param]


def test_a_file_of_somebody_else_stays(writer: tuple[Writer, str], tmp_path: Path) -> None:
    write, name = writer
    (folder := tmp_path / "out").mkdir()
    (folder / name).write_text("mine", encoding="utf-8")
    with pytest.raises(errors.OutputNotWritable, match="phototag did not write it") as refused:
        write(folder)
    assert "--overwrite" in refused.value.remedy
    assert (folder / name).read_text(encoding="utf-8") == "mine"
    assert [path.name for path in folder.iterdir()] == [name]  # nor was any other begun
    write(folder, overwrite=True)
    assert (folder / name).read_text(encoding="utf-8") != "mine"


def test_a_file_of_an_earlier_call_is_replaced_and_keeps_its_permissions(
    writer: tuple[Writer, str], tmp_path: Path
) -> None:
    write, name = writer
    write(tmp_path / "out") if name != "p.html" else write(tmp_path)
    made = (tmp_path if name == "p.html" else tmp_path / "out") / name
    assert mode(made) == 0o600
    made.chmod(0o644)
    before = made.stat().st_ino
    write(made.parent)
    assert made.stat().st_ino != before
    assert mode(made) == 0o644


def test_nothing_is_written_through_a_link(writer: tuple[Writer, str], tmp_path: Path) -> None:
    write, name = writer
    (folder := tmp_path / "out").mkdir()
    (theirs := tmp_path / "theirs").write_text("theirs", encoding="utf-8")
    (folder / name).symlink_to(theirs)
    with pytest.raises(errors.OutputNotWritable, match="link"):
        write(folder)
    write(folder, overwrite=True)  # the link is replaced, not what it leads to
    assert theirs.read_text(encoding="utf-8") == "theirs"
    assert not (folder / name).is_symlink()


def test_a_crop_and_a_drawing_take_no_name_that_is_taken(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    (target := tmp_path / "taken.png").symlink_to(tmp_path / "nowhere.png")
    analysis = phototag.analyze(portrait_jpg)
    with phototag.Analyzer() as analyzer:
        with pytest.raises(errors.WriteRefused, match="already exists"):
            analyzer.draw(portrait_jpg, analysis, target)
        with pytest.raises(errors.WriteRefused, match="already exists"):
            analyzer.crop(portrait_jpg, "casting_8x10", target)
    assert not (tmp_path / "nowhere.png").exists()
