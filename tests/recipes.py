"""The recipes of the cookbook: read from its pages, and run as they stand there."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import attrs

import processes
from commands import search_path

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted((ROOT / "docs" / "cookbook").glob("*.md"))
HOME: Final = "/home/jane"  # stands in the pages for the folder in which the recipes are run
SECONDS: Final = 60
FENCE = re.compile(
    r"^(?:[^\n]*`(?P<file>[\w.-]+)`:\n\n)?(?:<!-- from: (?P<ready>[^\n]+), Ctrl-C after: (?P<last>[^\n]+) -->\n)?"
    r"```(?P<language>\w+)\n(?P<text>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
PORT = re.compile(r"--port (\d+)")
#: A status of HTTP in Python 3.13, and before it.
NEWER: Final = ("Unprocessable Content", "Unprocessable Entity")
FIGURE = re.compile(r"(?:over )?[-+]?\d+(?:\.\d+)?")
#: Programs beside Python that a recipe may need.
PROGRAMS: Final = ("curl", "exiftool", "jq", "make", "sqlite3", "systemd-analyze")


@attrs.frozen
class Block:
    """A block of code.

    Attributes:
        language: after its fence.
        text: the code.
        file: the name of the file that it is; empty for code that is run.
        ready, last: what it prints when it has begun, and before Ctrl-C ends it; empty for what ends by itself.
        printed: what the page says that it prints.
        source: as it stands on the page, from the fence on.
    """

    language: str
    text: str
    file: str
    ready: str
    last: str
    printed: str
    source: str

    def shown(self, printed: str) -> str:
        """As it would stand on the page if it printed this; lines that are still true stay, with their ``...``."""
        lines, before = printed.splitlines(), self.printed.splitlines()
        if len(lines) == len(before):
            lines = [
                was if agree(was, now) else now for was, now in zip(before, lines, strict=True)
            ]
        printed = "".join(f"{line.rstrip()}\n" for line in lines)
        code = f"```{self.language}\n{self.text}```\n"
        return code + (f"\n```text\n{printed}```\n" if printed else "")


@attrs.frozen
class Recipe:
    """A section of a page.

    Attributes:
        page: the page.
        title: its heading.
        writes: it changes photos, so it gets a folder of its own.
        blocks: its code, in order.
    """

    page: Path
    title: str
    writes: bool
    blocks: tuple[Block, ...]

    @property
    def python(self) -> str:
        """Its blocks of Python that are run, one after the other."""
        return "\n\n".join(b.text for b in self.blocks if b.language == "python" and not b.file)

    @property
    def programs(self) -> list[str]:
        """The programs beside Python that it needs."""
        commands = "\n".join(b.text for b in self.blocks if b.language in {"sh", "make"})
        return [name for name in PROGRAMS if re.search(rf"(?<![\w/.-]){name}\b", commands)]


def recipes() -> Iterator[Recipe]:
    """All recipes, in the order of the pages."""
    for page in PAGES:
        for section in re.split(r"^(?=## )", page.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            blocks = tuple(map(_block, FENCE.finditer(section)))
            title = section.partition("\n")[0].removeprefix("## ")
            if blocks:
                yield Recipe(page, title, "\n<!-- writes -->\n" in section, blocks)


def _block(found: re.Match[str]) -> Block:
    given = {name: text or "" for name, text in found.groupdict().items()}
    source = found.group(0)
    return Block(**given, source=source[source.index("```") :])


def agree(shown: str, printed: str) -> bool:
    """Whether what is printed is what a page shows: its figures may differ by machine, ``...`` is any text."""
    printed = printed.replace(*NEWER)
    words = r"\s+".join(re.escape(word) for word in FIGURE.sub("0", shown).split())
    pattern = words.replace(re.escape("..."), ".*?")
    return re.fullmatch(rf"\s*{pattern}\s*", FIGURE.sub("0", printed), re.DOTALL) is not None


def environment(home: Path) -> dict[str, str]:
    """That of a reader whose home folder this is; commands find phototag."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**kept, "HOME": str(home), "PATH": search_path()}


def free_port() -> str:
    """A port of this machine on which nothing listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def renumbered(text: str, ports: dict[str, str]) -> str:
    """The text with other ports in place of these."""
    return re.sub(r"\d+", lambda found: ports.get(found[0], found[0]), text)


class Kitchen:
    """Runs the blocks of one recipe.

    Args:
        home: the folder in which they run.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._environment = home, environment(home)
        self._names: dict[str, object] = {"__name__": "__main__"}

    def run(self, recipe: Recipe) -> list[str]:
        """What each of its blocks has printed; empty for files. The ports of the page are free ones meanwhile."""
        ports = {port: free_port() for block in recipe.blocks for port in PORT.findall(block.text)}
        printed: list[str] = []
        with contextlib.ExitStack() as running:
            at_work: dict[int, Running] = {}
            for number, shown in enumerate(recipe.blocks):
                block = attrs.evolve(shown, text=renumbered(shown.text, ports))
                printed.append("")
                if block.file:
                    (self._home / block.file).write_text(block.text, "utf-8")
                elif block.language == "python":
                    printed[-1] = self._python(block.text)
                elif block.ready:
                    begun = Running(block.text, self._home, ready=block.ready, last=block.last)
                    at_work[number] = running.enter_context(begun)
                else:
                    assert block.language == "sh", f"{block.language} is not run"
                    printed[-1] = self._shell(block.text)
            for number, one in at_work.items():
                printed[number] = one.end()
        back = {free: port for port, free in ports.items()}
        return [renumbered(text.replace(str(self._home), HOME), back) for text in printed]

    def _python(self, code: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, "recipe", "exec"), self._names)
        return printed.getvalue()

    def _shell(self, commands: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"exec 2>&1\n{commands}"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False, timeout=SECONDS,
            cwd=self._home, env=self._environment,
        )  # fmt: skip
        return done.stdout


class Running:
    """A command that runs until Ctrl-C, while the reader uses another terminal.

    Args:
        command: as it is typed.
        home: as for ``Kitchen``.
        ready: what it prints when it has begun.
        last: what it prints before Ctrl-C ends it.
    """

    def __init__(self, command: str, home: Path, *, ready: str, last: str) -> None:
        self._command, self._home, self._ready, self._last = command, home, ready, last
        self._log = home / ".printed"
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            log = held.enter_context(self._log.open("wb"))
            begun = processes.started(
                ["bash", "-c", self._command],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, seconds=SECONDS,
                start_new_session=True, cwd=self._home, env=environment(self._home),
            )  # fmt: skip
            self._process = held.enter_context(begun)
            self._wait(self._ready)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._held.close()

    def end(self) -> str:
        """What it has printed, with what it prints after Ctrl-C."""
        self._wait(self._last)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(timeout=SECONDS / 2)
        return self._printed()

    def _printed(self) -> str:
        return self._log.read_text("utf-8")

    def _wait(self, words: str) -> None:
        processes.wait_until(
            lambda: words in self._printed() or self._process.poll() is not None, SECONDS
        )
        assert words in self._printed(), self._printed()
