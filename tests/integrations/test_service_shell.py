"""A client that is a shell and nothing else: the recipe of the documentation, as the darktable plug-in uses it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from commands import COMMAND
from processes import alive, children, started, wait_until, wait_until_gone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("service"),
    pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's"),
]
PAGE = Path(__file__).parents[2] / "docs" / "serve.md"


def recipe(name: str) -> str:
    """A block of the page, with a comment of this name before it."""
    found = re.search(
        rf"<!-- recipe: {name} -->\n```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found is not None, name
    return found[1]


@attrs.frozen
class Shell:
    """What darktable does: each command is one ``sh -c``, a child of the same program."""

    program: subprocess.Popen[str]
    runtime: Path

    def run(self, text: str) -> str:
        """Run a command as a child of the program, and return what it prints."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(json.dumps(text) + "\n")
        self.program.stdin.flush()
        return str(json.loads(self.program.stdout.readline()))

    @property
    def folders(self) -> list[Path]:
        return [path for path in self.runtime.iterdir() if path.is_dir()]


PROGRAM = """
import json, subprocess, sys
for line in sys.stdin:
    done = subprocess.run(["sh", "-c", json.loads(line)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    print(json.dumps(done.stdout + (f"exit {done.returncode}" if done.returncode else "")), flush=True)
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (runtime := tmp_path / "run time").mkdir()
    (programs := tmp_path / "bin").mkdir()
    program = programs / "phototag"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = os.environ | {
        "XDG_RUNTIME_DIR": str(runtime),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    command = [sys.executable, "-c", PROGRAM]
    with started(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        yield Shell(process, runtime)


def start(shell: Shell) -> Path:
    """Start the service as the page says; its folder."""
    folder, ready = shell.run(recipe("start")).splitlines()
    assert json.loads(ready)["method"] == "ready"
    return Path(folder)


def asked(shell: Shell, folder: Path, number: int, method: str, **params: object) -> str:
    """Ask as the page says; the line, or nothing."""
    (folder / "request").write_text(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n",
        encoding="ascii",
    )
    return shell.run(f"folder='{folder}' id={number}\n{recipe('ask')}")


def test_a_shell_asks_again_and_again(shell: Shell, headshot_jpg: Path) -> None:
    photo = str(headshot_jpg.rename(headshot_jpg.with_name('it\'s \\n "odd" \u2028.jpg')))
    folder = start(shell)
    assert shell.folders == [folder]
    for path in (folder, folder / "in", folder / "out"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    for number, method in enumerate(("analyze", "tag", "show", "remove", "show") * 3):
        answer = json.loads(asked(shell, folder, number, method, path=photo))
        assert (answer["id"], answer["result"]["path"]) == (number, photo)
    # An answer that nobody has waited for is passed over.
    shell.run(
        f"printf '%s\\n' '{json.dumps({'jsonrpc': '2.0', 'id': 98, 'method': 'x'})}' >'{folder}/in'"
    )
    assert json.loads(asked(shell, folder, 99, "show", path=photo))["id"] == 99
    assert json.loads(asked(shell, folder, 100, "shutdown"))["result"] is None
    wait_until(lambda: not shell.folders, 10)
    assert "exit" in shell.run(f"folder='{folder}' id=1\n{recipe('ask')}")


def service_of(shell: Shell) -> list[int]:
    """The processes that the recipe has left running: the shell that waits, phototag, and the sealed process."""
    found = [pid for pid in everybody() if str(shell.runtime.parent / "bin") in environment_of(pid)]
    return [pid for pid in found if pid != shell.program.pid]


def everybody() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def environment_of(pid: int) -> str:
    try:
        return os.fsdecode(Path(f"/proc/{pid}/environ").read_bytes())
    except OSError:
        return ""


def phototag_of(shell: Shell) -> int:
    """The process of the command itself."""
    (found,) = [
        pid
        for pid in service_of(shell)
        if b"--stdio" in Path(f"/proc/{pid}/cmdline").read_bytes()
        and b"-m\0phototag" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return found


def test_it_ends_with_the_program_whose_shell_has_started_it(
    shell: Shell, headshot_jpg: Path
) -> None:
    folder = start(shell)
    assert asked(shell, folder, 1, "analyze", path=str(headshot_jpg))
    left = [*service_of(shell), *children(phototag_of(shell))]
    assert len(left) >= 3
    shell.program.kill()
    assert all(map(wait_until_gone, left))
    wait_until(lambda: not shell.folders, 10)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("waiting", [False, True])
def test_nobody_waits_for_a_service_that_is_gone(
    shell: Shell, headshot_jpg: Path, number: signal.Signals, waiting: bool
) -> None:
    """Its end is the end of the file for who waits for an answer, and an error for who comes later."""
    folder = start(shell)
    assert asked(shell, folder, 1, "analyze", path=str(headshot_jpg))
    pid = phototag_of(shell)
    if waiting:
        (sealed,) = children(pid)
        os.kill(sealed, signal.SIGSTOP)
        timers = [
            threading.Timer(1.0, os.kill, (pid, number)),
            # The photo in progress is finished; without a service, the process notices that it is alone.
            threading.Timer(1.5, os.kill, (sealed, signal.SIGCONT)),
        ]
        for timer in timers:
            timer.start()
        said = asked(shell, folder, 2, "analyze", path=str(headshot_jpg))
        assert said.startswith("exit") or json.loads(said)["id"] == 2
        for timer in timers:
            timer.join(10)
        assert wait_until_gone(sealed)
    else:
        os.kill(pid, number)
    wait_until(lambda: not shell.folders, 15)
    assert shell.run(f"folder='{folder}' id=3\n{recipe('ask')}").endswith("exit 1")
    assert not alive(pid)


def test_a_service_that_cannot_start_is_no_reason_to_wait(shell: Shell) -> None:
    program = shell.runtime.parent / "bin" / "phototag"
    program.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    said = shell.run(recipe("start"))
    assert said.splitlines()[-1].startswith("exit")
    wait_until(lambda: not shell.folders, 10)
