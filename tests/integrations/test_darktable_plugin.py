"""The plug-in in the real darktable: photos are tagged where they are looked at, and all of it can be taken back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from PIL import Image

import desktop
import lighttable
import processes
import raw_photo
from lighttable import Home, Lighttable
from samples import SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]

TAG, TAKE_BACK, ONLY_HEADSHOTS = lighttable.SHORTCUTS
HEAD = "phototag|kind|headshot"
QUOTES, LINES, DASH = 'it\'s a "head" $HOME `id`.jpg', "ä 頭 line\nbreak.jpg", "-dash.jpg"
CHOSEN = (QUOTES, LINES, DASH, "whole.png", "head.tif", "raw.dng")
OTHERS = ("coffee.png", "rocket.jpg", "chelsea.png", "a, b & <c>.jpg", "whole.tif", "left.jpg")
#: What darktable 5.0 writes into sidecars for itself: the levels of "darktable|format|jpg".
DARKTABLES = {"darktable", "format", "jpg", "png", "tif", "dng"}
MANY = 40  # photos, more than are done before a job can be cancelled
CANCEL = (231, 654)  # where darktable has the cross of its job, in a window of lighttable.SIZE


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    desktop.installed(*lighttable.PROGRAMS, "exiftool")


def picture() -> Image.Image:
    return Image.open(SAMPLES / "astronaut.png").convert("RGB")


def head() -> Image.Image:
    return picture().crop((120, 0, 350, 270)).resize((690, 810))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve photos of every kind, with names of every kind; one has keywords of the user's."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in (QUOTES, LINES, DASH, "left.jpg"):
        head().save(folder / name, quality=92)
    for name in ("whole.png", "whole.tif", "a, b & <c>.jpg"):
        picture().save(folder / name)
    head().save(folder / "head.tif")
    (folder / "raw.dng").write_bytes(raw_photo.dng(head()))
    for name in ("coffee.png", "rocket.jpg", "chelsea.png"):
        shutil.copy(SAMPLES / name, folder / name)
    words = ["-XMP-dc:Subject=Ann", "-XMP-lr:HierarchicalSubject=people|Ann", "-overwrite_original"]
    subprocess.run(["exiftool", *words, folder / DASH], capture_output=True, timeout=60, check=True)
    return folder


@attrs.frozen
class Saved:
    """What stands in a file or a sidecar, as exiftool reads it."""

    flat: set[str]
    hierarchical: set[str]

    @classmethod
    def of(cls, path: Path) -> Saved:
        run = subprocess.run(
            ["exiftool", "-j", "-XMP:Subject", "-XMP:HierarchicalSubject", path],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        (found,) = json.loads(run.stdout)
        return cls(_set(found.get("Subject", [])), _set(found.get("HierarchicalSubject", [])))


def _set(values: Any) -> set[str]:
    """The words without darktable's own with their levels, which 5.0 writes into sidecars."""
    words = map(str, values if isinstance(values, list) else [values])
    return {word for word in words if not word.startswith("darktable|")}


def beside(path: Path) -> Path:
    return path.with_name(path.name + ".xmp")


def digests(folder: Path) -> dict[str, str]:
    """The contents of the photos."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in desktop.photos(folder)
    }


def lua(value: Any) -> str:
    """Texts and lists of them as Lua writes them."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "{" + ", ".join(map(lua, value)) + "}"


def imported(darktable: Lighttable, folder: Path) -> None:
    count = len(desktop.photos(folder))
    assert darktable.run(f"return imported({lua(str(folder))}, {count})") == count


def select(darktable: Lighttable, *names: str) -> None:
    darktable.run(f'panel.status.label = "" select({lua(names)})')


def recorded(home: Home, folder: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """What phototag itself says that it has written, by name."""
    shown = home.phototag("show", "--json", *(str(folder / name) for name in names))
    assert shown.returncode == 0, shown.stderr
    rows = map(json.loads, shown.stdout.splitlines())
    return {Path(row["path"]).name: row["record"] for row in rows}


def test_photos_are_tagged_filtered_and_taken_back_and_nothing_of_the_plugin_stays(
    photos: Path, tmp_path: Path
) -> None:
    with lighttable.home(tmp_path) as home:
        written = home.phototag("integrate", "darktable")
        assert written.returncode == 0, written.stderr
        before = digests(photos)
        with lighttable.opened(home, tmp_path / "session") as darktable:
            imported(darktable, photos)
            darktable.run(
                f"""
                dt.database.duplicate(images["whole.png"])
                dt.tags.attach(dt.tags.create("headshot"), images[{lua(DASH)}])
                dt.tags.attach(dt.tags.create("trips|Rome"), images[{lua(QUOTES)}])
                """
            )
            own = home.listed()
            assert sum(map(len, own.values())) == 3
            _tag(darktable, home, photos, before, own)
            _filter(darktable)
            _take_back(darktable, home, photos, before, own)
        _remove(home, written.stdout)


def _tag(
    darktable: Lighttable,
    home: Home,
    photos: Path,
    before: dict[str, str],
    own: dict[str, list[str]],
) -> None:
    """Six photos, by the shortcut: database, files and panel say the same."""
    select(darktable, *CHOSEN)
    darktable.press(TAG)
    shown = darktable.settled()
    records = recorded(home, photos, CHOSEN)
    kinds = [record["kind"] for record in records.values()]
    assert sorted(kinds) == ["headshot"] * 5 + ["portrait"]
    assert shown["status"] == "5 headshots, 1 portrait, 0 others"
    listed = home.listed()
    for name, record in records.items():
        path = photos / name
        added = record["keywords"]["hierarchical"]
        assert listed[str(beside(path))] == sorted([*own[str(beside(path))], *added])
        if path.suffix != ".dng":
            saved = Saved.of(path)
            assert saved.hierarchical >= set(added), name
            assert saved.flat >= set(record["keywords"]["flat"]), name
        assert Saved.of(beside(path)).hierarchical >= set(added), name
    duplicate = str(photos / "whole_01.png.xmp")
    assert listed[duplicate] == listed[str(beside(photos / "whole.png"))]
    assert "Ann" in Saved.of(photos / DASH).flat
    after = digests(photos)
    assert {name for name in before if after[name] != before[name]} == set(CHOSEN) - {"raw.dng"}
    for name in OTHERS:
        assert listed[str(beside(photos / name))] == []
    select(darktable, "whole.png")
    assert darktable.verdict("Portrait")["verdict"] == "Portrait, over 99 % sure"
    shown = darktable.verdict("Portrait")
    assert "against: cropping -4.0, focus -0.9" in shown["reason"]
    darktable.run("panel.explain()")
    assert "the frame shows the upper half of the body" in darktable.shown()["reason"]
    select(darktable, "left.jpg")
    assert darktable.verdict("not tagged")["verdict"] == "not tagged by phototag"


def _filter(darktable: Lighttable) -> None:
    """The collection holds the headshots alone; another press shows all again."""
    rules = "local t = {} for i, r in ipairs(dt.gui.libs.collect.filter()) do t[i] = r.data end return t"
    usual = darktable.run(rules)
    assert darktable.run("return #dt.collection") == len(CHOSEN) + len(OTHERS) + 1
    for narrowed in (True, False):
        darktable.run('panel.status.label = ""')
        darktable.press(ONLY_HEADSHOTS)
        darktable.settled()
        assert darktable.run("return #dt.collection") == (5 if narrowed else 13)
        assert darktable.run(rules) == ([*usual, HEAD] if narrowed else usual)


def _take_back(
    darktable: Lighttable,
    home: Home,
    photos: Path,
    before: dict[str, str],
    own: dict[str, list[str]],
) -> None:
    """The photos are as they were, to the byte; the user's tags have stayed."""
    select(darktable, *CHOSEN, "left.jpg")
    darktable.press(TAKE_BACK)
    shown = darktable.settled()
    assert shown["status"] == "6 photos as before, 1 had nothing of phototag's"
    assert digests(photos) == before
    assert home.listed() == own
    assert not list(photos.glob("raw.xmp"))
    for sidecar in photos.glob("*.xmp"):
        saved = Saved.of(sidecar)
        assert not [word for word in saved.hierarchical if word.startswith("phototag")], sidecar
        assert saved.flat <= {"Ann", "people", "headshot", "trips", "Rome", *DARKTABLES}, sidecar
    # What darktable writes later does not bring them back.
    darktable.run(f"images[{lua(DASH)}].rating = 4")
    processes.wait_until(lambda: 'xmp:Rating="4"' in beside(photos / DASH).read_text("utf-8"), 20)
    assert Saved.of(beside(photos / DASH)).hierarchical == {"people|Ann", "headshot"}


def _remove(home: Home, written: str) -> None:
    """What was written is gone; what darktable has made is its own."""
    taken = home.phototag("integrate", "darktable", "--remove")
    assert taken.returncode == 0, taken.stderr
    named = [line.partition(": ")[0] for line in written.splitlines() if line.startswith("/")]
    assert len(named) > 10
    assert all(name in taken.stdout for name in named)
    assert not (home.darktable / "lua").exists()
    assert not (home.darktable / "luarc").exists()
    left = [path for path in home.folder.rglob("*") if path.is_file() and "phototag" in path.name]
    assert left == []


# ------------------------------------------------------------------------------------ when things go wrong


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lighttable]:
    """darktable with the plug-in, for several tests; each imports a folder of its own."""
    scratch = tmp_path_factory.mktemp("lighttable")
    with lighttable.home(scratch) as home:
        assert home.phototag("integrate", "darktable").returncode == 0
        with lighttable.opened(home, scratch / "session") as darktable:
            yield darktable


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    folder = tmp_path / "heads"
    folder.mkdir()
    for number in range(3):
        head().save(folder / f"{number}.jpg", quality=90 + number)
    return folder


def service_pid(darktable: Lighttable) -> int:
    pids = (file.read_text("ascii") for file in darktable.home.run.glob("phototag-darktable.*/pid"))
    (running,) = filter(processes.alive, map(int, pids))
    return running


def test_a_job_is_cancelled_in_the_middle(session: Lighttable, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    large = head().resize((1725, 2025))
    for number in range(MANY):
        large.save(folder / f"{number:02}.jpg", quality=60 + number)
    imported(session, folder)
    select(session, *(f"{number:02}.jpg" for number in range(MANY)))
    session.press(TAG)
    first = folder / "00.jpg"
    untouched = first.stat().st_mtime_ns
    processes.wait_until(lambda: first.stat().st_mtime_ns != untouched, 60)
    session.click(*CANCEL)
    shown = session.settled()
    words = shown["status"].split(", ")
    assert words[-1].endswith(" not done")
    left = int(words[-1].split()[0])
    assert 0 < left < MANY
    names = tuple(path.name for path in desktop.photos(folder))
    written = {name for name, record in recorded(session.home, folder, names).items() if record}
    assert len(written) == MANY - left
    listed = session.home.listed()
    assert {name for name in names if listed[str(beside(folder / name))]} == written


def test_a_photo_that_is_gone_is_named_and_the_others_are_tagged(
    session: Lighttable, heads: Path
) -> None:
    imported(session, heads)
    (heads / "1.jpg").unlink()
    select(session, "0.jpg", "1.jpg", "2.jpg")
    session.press(TAG)
    assert session.settled()["status"] == "2 headshots, 0 portraits, 0 others, 1 failed"
    assert "1.jpg: this file does not exist; check the path" in session.said.read_text("utf-8")
    listed = session.home.listed()
    assert [listed[str(beside(heads / f"{n}.jpg"))] for n in range(3)] == [[HEAD], [], [HEAD]]
    # Its tags come back where nothing was taken out of the file.
    session.run('dt.tags.attach(dt.tags.create("phototag|kind|headshot"), images["1.jpg"])')
    select(session, "0.jpg", "1.jpg")
    session.press(TAKE_BACK)
    assert session.settled()["status"] == "1 photo as before, 1 failed"
    listed = session.home.listed()
    assert [listed[str(beside(heads / f"{n}.jpg"))] for n in range(3)] == [[], [HEAD], [HEAD]]


def test_a_service_that_was_killed_is_started_again(session: Lighttable, heads: Path) -> None:
    imported(session, heads)
    select(session, "0.jpg")
    session.verdict("not tagged")
    os.kill(service_pid(session), signal.SIGKILL)
    select(session, "1.jpg", "2.jpg")
    session.press(TAG)
    assert session.settled()["status"] == "2 headshots, 0 portraits, 0 others"


def test_the_window_answers_while_a_photo_is_read(session: Lighttable, heads: Path) -> None:
    imported(session, heads)
    select(session, "0.jpg")
    session.verdict("not tagged")
    pid = service_pid(session)
    os.kill(pid, signal.SIGSTOP)
    try:
        select(session, "1.jpg")
        session.verdict("1.jpg")  # the name, as long as nothing is read
        began = time.monotonic()
        for rating in range(5):
            session.run(f'images["2.jpg"].rating = {rating} panel.status.label = "{rating}"')
        assert time.monotonic() - began < 5
        assert session.shown()["verdict"] == "1.jpg"
    finally:
        os.kill(pid, signal.SIGCONT)
    assert session.verdict("not tagged")["verdict"] == "not tagged by phototag"


def test_words_of_a_vocabulary_of_ones_own_are_attached_and_found(
    session: Lighttable, heads: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.toml"
    words.write_text(
        'root = "Bildart"\n[branches]\nkind = "Art"\n[words]\nkind.headshot = "Kopfporträt"\n',
        "utf-8",
    )
    imported(session, heads)
    select(session, "0.jpg", "1.jpg")
    session.press(TAG)
    session.settled()
    listed = session.home.listed()
    assert listed[str(beside(heads / "0.jpg"))] == [HEAD]
    session.run(f'dt.preferences.write("phototag", "vocabulary", "string", {lua(str(words))})')
    session.run('dt.tags.attach(dt.tags.create("Bildart|Eigenes"), images["0.jpg"])')
    try:
        select(session, "0.jpg")
        session.press(TAG)
        session.settled()
        listed = session.home.listed()
        tags = ["Bildart|Art|Kopfporträt", "Bildart|Eigenes"]
        assert listed[str(beside(heads / "0.jpg"))] == tags
        assert listed[str(beside(heads / "1.jpg"))] == [HEAD]
        assert Saved.of(heads / "0.jpg").hierarchical == {"Bildart|Art|Kopfporträt"}
        for count in (1, None):
            session.run('panel.status.label = ""')
            session.press(ONLY_HEADSHOTS)
            session.settled()
            assert count is None or session.run("return #dt.collection") == count
        select(session, "0.jpg")
        session.press(TAKE_BACK)
        assert session.settled()["status"] == "1 photo as before"
        assert session.home.listed()[str(beside(heads / "0.jpg"))] == ["Bildart|Eigenes"]
        assert Saved.of(beside(heads / "0.jpg")).hierarchical == {"Bildart|Eigenes"}
    finally:
        session.run('dt.preferences.write("phototag", "vocabulary", "string", "")')


def test_darktable_without_a_window_does_not_wait_for_the_plugin(
    heads: Path, tmp_path: Path
) -> None:
    with lighttable.home(tmp_path) as home:
        assert home.phototag("integrate", "darktable").returncode == 0
        run = subprocess.run(
            ["darktable-cli", heads / "0.jpg", tmp_path / "out.jpg", "--width", "64", "--core", "--disable-opencl", "-d", "lua"],
            env=home.environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (tmp_path / "out.jpg").exists(), run.stdout + run.stderr
        assert "phototag" not in run.stdout + run.stderr
