"""Large pictures: several workers share the memory for them, and one is always decoded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from phototag import Analyzer, Limits, errors
from phototag.files.content import Content
from phototag.vision import allotment
from phototag.worker import pool
from phototag.worker.messages import Postponed
from phototag.worker.pool import Pool
from phototag.worker.process import SealedProcess
from phototag.worker.requests import Detect, GivenFile
from phototag.worker.room import Room


def request(path: Path, megabytes: float | None) -> Detect:
    files = (GivenFile(path.name, Content(path.read_bytes())),)
    return Detect(files=files, max_pixels=10**8, megabytes=megabytes)


@pytest.fixture
def worker() -> Iterator[SealedProcess]:
    process = SealedProcess()
    yield process
    process.close()


def test_a_picture_that_needs_more_than_is_allotted_is_postponed(
    worker: SealedProcess, astronaut: Image.Image, tmp_path: Path
) -> None:
    astronaut.save(png := tmp_path / "a.png")
    astronaut.resize((4096, 4096)).save(jpeg := tmp_path / "a.jpg")
    astronaut.resize((4096, 4096)).save(slow := tmp_path / "p.jpg", progressive=True)
    for path, needed in ((png, 3), (jpeg, 12), (slow, 60)):  # MB
        with pytest.raises(Postponed) as caught:
            worker.submit(request(path, needed - 1))
        assert caught.value.megabytes == pytest.approx(needed, rel=0.1)
        assert worker.submit(request(path, needed + 1)).faces
        assert worker.submit(request(path, None)).faces


def test_one_large_picture_at_a_time_and_more_where_there_is_memory() -> None:
    room, most, inside = Room(1000), 0, []

    def decode(megabytes: float) -> None:
        nonlocal most
        with room.taken(megabytes):
            inside.append(megabytes)
            most = max(most, len(inside))
            assert len(inside) == 1 or sum(inside) <= 1000
            time.sleep(0.02)
            inside.remove(megabytes)

    threads = [threading.Thread(target=decode, args=(n,)) for n in (5000, 400, 400, 400, 900) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 2
    assert not inside


def test_a_pool_gives_every_picture_its_turn(
    astronaut: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for number in range(6):
        astronaut.save(name := tmp_path / f"{number}.png")
        names.append(name)
    monkeypatch.setattr(pool, "LARGE", 1.0)
    monkeypatch.setattr(pool, "IN_MEMORY", 0)
    turns: list[float] = []

    class Watched(Room):
        def _fits(self, megabytes: float) -> bool:
            turns.append(megabytes)
            assert len(self._taken) < 2
            return super()._fits(megabytes)

    monkeypatch.setattr(pool, "Room", Watched)
    monkeypatch.setattr(pool, "room_beside", lambda _: 0.0)
    with Analyzer(2) as analyzer:
        outcomes = list(analyzer.analyze_many(names))
    assert [outcome.error for outcome in outcomes] == [None] * 6
    assert len(turns) >= 6
    assert max(turns) == pytest.approx(3, rel=0.1)


def test_files_are_large_by_their_size(
    astronaut: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    astronaut.save(png := tmp_path / "a.png")
    monkeypatch.setattr(pool, "LARGE", 0.1)
    taken: list[float] = []

    def fits(_: Room, megabytes: float) -> bool:
        taken.append(megabytes)
        return True

    monkeypatch.setattr(Room, "_fits", fits)
    with Pool(2) as two, Pool(1) as one:
        assert two.submit(request(png, None)).faces
        assert one.submit(request(png, None)).faces
    assert taken == [pytest.approx(5 * png.stat().st_size / 2**20)]


def test_a_worker_that_postpones_what_it_may_do_is_broken(
    astronaut: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phototag.worker.messages import Reply

    astronaut.save(png := tmp_path / "a.png")
    reply = Reply({"postponed": 5.0}, [])
    monkeypatch.setattr(SealedProcess, "_exchange", lambda *_: reply)
    with Pool(2, Limits()) as workers, pytest.raises(errors.InternalError, match="does not fit"):
        workers.submit(request(png, None))


def test_without_an_allotment_any_picture_is_decoded() -> None:
    with Image.new("RGB", (1000, 1000)) as image:
        allotment.require(image, image.size)
        with allotment.allotted(11), pytest.raises(allotment.NeedsMemory):
            allotment.require(image, image.size)
        with allotment.allotted(11), allotment.allotted(None):
            allotment.require(image, image.size)
