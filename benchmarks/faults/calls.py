"""Let every system call of a write fail once, and look at what is left.

A child that has loaded everything stops, strace takes hold of it and lets the N-th call of a name fail, the
child goes on.  What it says and what then lies in the folder must fit together.
"""

from __future__ import annotations

import collections
import errno
import itertools
import json
import mmap
import os
import re
import signal
import subprocess
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks.faults import seeds, unsealed
from phototag.errors import PhototagError
from phototag.options import WriteOptions

ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EXDEV", "EINTR")
#: Calls that reach for files; those for memory, signals and threads are left alone.
CALLS = (
    "access,chmod,chown,close,copy_file_range,creat,faccessat,faccessat2,fallocate,fchmod,fchmodat,"
    "fchmodat2,fchown,fchownat,fdatasync,fgetxattr,flistxattr,fsetxattr,fstat,fsync,ftruncate,"
    "getdents64,getxattr,ioctl,lgetxattr,link,linkat,listxattr,llistxattr,lseek,lsetxattr,lstat,"
    "newfstatat,open,openat,pread64,pwrite64,read,readlink,readlinkat,rename,renameat,renameat2,"
    "sendfile,setxattr,stat,statx,symlink,sync,truncate,unlink,unlinkat,utimensat,write,writev"
)
# Nothing was written of what could not be read.
REFUSED = {
    "WriteRefused",
    "ChangedMeanwhile",
    "MetadataDamaged",
    "NotMade",
    "PhotoNotFound",
    "PhotoNotReadable",
}
TRACED = ",".join(f"?{name}" for name in CALLS.split(","))  # not every machine has all of them
ROOM = 1 << 16  # bytes for what the child has to say
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")

Work = Callable[[Path], object]


@attrs.frozen
class Case:
    """A change of a photo whose calls are to fail."""

    name: str
    suffix: str
    work: Work
    before: Work | None = None


CASES = (
    Case("tag a JPEG", "jpg", lambda path: unsealed.write(path, seeds.order("headshot"))),
    Case(
        "tag a JPEG and its sidecar", "jpg", lambda path: unsealed.write(path, seeds.order("portrait")),
        lambda path: unsealed.write(path, seeds.order("headshot"), WriteOptions(sidecar="always")),
    ),
    Case("make a sidecar", "gif", lambda path: unsealed.write(path, seeds.order("headshot"))),
    Case(
        "remove from a PNG", "png", unsealed.remove,
        lambda path: unsealed.write(path, seeds.order("headshot")),
    ),
    Case(
        "remove a sidecar", "gif", unsealed.remove,
        lambda path: unsealed.write(path, seeds.order("headshot")),
    ),
)  # fmt: skip


@attrs.define
class Tally:
    """What came of it.

    Attributes:
        calls: of a change, when nothing fails.
        failed: experiments in which a call failed.
        done: of them, those in which the change was made all the same, and said so.
        refused: those that left the old content and said so.
        uncertain: those that put the new content in place and said that the disk did not confirm it.
        in_part: those that changed one file of two and said which one is as it was.
        temporary: those after which a temporary file was left, for the next run to delete.
        wrong: sentences on all others.
    """

    calls: int = 0
    failed: int = 0
    done: int = 0
    refused: int = 0
    uncertain: int = 0
    in_part: int = 0
    temporary: int = 0
    wrong: list[str] = attrs.Factory(list)


def measure(folder: Path, case: Case, most: int | None = None) -> Tally:
    """Every call of a change fails once with every error.

    Args:
        folder: an empty one.
        case: the change.
        most: of the errors, only so many for each call, in turn; all if None.
    """
    turn = itertools.cycle(ERRORS)
    path = folder / f"photo.{case.suffix}"
    path.write_bytes(seeds.photo(case.suffix))
    if case.before:
        case.before(path)
    old = _content(folder)
    said, log = _run(path, case.work, [])
    assert said["type"] == "", said
    new = _content(folder)
    counts = collections.Counter(_names(log))
    tally = Tally(calls=counts.total())
    for name, count in sorted(counts.items()):
        for number in range(1, count + 1):
            for error in itertools.islice(turn, most or len(ERRORS)):
                _restore(folder, old)
                injected = f"inject={name}:error={error}:when={number}"
                said, log = _run(path, case.work, ["-e", injected])
                if "(INJECTED)" not in log:
                    continue
                tally.failed += 1
                where = f"{case.name}: {name} {number} {error}"
                _judge(tally, where, path, said, (old, new, _content(folder)))
    return tally


def _judge(
    tally: Tally,
    where: str,
    path: Path,
    said: dict[str, str],
    contents: tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]],
) -> None:
    old, new, now = contents
    left = {name: data for name, data in now.items() if name.startswith(".phototag-")}
    tally.temporary += bool(left)
    now = {name: data for name, data in now.items() if name not in left}
    kind = said["type"]
    if kind == "" and now == new:
        tally.done += 1
    elif kind == "WriteUncertain" and now == new:
        tally.uncertain += 1
    elif kind == "WriteInPart" and now == {
        **new,
        Path(said["photo"]).name: old[Path(said["photo"]).name],
    }:
        tally.in_part += 1
    elif kind in REFUSED and now == old and said["photo"].startswith(str(path)):
        tally.refused += 1
    else:
        state = "old" if now == old else "new" if now == new else "another"
        tally.wrong.append(f"{where}: {said['text'] or 'done'}, but the content is the {state}")


def _content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def _restore(folder: Path, content: dict[str, bytes]) -> None:
    for each in folder.iterdir():
        each.unlink()
    for name, data in content.items():
        (folder / name).write_bytes(data)


def _names(log: str) -> Iterator[str]:
    return (found[1] for line in log.splitlines() if (found := _CALL.match(line)))


def _run(path: Path, work: Work, options: Sequence[str]) -> tuple[dict[str, str], str]:
    """What a child says that does the work under strace, and strace's log."""
    said = mmap.mmap(-1, ROOM)  # shared: speaking takes no system call
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        text = json.dumps(_attempt(path, work)).encode()[: ROOM - 1]
        said[: len(text)] = text
        # Not os._exit: coverage would first write its data, and those calls are not the writer's.
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, os.WUNTRACED)
    trace = ["strace", "-p", str(child), "-e", f"trace={TRACED}", "-e", "signal=none", *options]
    with subprocess.Popen(trace, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        os.kill(child, signal.SIGCONT)
        if "attached" not in attached:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise PermissionError(errno.EPERM, attached)
        log = tracer.stderr.read()
    os.waitpid(child, 0)
    text = bytes(said).rstrip(b"\0")
    found: dict[str, str] = json.loads(text) if text else {"type": "dead", "text": "", "photo": ""}
    return found, log


def _attempt(path: Path, work: Work) -> dict[str, str]:
    try:
        work(path)
    except PhototagError as error:
        return {"type": type(error).__name__, "text": str(error), "photo": error.args[0]}
    except BaseException as error:  # noqa: BLE001 - all of them are what is looked for
        last = traceback.format_exc(limit=-2)
        return {"type": f"raw {type(error).__name__}", "text": last, "photo": ""}
    return {"type": "", "text": "", "photo": ""}


def every(work: Path, say: Callable[[str], None], most: int | None = None) -> dict[str, Any]:
    """All cases, as JSON values; arguments as for ``measure``."""
    found = {}
    for case in CASES:
        folder = work / case.name.replace(" ", "-")
        folder.mkdir()
        found[case.name] = attrs.asdict(measure(folder, case, most))
        say(f"{case.name}: {found[case.name]}")
    return found
