"""Every system call of every command, over forty photos of all formats: the seal's list is all that is opened."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import pytest
from PIL import Image

from phototag.worker.sealed import landlock

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or not landlock.version(),
        reason="this system has no Landlock: the seal cannot hold",
    ),
    pytest.mark.usefixtures("without_coverage"),
]

FORMATS: Final = ("jpg", "png", "tif", "webp", "gif", "bmp", "jp2", "avif")
EACH: Final = 5
OPEN: Final = re.compile(
    r'(?:open|openat|openat2)\((?:AT_FDCWD, |\d+, )?"((?:[^"\\]|\\.)*)".* = \d+$'
)
CALL: Final = re.compile(r"^(\d+) +(\w+)\((.*)$")


@attrs.frozen
class Calls:
    """The calls of a command: those of sealed processes since they were sealed, and all others."""

    sealed: tuple[str, ...]
    others: tuple[str, ...]


def traced(log: Path, *command: str | Path) -> Calls:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    which = "trace=%file,%network,clone,clone3,fork,vfork,execve,landlock_restrict_self"
    done = subprocess.run(
        [strace, "-f", "-qq", "-s", "4096", "-e", which, "-o", log, sys.executable, "-m",
         "phototag", *command],
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    if done.returncode and "ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert done.returncode == 0, done.stderr
    return sorted_out(log.read_text(encoding="utf-8", errors="replace").splitlines())


def sorted_out(lines: list[str]) -> Calls:
    """Threads of a sealed process are sealed, too."""
    inside: set[str] = set()
    sealed: list[str] = []
    others: list[str] = []
    for line in whole(lines):
        found = CALL.match(line)
        if found is None:
            continue
        process, call, rest = found.groups()
        if call == "landlock_restrict_self" and rest.endswith("= 0"):
            inside.add(process)
        elif process not in inside:
            others.append(line)
            continue
        if call.startswith("clone") and (thread := re.search(r" = (\d+)$", rest)):
            inside.add(thread[1])
        sealed.append(line)
    return Calls(tuple(sealed), tuple(others))


def whole(lines: list[str]) -> Iterator[str]:
    """Calls that were interrupted by those of other processes, joined again."""
    begun: dict[str, str] = {}
    for line in lines:
        process, _, rest = line.partition(" ")
        if rest.endswith(" <unfinished ...>"):
            begun[process] = line.removesuffix(" <unfinished ...>")
        elif (end := re.match(r" *<\.\.\. \w+ resumed>(.*)", rest)) and process in begun:
            yield begun.pop(process) + end[1]
        else:
            yield line


def allowed() -> list[str]:
    """What the rule lists, as the sealed process sees it."""
    text = "from phototag.worker.sealed.lock import readable; print('\\n'.join(readable()))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    return [os.path.realpath(path) for path in done.stdout.splitlines()]


def test_a_sealed_process_opens_what_is_listed_and_makes_no_connection(
    astronaut: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (folder := tmp_path / "photos").mkdir()
    for suffix in FORMATS:
        for number in range(EACH):
            size = 500 + 10 * number
            astronaut.resize((size, size)).save(folder / f"{number}.{suffix}")
    photos = sorted(folder.iterdir())
    assert len(photos) == 40
    one = folder / "0.jpg"
    rule = (*allowed(), "/dev/null", "/proc")
    for words in (
        ["analyze", *photos], ["tag", "--faces", folder], ["show", *photos], ["undo"],
        ["crop", one, "--profile", "casting_8x10"], ["gallery", folder, "-o", tmp_path / "p.html"],
        ["analyze", one, "--picture", tmp_path / "p.png"], ["tag", folder], ["remove", folder],
        ["doctor"],
    ):  # fmt: skip
        calls = traced(tmp_path / "log", *words)
        assert calls.sealed, f"{words[0]}: nothing was sealed"
        opened = [found[1] for call in calls.sealed if (found := OPEN.search(call))]
        assert opened, f"{words[0]}: the trace shows no file"
        beyond = {
            path
            for path in opened
            if path.startswith("/") and not os.path.realpath(path).startswith(rule)
        }
        assert beyond == set(), words[0]
        inside = {call.partition("(")[0].split()[1] for call in calls.sealed if " = -1" not in call}
        assert not inside & {"socket", "connect", "bind", "execve", "fork", "vfork", "socketpair"}
        sockets = [call for call in calls.others if " socket" in call and " = -1" not in call]
        assert all("socketpair(AF_UNIX" in call for call in sockets), sockets
