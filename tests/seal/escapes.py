"""What code that a hostile picture runs in the sealed process would try.  Each returns if it succeeds, else raises."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from phototag.worker.requests import Request
from phototag.worker.sealed.handlers import HANDLERS

Escape = Callable[["Try"], object]

# Numbers of system calls on x86-64 and on 64-bit ARM.
_CALLS: Final = {
    "io_uring_setup": (425, 425), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "pidfd_open": (434, 434), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "shmget": (29, 194),
    "mount": (165, 40), "unshare": (272, 97), "execveat": (322, 281), "open_by_handle_at": (304, 265),
    "setpriority": (141, 140), "inotify_init1": (294, 26), "semtimedop": (220, 192),
    "ioctl": (16, 29), "setrlimit": (160, 164), "modify_ldt": (154, 154),
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Try(Request[str]):
    """Try to get out; the answer is empty if it was possible, else it says what the system replied."""

    kind: str
    folder: str
    port: int
    parent: int


def tried(request: Try) -> str:
    try:
        ESCAPES[request.kind](request)
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _called(name: str, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number = _CALLS[name][os.uname().machine == "aarch64"]
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *given)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def _write(path: str) -> None:
    Path(path).write_text("out", encoding="ascii")


def _fork(_: Try) -> None:
    forked = os.fork()
    if forked == 0:
        os._exit(0)
    os.waitpid(forked, 0)


def _spawn(request: Try) -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def _unix(request: Try, name: str) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(name)


def _udp(request: Try) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"out", ("127.0.0.1", request.port))


def _dns(_: Try) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:  # how a resolver asks
        one.connect(("127.0.0.1", 53))


def _reopened(request: Try) -> None:
    """The photo's descriptor, which was given for reading, opened again for writing."""
    handle = request.photo.content.handle
    os.close(os.open(f"/proc/self/fd/{handle}", os.O_RDWR))


def _through_the_descriptor(request: Try, change: Callable[[int], object]) -> None:
    assert request.photo.content.handle is not None
    change(request.photo.content.handle)


def _become(_: Try) -> None:
    """A program that is not there: whoever is told so was allowed to ask."""
    with contextlib.suppress(FileNotFoundError):
        _called("execveat", -100, b"/none", None, None, 0)


def _trace(_: Try) -> None:
    """A process that is not there: the caller would stop for ever."""
    with contextlib.suppress(ProcessLookupError):
        _called("ptrace", 0x4206, 1 << 29, 0, 0)  # PTRACE_SEIZE


def _signal_by_descriptor(request: Try) -> None:
    """Who owns a descriptor gets a signal when something can be read from it, by whatever name."""
    source, target = os.pipe()
    try:
        fcntl.fcntl(source, fcntl.F_SETOWN, request.parent)
    finally:
        os.close(source)
        os.close(target)


def _emptied(_: Try) -> None:
    """Older kernels let everybody do so who may read the file; this one is of the tests."""
    os.close(os.open(__file__, os.O_RDONLY))
    os.close(os.open(f"{os.path.dirname(__file__)}/empty.py", os.O_RDONLY | os.O_TRUNC))


def _flagged(request: Try) -> None:
    """The flags of the photo's file, which a descriptor for reading is enough to set."""
    flags = ctypes.create_string_buffer(8)
    assert request.photo.content.handle is not None
    _called("ioctl", request.photo.content.handle, 0x80086601, flags)  # FS_IOC_GETFLAGS
    _called("ioctl", request.photo.content.handle, 0x40086602, flags)


def _semaphore(_: Try) -> None:
    """One that is not there: whoever is told so was allowed to ask."""
    try:
        _called("semtimedop", 1 << 20, ctypes.create_string_buffer(8), 1, None)
    except OSError as error:
        if error.errno == errno.EPERM:
            raise


def _shared(_: Try) -> None:
    with mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as page:
        page[:] = bytes(4096)
    _called("shmget", 0, 4096, 0o1600)


def _secret(_: Try) -> None:
    if "ANYBODYS_SECRET" not in os.environ:
        raise PermissionError("it is not in the environment")


def _parents_secret(request: Try) -> None:
    Path(f"/proc/{request.parent}/environ").read_bytes()


ESCAPES: Final[dict[str, Escape]] = {
    # connections
    "tcp": lambda r: socket.create_connection(("127.0.0.1", r.port), 5).close(),
    "udp": _udp,
    "dns": _dns,
    "unix socket": lambda r: _unix(r, f"{r.folder}/socket"),
    "abstract socket": lambda r: _unix(r, f"\0phototag-test-{r.port}"),
    "socket pair": lambda _: socket.socketpair()[0].close(),
    "io_uring": lambda _: _called("io_uring_setup", 1, ctypes.create_string_buffer(256)),
    # reading
    "read the users": lambda _: Path("/etc/passwd").read_bytes(),
    "read the neighbour": lambda r: Path(r.folder, "secret.txt").read_bytes(),
    "list the folder": lambda r: os.listdir(r.folder),
    "list the home": lambda _: os.listdir(os.path.expanduser("~")),
    "read the photo by its name": lambda r: Path(r.folder, "a.jpg").read_bytes(),
    # writing
    "write beside": lambda r: _write(f"{r.folder}/new.txt"),
    "write a temporary file": lambda _: _write("/tmp/phototag-seal-test"),
    "write into the package": lambda _: Path(__file__).open("a", encoding="utf-8").close(),
    "overwrite the photo": lambda r: _write(f"{r.folder}/a.jpg"),
    "make a folder": lambda r: os.mkdir(f"{r.folder}/new"),
    "delete": lambda r: os.unlink(f"{r.folder}/victim.txt"),
    "rename": lambda r: os.rename(f"{r.folder}/secret.txt", f"{r.folder}/other.txt"),
    "link": lambda r: os.symlink("/etc/passwd", f"{r.folder}/link"),
    "empty a file that may be read": _emptied,
    "hold a lease": lambda r: _through_the_descriptor(
        r, lambda handle: fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    ),
    "change flags by the descriptor": _flagged,
    "truncate": lambda r: os.truncate(f"{r.folder}/secret.txt", 0),
    "change rights": lambda r: os.chmod(f"{r.folder}/secret.txt", 0o777),
    "change times": lambda r: os.utime(f"{r.folder}/secret.txt", (0, 0)),
    "change an attribute": lambda r: os.setxattr(f"{r.folder}/secret.txt", "user.out", b"1"),
    "open the descriptor for writing": _reopened,
    "change rights by the descriptor": lambda r: _through_the_descriptor(
        r, lambda handle: os.fchmod(handle, 0o777)
    ),
    "change times by the descriptor": lambda r: _through_the_descriptor(
        r, lambda handle: os.utime(handle, (0, 0))
    ),
    # programs
    "start a program": lambda _: subprocess.run(["/bin/true"], check=True, timeout=60),
    "spawn a program": _spawn,
    "fork": _fork,
    "become a program": _become,
    # other processes
    "trace a process": _trace,
    "read the caller's memory": lambda r: _called("process_vm_readv", r.parent, 0, 0, 0, 0, 0),
    "hold the caller": lambda r: os.close(_called("pidfd_open", r.parent, 0)),
    "signal by a descriptor": _signal_by_descriptor,
    "signal the caller": lambda r: os.kill(r.parent, signal.SIGURG),
    "read the caller's environment": _parents_secret,
    "slow the caller": lambda r: _called("setpriority", 0, r.parent, 1),
    "know a secret": _secret,
    # the kernel
    "share memory": _shared,
    "raise a semaphore": _semaphore,
    "use more memory": lambda _: _called(
        "setrlimit", resource.RLIMIT_DATA, struct.pack("QQ", 1 << 40, 1 << 40)
    ),
    "keyrings": lambda _: _called("add_key", b"user", b"phototag", b"x", 1, -3),
    "own namespaces": lambda _: _called("unshare", 0x04000000),  # CLONE_NEWUTS
    "watch files": lambda _: os.close(_called("inotify_init1", 0)),
}
TESTED: Final = HANDLERS | Try.handled_by(tried)
