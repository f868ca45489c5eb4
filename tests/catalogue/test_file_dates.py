"""The dates of files in the life of a catalogue: tag, watch, remove, undo; later runs still notice what changes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

import phototag
from phototag.metadata.containers import open_container
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Text
from phototag.options import TimeMode
from phototag.outcome import VerdictSource

SECOND = 10**9  # ns
YEAR_2001 = 10**18  # ns
PHOTOS = ("cat.jpg", "2023/portrait.jpg", "2023/May/headshot.JPG")

pytestmark = pytest.mark.usefixtures("unsealed")


@pytest.fixture
def scans(tree: Path) -> Path:
    """Photos without a date inside, whose files are from 2001."""
    (tree / "broken.jpg").unlink()
    for name in PHOTOS:
        os.utime(tree / name, ns=(YEAR_2001, YEAR_2001))
    return tree


def seconds(scans: Path) -> set[int]:
    """How far the times have moved; 0 seconds are told from the present."""
    return {((scans / name).stat().st_mtime_ns - YEAR_2001) // SECOND for name in PHOTOS}


def rated(path: Path) -> None:
    """A rating by another program, which sets the time back."""
    before = path.stat()
    container = open_container(path.read_bytes(), path.name)
    packet = Packet(container.xmp)
    packet.put(Name.of("xmp:Rating"), Text("5"))
    path.write_bytes(container.replaced(packet.to_bytes(), container.iptc))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_runs_move_it_by_seconds_and_notice_what_others_change(scans: Path, state: Path) -> None:
    first = list(phototag.tag_catalogue(scans, state=state))
    assert all(outcome.change and outcome.change.changed for outcome in first)
    assert seconds(scans) == {1}
    again = list(phototag.tag_catalogue(scans, state=state))
    assert {outcome.verdict_from for outcome in again} == {VerdictSource.UNCHANGED}
    rated(scans / "cat.jpg")
    assert seconds(scans) == {1}
    third = list(phototag.tag_catalogue(scans, state=state))
    noticed = [o.photo for o in third if o.verdict_from is not VerdictSource.UNCHANGED]
    assert noticed == [str(scans / "cat.jpg")]
    list(phototag.tag_catalogue(scans, state=state, keywords="full"))
    assert 2 in seconds(scans)
    assert seconds(scans) <= {1, 2}  # the cat has no more words than before


@pytest.mark.parametrize(("mtime", "moved"), [("auto", {2}), ("keep", {1})])
@pytest.mark.parametrize("how", ["undo", "remove"])
def test_taking_back_moves_it_by_a_second_unless_told_otherwise(
    scans: Path, state: Path, how: str, mtime: TimeMode, moved: set[int]
) -> None:
    list(phototag.tag_catalogue(scans, state=state))
    if how == "undo":
        done = list(phototag.undo(state=state, mtime=mtime))
    else:
        done = list(phototag.remove_catalogue(scans, mtime=mtime))
    assert all(outcome.change and outcome.change.changed for outcome in done)
    assert seconds(scans) == moved


def test_undoing_a_later_run_goes_by_the_options_of_the_undo(scans: Path, state: Path) -> None:
    list(phototag.tag_catalogue(scans, state=state, mtime="keep"))
    assert seconds(scans) == {0}
    list(phototag.tag_catalogue(scans, state=state, keywords="full", mtime="keep"))
    assert seconds(scans) == {0}
    (done, *_) = phototag.undo(state=state, mtime="now")
    assert done.change is not None
    assert done.change.changed
    now = Path(done.photo).stat().st_mtime_ns
    assert abs(time.time_ns() - now) < 3600 * SECOND


def test_a_watch_takes_its_own_write_for_nothing_new(scans: Path, state: Path) -> None:
    stop, seen = threading.Event(), []
    for outcome in phototag.watch_catalogue(scans, state=state, settled=0.2, stop=stop):
        seen.append(outcome.photo)
        if len(seen) == len(PHOTOS):
            assert seconds(scans) == {1}
            threading.Timer(1.5, rated, [scans / "cat.jpg"]).start()
        if len(seen) > len(PHOTOS):
            stop.set()
    assert seen[len(PHOTOS) :] == [str(scans / "cat.jpg")]
    assert seconds(scans) == {1}
