"""Starts a sealed process: with which Python, in which environment."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag import errors

if TYPE_CHECKING:
    from phototag.options import Limits

PYTHON: Final = "PHOTOTAG_PYTHON"  # the variable with the path of the Python to use
SEALED: Final = "PHOTOTAG_SEALED"  # set in the environment of a sealed process and of its children
DEAD_PROXY = "http://127.0.0.1:9"  # port 9 of this machine: no server listens there

REMEDY: Final = f"set {PYTHON} to a Python interpreter with this version of phototag"
# Errors of the system for a file that is not a program, or that the user may not start.
_NO_PROGRAM: Final = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ENOTDIR, errno.EISDIR,
    errno.ELOOP, errno.ENAMETOOLONG,
}  # fmt: skip

# -P: modules must not be imported from the user's working folder. The folder of the package is appended last,
# for callers that add it to sys.path themselves; there it shadows nothing.
_COMMAND = (
    "import sys; sys.path.append(sys.argv[1]); from phototag.worker.child import main; "
    "main(int(sys.argv[2]))"
)


def started(limits: Limits) -> subprocess.Popen[bytes]:
    """Start a sealed process; it has not yet sent its version.

    It has its own session and process group: signals that a terminal or a shutdown sends to the caller's
    group do not reach it, and the processes that it starts can be ended with it.

    Args:
        limits: its limits.

    Raises:
        WorkerNotStarted: there is no Python to run it, or the system refuses to start one.
    """
    python = interpreter()
    package = str(Path(__file__).resolve().parents[2])
    try:
        return subprocess.Popen(
            [python, "-P", "-c", _COMMAND, package, str(limits.memory)],
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # ignored on Windows, which has no sessions
        )
    except OSError as error:
        problem = f"the sealed process cannot be started ({error.strerror or error})"
        remedy = REMEDY if error.errno in _NO_PROGRAM else ""
        raise errors.WorkerNotStarted(python, problem, remedy) from error


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
    """The caller's environment, with all https requests sent to a port without a server.

    Mediapipe sends usage statistics with its own libcurl and has no option to turn that off.
    """
    environment = dict(os.environ)
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        environment.pop(name, None)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment[name] = DEAD_PROXY
    environment[SEALED] = "1"
    return environment
