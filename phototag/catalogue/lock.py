"""Allows one run at a time on a tree, its subfolders and the folders above it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from phototag import errors
from phototag.catalogue.database import default_folder
from phototag.catalogue.state_problems import is_full
from phototag.files import private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PATIENCE = 0.5  # s; another run holds a lock for less time when it only checks it


@contextlib.contextmanager
def locked(
    roots: Iterable[str], *, wait: bool = False, stop: threading.Event | None = None
) -> Iterator[None]:
    """Keep other runs of this user out of folders.

    The system releases the lock when the process ends, in any way.

    Args:
        roots: real paths of the folders.
        wait: wait until another run has ended, instead of giving up.
        stop: gives up waiting when set.

    Raises:
        CatalogueBusy: another run is working in one of them, or in a folder below or above.
        StateUnusable: the folder of the locks is not writable.
    """
    folder = default_folder() / "locks"
    names, stop = list(dict.fromkeys(roots)), stop or threading.Event()
    try:
        private.make_folder(folder)
        held = _held(folder, names)
        # Random, so that two waiting runs do not try at the same moments.
        while held is None and wait and not stop.wait(random.uniform(0.5, 1.5)):  # noqa: S311
            held = _held(folder, names)
    except OSError as error:
        other = "set XDG_STATE_HOME to a folder that you can write to"
        raise errors.StateUnusable(
            str(folder),
            f"no lock file can be created here ({error})",
            f"free some space, or {other}" if is_full(error) else other,
        ) from error
    if held is None:
        raise errors.CatalogueBusy(
            names[0],
            "another run of phototag is working in this folder, or in one above or below it",
            "" if wait else "wait until it ends, or use --wait",
        )
    with held:
        yield


def refuse_if_busy(
    roots: Iterable[str], *, wait: bool = False, stop: threading.Event | None = None
) -> None:
    """Refuse folders in which another run is working, without keeping runs out and without creating a file.

    Args:
        roots: real paths of the folders.
        wait: wait until the other run has ended.
        stop: gives up waiting when set.

    Raises:
        CatalogueBusy: another run is working in one of them, or in a folder below or above.
    """
    folder, names, stop = default_folder() / "locks", list(roots), stop or threading.Event()
    while busy := _busy(folder, names):
        if not wait or stop.wait(1):
            raise errors.CatalogueBusy(
                busy,
                "a run of phototag is working in this folder, or in one above or below it",
                "" if wait else "wait until it ends, or use --wait",
            )


def _busy(folder: Path, roots: list[str]) -> str | None:
    """One of the folders that a run has locked; None if there is none, or if the system cannot tell."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    for root in roots:
        for name in (_name(root), *_others(folder, [root])):
            with (
                contextlib.suppress(OSError),
                (folder / f"{name}.lock").open("rb") as file,
            ):
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return root
    return None


def _held(folder: Path, roots: list[str]) -> contextlib.ExitStack | None:
    """All locks, or none of them."""
    with contextlib.ExitStack() as held:
        try:
            for root in roots:
                lock = _lock(folder, _name(root))
                lock.acquire(timeout=PATIENCE)
                held.callback(_release, lock)
                of_root = folder / f"{_name(root)}.root"
                private.make_file(of_root)
                of_root.write_bytes(os.fsencode(root))
            for other in _others(folder, roots):
                with _lock(folder, other).acquire(timeout=0):
                    pass
        except Timeout:
            return None
        return held.pop_all()


def _release(lock: FileLock) -> None:
    """Release a lock; an error is no reason to fail after all has been done, since it ends with the process."""
    with contextlib.suppress(OSError):
        lock.release()


def _others(folder: Path, roots: list[str]) -> Iterator[str]:
    """The locks of folders above and below."""
    for file in folder.glob("*.root"):
        other = os.fsdecode(file.read_bytes())
        if other not in roots and any(
            _is_below(root, other) or _is_below(other, root) for root in roots
        ):
            yield file.stem


def _lock(folder: Path, name: str) -> FileLock:
    file = folder / f"{name}.lock"
    return FileLock(file, mode=private.FILE, is_singleton=False, thread_local=False)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _name(root: str) -> str:
    return hashlib.blake2b(os.fsencode(root), digest_size=12).hexdigest()
