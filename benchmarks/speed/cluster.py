"""A cluster and the store that feeds it: from how many actors on more of them bring nothing.

The store is a server on this machine that sends photos at a limited rate (a token bucket that all connections share).
What an actor gets in a cluster of N actors at a store of B bytes a second is B / N, whatever N is: so a few actors on
this machine, at a store as slow as their share, show the rate of each of many.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import socket
import statistics
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import phototag
from benchmarks.photos import labelled

Say = Callable[[str], None]

PHOTOS = 60  # of each actor in each measurement
WARM = 3  # photos before
KINDS = 24  # different photos
# What the store sends, in parts of what the actors take from one without a limit.
SHARES = (4.0, 2.0, 1.0, 0.5, 0.25)
ROUNDS = 3
PIECE = 1 << 16  # bytes that are sent at once
BURST = 0.05  # s of the store's rate that may be sent at once
LIMIT = 600  # s for one measurement
SIZE = struct.Struct(">Q")


class Store:
    """A server that sends files, all of them together at a limited rate.

    Args:
        contents: the files.
        rate: bytes a second; None = as fast as it can.
    """

    def __init__(self, contents: Sequence[bytes], rate: float | None) -> None:
        self._contents, self._rate = contents, rate
        self._lock = threading.Lock()
        self._free = time.monotonic()  # when what was sent so far would have been sent at the rate
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._send, args=(connected,), daemon=True).start()

    def _send(self, connected: socket.socket) -> None:
        with connected:
            while asked := connected.recv(SIZE.size, socket.MSG_WAITALL):
                data = self._contents[SIZE.unpack(asked)[0] % len(self._contents)]
                connected.sendall(SIZE.pack(len(data)))
                for start in range(0, len(data), PIECE):
                    self._wait_for(min(PIECE, len(data) - start))
                    connected.sendall(data[start : start + PIECE])

    def _wait_for(self, size: int) -> None:
        if self._rate is None:
            return
        with self._lock:
            self._free = max(self._free, time.monotonic() - BURST) + size / self._rate
            left = self._free - time.monotonic()
        if left > 0:
            time.sleep(left)


def _read(connected: socket.socket, number: int) -> bytes:
    """One photo from the store."""
    connected.sendall(SIZE.pack(number))
    (size,) = SIZE.unpack(connected.recv(SIZE.size, socket.MSG_WAITALL))
    data = bytearray(size)
    view = memoryview(data)
    while view:
        view = view[connected.recv_into(view) :]
    return bytes(data)


def _ahead(photos: Iterator[bytes]) -> Iterator[bytes]:
    """The same, each read while the one before is worked on."""
    waiting: SimpleQueue[bytes | None] = SimpleQueue()
    room = threading.Semaphore(1)

    def read() -> None:
        for photo in photos:
            waiting.put(photo)
            room.acquire()
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while (photo := waiting.get()) is not None:
        room.release()
        yield photo


def _actor(jobs: Any, times: Any) -> None:
    """What one actor does, again and again: it takes photos from a store and analyses them."""
    with phototag.Analyzer() as analyzer:
        while (job := jobs.get()) is not None:
            port, first, ahead = job
            begun = 0.0
            with socket.create_connection(("127.0.0.1", port)) as store:
                photos = (_read(store, first + number) for number in range(PHOTOS + WARM))
                for number, photo in enumerate(_ahead(photos) if ahead else photos):
                    if number == WARM:
                        begun = time.monotonic()
                    analyzer.analyze(photo)
            times.put(time.monotonic() - begun)


class Actors:
    """Processes that work like the actors of a cluster; use it as a context manager."""

    def __init__(self, count: int, contents: Sequence[bytes]) -> None:
        self._contents = contents
        context = multiprocessing.get_context("spawn")
        self._times = context.SimpleQueue()
        self._jobs = [context.SimpleQueue() for _ in range(count)]
        self._started = [
            context.Process(target=_actor, args=(jobs, self._times)) for jobs in self._jobs
        ]
        for process in self._started:
            process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for jobs in self._jobs:
            jobs.put(None)
        for process in self._started:
            process.join(LIMIT)

    def rate(self, rate: float | None, *, ahead: bool) -> float:
        """Photos a second of one of them, while all take photos from a store with this rate for all together."""
        store = Store(self._contents, rate)
        for number, jobs in enumerate(self._jobs):
            jobs.put((store.port, number * len(self._contents) // len(self._jobs), ahead))
        seconds = [self._times.get() for _ in self._jobs]
        store.close()
        return float(PHOTOS / statistics.mean(seconds))


def measure(photos: Path, say: Say) -> dict[str, Any]:
    """Photos a second of an actor by the rate of the store: each is read when it is its turn, or while one is analysed.

    Args:
        photos: the labelled ones, which are taken in their own size.
        say: told what was found.
    """
    files = [photos / label.file for label in labelled.load(photos) if label.sure]
    contents = [file.read_bytes() for file in files[:: len(files) // KINDS][:KINDS]]
    count, size = os.cpu_count() or 1, statistics.mean(map(len, contents))
    free: list[float] = []
    rates: dict[tuple[float, bool], list[float]] = {}
    with Actors(count, contents) as actors:
        actors.rate(None, ahead=False)
        for _ in range(ROUNDS):
            free.append(actors.rate(None, ahead=False))
            taken = count * statistics.median(free) * size
            for share, ahead in itertools.product(SHARES, (False, True)):
                rate = actors.rate(share * taken, ahead=ahead)
                rates.setdefault((share, ahead), []).append(rate / free[-1])
            say(f"{free}, {rates}")
    return {
        "actors": count, "photos": count * PHOTOS, "rounds": ROUNDS, "MB": round(size / 1e6, 3),
        "photos a second": round(statistics.median(free), 2),
        "rows": [
            {
                "store": share, "in turn": round(statistics.median(rates[share, False]), 2),
                "ahead": round(statistics.median(rates[share, True]), 2),
            }
            for share in SHARES
        ],
    }  # fmt: skip
