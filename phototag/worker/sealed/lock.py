"""Closes this process: it keeps what it needs to run, and gives up everything else."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag.worker.seal import Seal
from phototag.worker.sealed import landlock, seccomp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Where the system keeps shared libraries; the last three are NixOS, Guix and Homebrew.
_LIBRARIES: Final = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew",
)  # fmt: skip
# What libraries ask the system, found by tracing all system calls of the tests.
_SYSTEM: Final = (
    "/proc/self/status", "/proc/self/stat", "/proc/self/maps", "/proc/self/cmdline",  # glibc, nets
    "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory",  # glibc, cpuinfo of XNNPACK
    "/sys/devices/system/cpu",  # the number of processors: onnxruntime, XNNPACK, OpenCV
    "/dev/urandom",
    "/etc/localtime", "/usr/share/zoneinfo",  # time zones, for the times in log lines
)  # fmt: skip
_MOST_OF_ANOTHER_PROGRAM: Final = 1 << 32  # bytes of memory, and of a file
_DEEPEST_NAMESPACE: Final = 3  # folders without a file above a package
_MODULE_SUFFIXES: Final = (".py", ".pyc", ".so")
_LOADERS: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/lib/*")  # of shared libraries


def close() -> Seal:
    """Close this process, as far as the system can; call it before any library has made a thread."""
    if sys.platform != "linux":
        return Seal(why_not=f"{sys.platform} offers nothing that a Python program can use")
    files = calls = False
    why_not = []
    try:
        _refuse_other_threads()
        seccomp.no_new_privileges()
        rules = [
            (path, landlock.READ) for path in dict.fromkeys(readable())
        ]  # many links, one folder
        rules.append((os.devnull, landlock.READ_AND_WRITE))
        landlock.restrict([*rules, *_coverage()])
        files = True
    except OSError as error:
        why_not.append(f"files: {error}")
    try:
        seccomp.restrict()
        calls = True
    except OSError as error:
        why_not.append(f"calls: {error}")
    return Seal(files=files, calls=calls, why_not="; ".join(why_not))


def _refuse_other_threads() -> None:
    """The seal binds the calling thread and its children; a debugger or tracer may have been there first."""
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise OSError(f"{threads - 1} threads are older than the seal")


def become(command: Sequence[str]) -> None:
    """Become another program, which reads and writes its standard streams and can do nothing else.

    Args:
        command: path of the program, and its arguments.
    """
    program = os.path.realpath(command[0])
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError):
            import resource  # noqa: PLC0415 - not on Windows

            resource.setrlimit(
                resource.RLIMIT_DATA, (_MOST_OF_ANOTHER_PROGRAM, _MOST_OF_ANOTHER_PROGRAM)
            )
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (_MOST_OF_ANOTHER_PROGRAM, _MOST_OF_ANOTHER_PROGRAM)
            )
        with contextlib.suppress(OSError):
            seccomp.no_new_privileges()
            own = os.path.join(os.path.dirname(os.path.dirname(program)), "lib")
            rules = [(path, landlock.READ) for path in (*_LIBRARIES, own)]
            loaders = (path for folder in _LOADERS for path in glob.glob(f"{folder}/ld-*.so*"))
            rules += [(os.path.realpath(path), landlock.START) for path in (program, *loaders)]
            landlock.restrict(rules)
        with contextlib.suppress(OSError):
            seccomp.restrict(starting=True)
    os.execv(program, list(command))  # noqa: S606 - no shell


def readable() -> Iterator[str]:
    """What this process may go on reading: Python, its packages, the system's libraries."""
    yield from (*_LIBRARIES, *_SYSTEM)
    paths = sysconfig.get_paths()
    yield from (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        yield from (f"{prefix}/lib", f"{prefix}/lib64", f"{prefix}/pyvenv.cfg")
    yield str(Path(__file__).resolve().parents[2])  # phototag itself
    for entry in sys.path:
        yield from _modules(entry)
    for entry in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        if os.path.isabs(entry):
            yield entry


def _coverage() -> Iterator[tuple[str, int]]:
    """The folder in which coverage keeps what it measures, in phototag's own tests; no user's process has loaded it."""
    loaded = sys.modules.get("coverage")
    current = loaded and loaded.Coverage.current()
    if current:
        yield os.path.dirname(os.path.abspath(current.config.data_file)), landlock.KEEP_FILES


def _modules(entry: str) -> Iterator[str]:
    """What may be imported from an entry of ``sys.path``.

    A folder of the user's may hold more than modules: there, only they are readable.
    """
    try:
        found = list(os.scandir(entry))
    except OSError:  # no folder: an archive of modules
        yield entry
        return
    if os.path.basename(entry) in {"site-packages", "dist-packages"} or any(
        one.name.endswith(".dist-info") for one in found
    ):  # the latter of pip install --target
        yield entry
        yield from _elsewhere(found)
        return
    for one in found:
        if one.name.endswith(_MODULE_SUFFIXES) or os.path.isfile(
            os.path.join(one.path, "__init__.py")
        ):
            yield one.path


def _elsewhere(entries: Iterable[os.DirEntry[str]], depth: int = 0) -> Iterator[str]:
    """Where installed packages lie that are links: whole ones (Nix), or each file (uv's ``--link-mode symlink``).

    Where the files of a package lead to a folder of its name, that folder is readable; any other link
    opens what it leads to alone: one to a module in someone's home does not open the home.
    """
    for entry in entries:
        if entry.is_symlink():
            yield os.path.realpath(entry.path)
        elif entry.is_dir() and depth < _DEEPEST_NAMESPACE:
            try:
                inside = list(os.scandir(entry.path))
            except OSError:  # not for this user: then nothing is imported from it
                continue
            for target in (os.path.realpath(one.path) for one in inside if one.is_symlink()):
                folder = os.path.dirname(target)
                yield folder if os.path.basename(folder) == entry.name else target
            if all(one.is_dir() for one in inside):  # a namespace of packages, such as google
                yield from _elsewhere(inside, depth + 1)
