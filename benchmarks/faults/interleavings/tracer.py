"""Stops a piece of work before each of its system calls that concern files (Linux on x86-64).

It uses ptrace itself: strace can let a call fail or stop a process, but nothing else can happen at that moment. The
work runs in a fork of this process, which has loaded everything: an experiment takes milliseconds.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

import attrs

from phototag.errors import PhotoError, PhototagError

#: Calls that look at files, or change their content, names or attributes, and their numbers on x86-64.
LOOKING: Final = {
    0: "read", 1: "write", 2: "open", 4: "stat", 5: "fstat", 6: "lstat", 17: "pread64", 18: "pwrite64",
    19: "readv", 20: "writev", 21: "access", 40: "sendfile", 73: "flock", 74: "fsync", 75: "fdatasync",
    76: "truncate", 77: "ftruncate", 78: "getdents", 82: "rename", 83: "mkdir", 84: "rmdir", 85: "creat",
    86: "link", 87: "unlink", 88: "symlink", 89: "readlink", 90: "chmod", 91: "fchmod", 92: "chown",
    93: "fchown", 94: "lchown", 132: "utime", 188: "setxattr", 189: "lsetxattr", 190: "fsetxattr",
    191: "getxattr", 192: "lgetxattr", 193: "fgetxattr", 194: "listxattr", 195: "llistxattr",
    196: "flistxattr", 197: "removexattr", 198: "lremovexattr", 199: "fremovexattr", 217: "getdents64",
    235: "utimes", 257: "openat", 258: "mkdirat", 260: "fchownat", 261: "futimesat", 262: "newfstatat",
    263: "unlinkat", 264: "renameat", 265: "linkat", 266: "symlinkat", 267: "readlinkat", 268: "fchmodat",
    269: "faccessat", 280: "utimensat", 285: "fallocate", 295: "preadv", 316: "renameat2",
    326: "copy_file_range", 332: "statx", 437: "openat2", 439: "faccessat2", 452: "fchmodat2",
}  # fmt: skip
#: Calls that concern files but neither look at them nor change them, or talk to another process: they can fail.
OTHERS: Final = {
    3: "close", 8: "lseek", 16: "ioctl", 32: "dup", 44: "sendto", 45: "recvfrom", 46: "sendmsg", 47: "recvmsg",
    72: "fcntl", 79: "getcwd", 319: "memfd_create",
}  # fmt: skip

_TRACE_ME: Final = 0
_POKE_USER: Final = 6
_SYSCALL: Final = 24
_SEIZE: Final = 0x4206
_INTERRUPT: Final = 0x4207
_SET_OPTIONS: Final = 0x4200
_SYSCALL_INFO: Final = 0x420E
_ENTRY: Final = 1
_MARK_STOPS: Final = 1  # PTRACE_O_TRACESYSGOOD
_END_WITH_US: Final = 0x100000  # PTRACE_O_EXITKILL
_STOPPED: Final = signal.SIGTRAP | 0x80
_ALL_THREADS: Final = 0x40000000  # __WALL
_RESULT, _NUMBER = 10 * 8, 15 * 8  # rax and orig_rax in struct user
_ROOM: Final = 1 << 16  # bytes for what the work has to say


@attrs.frozen
class Call:
    """A system call that is about to be made.

    Attributes:
        process: whose.
        index: how many of this process' calls that concern files came before it.
        name: of the call.
        first: its first argument, often a descriptor.
        other: the other process that is watched; 0 if there is none.
        helper: whether this is the call of the helper.
    """

    process: int
    index: int
    name: str
    first: int = 0
    other: int = 0
    helper: bool = False

    @property
    def looks(self) -> bool:
        """Whether it looks at files or changes them."""
        return self.name in _LOOKING_NAMES


_LOOKING_NAMES: Final = frozenset(LOOKING.values())

#: What is to become of a call: it is made; it fails with this error; or its process was killed.
Fate: TypeAlias = int | Literal["killed"] | None
Watcher: TypeAlias = Callable[[Call], Fate]


def why_not() -> str:
    """Why nothing can be traced here; empty if it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "only Linux on x86-64 is known to the tracer"
    try:
        run(dict, lambda _: None)
    except OSError as error:
        return f"this system does not allow tracing ({error.strerror})"
    return ""


def run(
    work: Callable[[], object], watcher: Watcher, helper: Callable[[], int] | None = None
) -> dict[str, str]:
    """What a fork of this process says that does the work, and is stopped before each call.

    Args:
        work: what to do; other threads are not watched.
        watcher: called before each system call that concerns files.
        helper: starts another process in the fork, before anything is watched, and returns its number; this
            one is stopped before its calls, too.

    Returns:
        ``type`` of the error (empty: it was done; ``dead``: it said nothing), its ``text``, and the
        ``photo`` it names.
    """
    said = mmap.mmap(-1, _ROOM)  # shared: speaking takes no system call
    child = os.fork()
    if child == 0:
        _traced(work, said, helper)
    os.waitpid(child, os.WUNTRACED)
    try:
        _ptrace(_SET_OPTIONS, child, 0, _MARK_STOPS | _END_WITH_US)
        other = 0
        if helper is not None:
            (other,) = struct.unpack_from("<Q", said)
            said[:8] = bytes(8)
            _seize(other)
        _follow(child, other, watcher)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    text = bytes(said).rstrip(b"\0")
    said.close()
    found: dict[str, str] = json.loads(text) if text else {"type": "dead", "text": "", "photo": ""}
    return found


def attempt(work: Callable[[], object]) -> dict[str, str]:
    """Do the work and say how it ended, as ``run`` does."""
    try:
        work()
    except PhototagError as error:
        photo = error.photo if isinstance(error, PhotoError) else str(error.args[0])
        return {"type": type(error).__name__, "text": str(error), "photo": photo}
    except BaseException as error:  # noqa: BLE001 - all of them are what is looked for
        last = traceback.format_exc(limit=-2)
        return {"type": f"raw {type(error).__name__}", "text": last, "photo": ""}
    return {"type": "", "text": "", "photo": ""}


def _seize(process: int) -> None:
    """Take hold of a process that runs already."""
    _ptrace(_SEIZE, process, 0, _MARK_STOPS | _END_WITH_US)
    _ptrace(_INTERRUPT, process, 0, 0)
    os.waitpid(process, _ALL_THREADS)


def _follow(child: int, helper: int, watcher: Watcher) -> None:
    """Let stopped processes go on until all of them have ended; ``helper`` is 0 if there is none."""
    left = {child, helper} - {0}
    counts = dict.fromkeys(left, 0)
    failing: dict[int, int] = {}
    for process in left:
        _resume(process)
    while left:
        process, status = os.waitpid(-1, _ALL_THREADS)
        if not os.WIFSTOPPED(status):
            left.discard(process)
            continue
        signum = os.WSTOPSIG(status)
        if signum != _STOPPED:
            stopped = status >> 16  # the stop of a group, or one that was asked for
            _resume(process, 0 if stopped or signum == signal.SIGTRAP else signum)
            continue
        entering, number, first = _call(process)
        if not entering:
            if process in failing:
                _ptrace(_POKE_USER, process, _RESULT, -failing.pop(process))
        elif (name := LOOKING.get(number) or OTHERS.get(number)) is not None:
            other = child if process == helper else helper
            fate = watcher(Call(process, counts[process], name, first, other, process == helper))
            counts[process] += 1
            if fate == "killed":
                os.kill(process, signal.SIGKILL)
                continue
            if fate is not None:
                _ptrace(_POKE_USER, process, _NUMBER, -1)
                failing[process] = fate
        _resume(process)


def _traced(work: Callable[[], object], said: mmap.mmap, helper: Callable[[], int] | None) -> None:
    """What the fork does; it ends here."""
    try:
        if helper is not None:
            struct.pack_into("<Q", said, 0, helper())
        _ptrace(_TRACE_ME, 0, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        text = json.dumps(attempt(work)).encode()[: _ROOM - 1]
        said[: len(text)] = text
    finally:
        # Not os._exit: coverage would first write its data, and those calls are not those of the work.
        os.kill(os.getpid(), signal.SIGKILL)


def _call(process: int) -> tuple[bool, int, int]:
    """Whether a process that has stopped is about to make a call, the number of the call, and its first argument."""
    buffer = ctypes.create_string_buffer(88)
    _ptrace(_SYSCALL_INFO, process, len(buffer), ctypes.addressof(buffer))
    kind, number, first = struct.unpack_from("<B23xQQ", buffer.raw)
    return kind == _ENTRY, number, first


def _resume(process: int, signum: int = 0) -> None:
    try:
        _ptrace(_SYSCALL, process, 0, signum)
    except ProcessLookupError:  # it has just been killed; its end is still to be reported
        return


def _ptrace(request: int, process: int, address: int, data: int) -> None:
    if _LIBRARY.ptrace(request, process, address, data) < 0 and (code := ctypes.get_errno()):
        raise OSError(code, os.strerror(code))


def _library() -> Any:
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    library.ptrace.restype = ctypes.c_long
    return library


_LIBRARY: Final[Any] = _library() if sys.platform == "linux" else None
