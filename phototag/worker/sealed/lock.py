"""Closes this process: it keeps what it needs to run, and gives up everything else."""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag.worker.seal import Seal
from phototag.worker.sealed import landlock, seccomp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where the system keeps shared libraries; the last three are NixOS, Guix and Homebrew.
_LIBRARIES: Final = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/opt",
    "/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew",
)  # fmt: skip
# What libraries ask the system, found by tracing all system calls of the tests.
_SYSTEM: Final = (
    "/proc/self",  # threads and memory of this process: glibc, onnxruntime
    "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory",  # glibc, cpuinfo of XNNPACK
    "/sys/devices/system/cpu",  # the number of processors: onnxruntime, XNNPACK, OpenCV
    "/sys/fs/cgroup",  # their limits in a container: OpenCV
    "/dev/urandom",
    "/etc/localtime", "/usr/share/zoneinfo",  # time zones, for the times in log lines
)  # fmt: skip
_MODULE_SUFFIXES: Final = (".py", ".pyc", ".so", ".zip")


def close() -> Seal:
    """Close this process, as far as the system can; call it before any library has made a thread."""
    if sys.platform != "linux":
        return Seal(why_not=f"{sys.platform} offers nothing that a Python program can use")
    files = calls = False
    why_not = []
    try:
        seccomp.no_new_privileges()
        rules = [(path, landlock.READ) for path in readable()]
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


def become(command: Sequence[str]) -> None:
    """Become another program, which reads and writes its standard streams and can do nothing else.

    Args:
        command: path of the program, and its arguments.
    """
    program = os.path.realpath(command[0])
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            seccomp.no_new_privileges()
            landlock.restrict([(path, landlock.START) for path in (program, *_LIBRARIES)])
        with contextlib.suppress(OSError):
            seccomp.restrict(starting=True)
    os.execv(program, list(command))  # noqa: S606 - no shell


def readable() -> Iterator[str]:
    """What this process may go on reading: Python, its packages, the system's libraries."""
    yield from (*_LIBRARIES, *_SYSTEM)
    yield from sysconfig.get_paths().values()
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
    if os.path.basename(entry) in {"site-packages", "dist-packages"} or not os.path.isdir(entry):
        yield entry
        return
    try:
        found = list(os.scandir(entry))
    except OSError:
        return
    for one in found:
        if one.name.endswith(_MODULE_SUFFIXES) or os.path.isfile(
            os.path.join(one.path, "__init__.py")
        ):
            yield one.path
