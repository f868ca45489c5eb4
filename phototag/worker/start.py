"""How a sealed process is started: by which Python, in what environment."""

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

PYTHON: Final = "PHOTOTAG_PYTHON"  # the variable that names the Python to take
SEALED: Final = (
    "PHOTOTAG_SEALED"  # set in the environment of a sealed process, and of what it starts
)
DEAD_PROXY = "http://127.0.0.1:9"  # port 9 of this machine: nothing listens there

REMEDY: Final = f"set {PYTHON} to a Python interpreter with this version of phototag"
# What the system answers of a program that is none, or not ours to start.
_NO_PROGRAM: Final = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ENOTDIR, errno.EISDIR,
    errno.ELOOP, errno.ENAMETOOLONG,
}  # fmt: skip

# -P: the folder the user works in is no place to import modules from.  The package's own folder is
# appended last, for callers who put it on sys.path by hand; it shadows nothing there.
_COMMAND = (
    "import sys; sys.path.append(sys.argv[1]); from phototag.worker.child import main; "
    "main(int(sys.argv[2]))"
)


def started(limits: Limits) -> subprocess.Popen[bytes]:
    """A sealed process, which has yet to say which phototag it is.

    It leads a session and a process group of its own: what a terminal or a shutdown sends to the
    caller's group does not reach it, and what it starts can be ended with it.

    Args:
        limits: what it may take.

    Raises:
        WorkerNotStarted: there is no Python for it, or the system refuses to start one.
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
            start_new_session=True,  # Windows knows no such thing and passes over it
        )
    except OSError as error:
        problem = f"the sealed process cannot be started ({error.strerror or error})"
        remedy = REMEDY if error.errno in _NO_PROGRAM else ""
        raise errors.WorkerNotStarted(python, problem, remedy) from error


def interpreter() -> str:
    """The Python for sealed processes: the one that ``PHOTOTAG_PYTHON`` names, else the caller's own.

    A frozen application is no Python; called as one it would begin anew, call itself again, and so
    on without end.  So would a program that holds a Python and gives its own path for that.

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
    """The caller's environment, with every https request sent to a port where nobody listens.

    mediapipe posts usage statistics with a libcurl of its own and has no switch to turn that off.
    """
    environment = dict(os.environ)
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        environment.pop(name, None)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment[name] = DEAD_PROXY
    environment[SEALED] = "1"
    return environment
