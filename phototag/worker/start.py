"""Starts a sealed process: with which Python, in which environment."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag import errors
from phototag.files.content import SENDS_HANDLES
from phototag.worker.framing import PipeChannel, SocketChannel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phototag.options import Limits
    from phototag.worker.framing import Channel

PYTHON: Final = "PHOTOTAG_PYTHON"  # the variable with the path of the Python to use
SEALED: Final = "PHOTOTAG_SEALED"  # set in the environment of a sealed process and of its children
DEAD_PROXY = "http://127.0.0.1:9"  # port 9 of this machine: no server listens there

REMEDY: Final = f"set {PYTHON} to a Python interpreter with this version of phototag"
# Errors of the system for a file that is not a program, or that the user may not start.
_NO_PROGRAM: Final = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ENOTDIR, errno.EISDIR,
    errno.ELOOP, errno.ENAMETOOLONG,
}  # fmt: skip

# What is passed on: where Python and shared libraries are (HOME: packages of the user), language and time zone,
# temporary files, how Python and libraries run; what Windows needs to start any program; what measures the tests.
_PASSED: Final = {
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "VIRTUAL_ENV",
    "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "HOME", "USERPROFILE", "APPDATA",
    "PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONUTF8", "PYTHONIOENCODING",
    "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONHASHSEED",
    "PYTHONOPTIMIZE", "PYTHONFAULTHANDLER", "PYTHONMALLOC", "PYTHONTRACEMALLOC",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROCESSOR_ARCHITECTURE",
    "NUMBER_OF_PROCESSORS", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG",
}  # fmt: skip
_PASSED_STARTS: Final = ("LC_", "PHOTOTAG_")
_PYTHON_PATH: Final = "PYTHONPATH"

# -P: modules must not be imported from the user's working folder. The folder of the package is appended last,
# for callers that add it to sys.path themselves; there it shadows nothing.
_COMMAND = (
    "import sys; sys.path.append(sys.argv[1]); from phototag.worker.sealed.child import main; "
    "main(int(sys.argv[2]))"
)
_BECOME: Final = (
    "import sys; sys.path.append(sys.argv[1]); from phototag.worker.sealed.lock import become; "
    "become(sys.argv[2:])"
)
_PACKAGE: Final = str(Path(__file__).resolve().parents[2])


def started(limits: Limits) -> tuple[subprocess.Popen[bytes], Channel]:
    """Start a sealed process, and connect to it; it has not yet sent its version.

    It has its own session and process group: signals that a terminal or a shutdown sends to the caller's
    group do not reach it, and the processes that it starts can be ended with it.

    Args:
        limits: its limits.

    Raises:
        WorkerNotStarted: there is no Python to run it, or the system refuses to start one.
    """
    python = interpreter()
    command = [python, "-P", "-c", _COMMAND, _PACKAGE, str(limits.memory)]
    try:
        if SENDS_HANDLES:
            return _with_a_socket(command)
        process = _started(command, subprocess.PIPE, subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        return process, PipeChannel(process.stdout, process.stdin)
    except OSError as error:
        problem = f"the sealed process cannot be started ({error.strerror or error})"
        remedy = REMEDY if error.errno in _NO_PROGRAM else ""
        raise errors.WorkerNotStarted(python, problem, remedy) from error


def _with_a_socket(command: Sequence[str]) -> tuple[subprocess.Popen[bytes], Channel]:
    """Its stdin is one end of a socket, and its stdout is not used."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with theirs:
            process = _started(command, theirs.fileno(), subprocess.DEVNULL)
    except BaseException:
        ours.close()
        raise
    return process, SocketChannel(ours)


def _started(command: Sequence[str], source: int, target: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=child_environment(),
        cwd=os.path.abspath(os.sep),  # the caller's folder is none of its business
        stdin=source,
        stdout=target,
        stderr=subprocess.PIPE,
        start_new_session=True,  # ignored on Windows, which has no sessions
    )


def sealed_command(command: Sequence[str]) -> list[str]:
    """The command that starts another program in such a seal, with standard streams alone.

    Raises:
        WorkerNotStarted: there is no Python that could close the seal.
    """
    if os.name == "nt":  # where no process becomes another, and there is no seal
        return list(command)
    return [interpreter(), "-P", "-c", _BECOME, _PACKAGE, *command]


def interpreter() -> str:
    """The Python for sealed processes: the one named by ``PHOTOTAG_PYTHON``, else the caller's own.

    A frozen application is not a Python; started as one, it would start itself again without end. So would a
    program that embeds Python and gives its own path as that of Python.

    Raises:
        WorkerNotStarted: there is none.
    """
    if os.environ.get(SEALED):
        problem = "this program was started as a sealed process, but is not one"
        raise errors.WorkerNotStarted(PYTHON, problem, REMEDY)
    if named := os.environ.get(PYTHON):
        return named
    if getattr(sys, "frozen", False):
        problem = "a frozen application contains no Python interpreter for the sealed process"
        raise errors.WorkerNotStarted(PYTHON, problem, REMEDY)
    if not sys.executable:
        problem = (
            "the path of this program's Python interpreter is not known (sys.executable is empty)"
        )
        raise errors.WorkerNotStarted(PYTHON, problem, REMEDY)
    return sys.executable


def child_environment() -> dict[str, str]:
    """What Python and the libraries need of the caller's environment; the rest may hold secrets.

    All https requests go to a port without a server: mediapipe sends usage statistics with its own libcurl and has
    no option to turn that off. Where the seal holds, they do not even get that far.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _PASSED or name.startswith(_PASSED_STARTS)
    }
    if path := os.environ.get(_PYTHON_PATH):  # the child starts in another folder
        environment[_PYTHON_PATH] = os.pathsep.join(map(os.path.abspath, path.split(os.pathsep)))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment[name] = DEAD_PROXY
    environment[SEALED] = "1"
    return environment
