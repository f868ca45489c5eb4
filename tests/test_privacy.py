"""No process of ours talks to the network, and none leaves anything behind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OUTSIDE = re.compile(r"sa_family=AF_INET6?\b(?!.*(127\.0\.0\.1|\"::1\"))")


@pytest.mark.slow
@pytest.mark.parametrize("command", [["analyze"], ["tag"], ["show"]])
def test_no_process_connects_beyond_this_machine(
    portrait_jpg: Path, tmp_path: Path, command: list[str]
) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "strace.log"
    traced = [strace, "-f", "-e", "trace=connect,sendto,sendmsg", "-o", str(log)]
    done = subprocess.run(
        [*traced, sys.executable, "-m", "phototag", *command, str(portrait_jpg)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    if done.returncode and b"ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert done.returncode == 0, done.stderr
    calls = log.read_text(encoding="utf-8", errors="replace").splitlines()
    assert any("exited with 0" in call for call in calls)  # it did trace
    assert [call for call in calls if OUTSIDE.search(call)] == []


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
