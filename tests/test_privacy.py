"""No process of ours talks to the network, and none leaves anything behind."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import phototag
from asking import request
from processes import started

OUTSIDE = re.compile(r"sa_family=AF_INET6?\b(?!.*(127\.0\.0\.1|\"::1\"))")


# Services that libraries of ours could report to, by the file that holds their addresses.  The sealed
# process leads the first into a closed port, and the second is switched off (docs/privacy.md).
SERVICES = {
    "mediapipe": {"play.googleapis.com"},
    "onnxruntime": {"mobile.events.data.microsoft.com"},
    "cv2": set(),
    "pyexiv2": set(),
}
SERVICE = re.compile(
    rb"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*\."
    rb"(?:googleapis|gstatic|google-analytics|firebaseio|crashlytics|sentry|data\.microsoft|"
    rb"visualstudio|amazonaws|azure|segment|mixpanel|amplitude|datadoghq|bugsnag)\.[a-z]+)"
)


def _traced(
    log: Path, command: list[str], *, seconds: float | None = None, given: str = ""
) -> list[str]:
    """The calls to the network of a command and all its processes, which end after so many seconds.

    Its standard input holds what is given.
    """
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    traced = [strace, "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log)]
    with started(
        [*traced, sys.executable, "-m", "phototag", *command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        seconds=400,
    ) as process:  # fmt: skip
        try:
            _, said = process.communicate(given, timeout=seconds or 300)
        except subprocess.TimeoutExpired:
            assert seconds, "it took too long"
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=60)
    if process.returncode and "ptrace" in said:
        pytest.skip("strace is not allowed here")
    if not seconds:
        assert process.returncode == 0, said
    calls = log.read_text(encoding="utf-8", errors="replace").splitlines()
    assert any("exited with" in call for call in calls)  # it did trace
    return calls


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["analyze", "PHOTO"], ["tag", "PHOTO"], ["tag", "FOLDER"], ["show", "PHOTO"],
        ["gallery", "FOLDER", "-o", "PAGE"], ["doctor"], ["remove", "PHOTO"], ["remove", "FOLDER"],
        ["crop", "PHOTO", "--profile", "casting_8x10"], ["undo"],
        ["check", "FOLDER"], ["serve", "--stdio"],
    ],
    ids=lambda command: " ".join(command[:2]),
)  # fmt: skip
def test_no_process_connects_beyond_this_machine(
    portrait_jpg: Path, tmp_path: Path, command: list[str]
) -> None:
    names = {"PHOTO": portrait_jpg, "FOLDER": portrait_jpg.parent, "PAGE": tmp_path / "page.html"}
    if command[0] in {"show", "remove", "undo"}:  # there must be something
        what = names[command[-1]] if command[1:] else portrait_jpg.parent
        subprocess.run(
            [sys.executable, "-m", "phototag", "tag", what],
            check=True,
            capture_output=True,
            timeout=60,
        )
    given = request("tag", 1, path=str(portrait_jpg)) + "\n" if command[0] == "serve" else ""
    words = [str(names.get(word, word)) for word in command]
    calls = _traced(tmp_path / "strace.log", words, given=given)
    assert command[0] != "serve" or phototag.read(portrait_jpg) is not None  # it did work
    assert [call for call in calls if OUTSIDE.search(call)] == []


@pytest.mark.slow
def test_watching_connects_to_nothing_beyond_this_machine(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    calls = _traced(tmp_path / "strace.log", ["watch", str(portrait_jpg.parent)], seconds=25)
    assert phototag.read(portrait_jpg) is not None  # it did work
    assert [call for call in calls if OUTSIDE.search(call)] == []


@pytest.mark.parametrize("library", SERVICES)
def test_no_library_knows_of_a_new_service(library: str) -> None:
    """An update that could report to somebody new must be looked at before it is let in."""
    found = importlib.util.find_spec(library)
    assert found is not None
    assert found.origin is not None
    files = [
        f
        for f in Path(found.origin).parent.rglob("*")
        if f.suffix in {".so", ".dylib", ".dll", ".pyd"}
    ]
    assert files
    hosts = {m.decode() for file in files for m in SERVICE.findall(file.read_bytes())}
    assert hosts <= SERVICES[library]


def test_nothing_is_left_in_the_temporary_folder(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    subprocess.run(
        [sys.executable, "-m", "phototag", "tag", str(portrait_jpg)], check=True, timeout=120,
        capture_output=True,
    )  # fmt: skip
    assert list(scratch.iterdir()) == []
    assert [path.name for path in portrait_jpg.parent.glob("*.jpg")] == ["portrait.jpg"]
    assert list(portrait_jpg.parent.glob(".phototag*")) == []
