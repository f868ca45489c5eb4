"""How Windows reads a command line: first cmd.exe, then the program itself.

A model of the documented rules (`cmd /?`, CommandLineToArgvW), for what a quoted line may hold; it refuses what it does not
know, so that a line that passes says the same in Windows.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import attrs

LONGEST = 8191  # characters that cmd.exe takes
SPECIAL = "&|()^!"


@attrs.frozen
class Line:
    """What cmd.exe runs: the words that the program gets, and the files of its streams."""

    words: list[str]
    streams: dict[str, str]  # "<", ">", "2>"


def read(line: str, environment: Mapping[str, str]) -> Line:
    """The words and streams in ``cmd.exe /c LINE``."""
    assert len(line) <= LONGEST, "the line is too long for cmd.exe"
    assert "\n" not in line, "a line ends at its line break"
    known = {name.upper(): value for name, value in environment.items()}
    line = re.sub(r"%([^%]+)%", lambda found: known.get(found[1].upper(), found[0]), line)
    if line.startswith('"') and not _one_quoted_program(line):
        last = line.rindex('"')
        line = line[1:last] + line[last + 1 :]
    rest, streams = _streams(line)
    return Line(_words(rest), streams)


def _one_quoted_program(line: str) -> bool:
    """Whether cmd.exe keeps the quotes: two of them, no special character, and some space between them."""
    return line.count('"') == 2 and not re.search(r"[&<>()@^|]", line) and " " in line


def _streams(line: str) -> tuple[str, dict[str, str]]:
    """The line without its redirections, and these."""
    rest, streams, at, quoted = "", {}, 0, False
    while at < len(line):
        char = line[at]
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "<>":
            number = "2" if char == ">" and rest.endswith(" 2") else ""
            rest = rest[: len(rest) - len(number)]
            found = re.compile(r'\s*(?:"([^"]*)"|([^\s"]+))').match(line, at + 1)
            assert found is not None
            streams[number + char] = found[1] or found[2]
            at = found.end()
            continue
        else:
            assert quoted or char not in SPECIAL, f"{char} outside quotes"
        rest += char
        at += 1
    assert not quoted, "a quote is not closed"
    return rest, streams


def _words(line: str) -> list[str]:
    """As CommandLineToArgvW: backslashes before a quote stand for half as many."""
    words, word, quoted, started = [], "", False, False
    for part in re.findall(r'\\+"?|"|\s+|[^\s"\\]+', line):
        slashes = len(part) - len(part.lstrip("\\"))
        if part.isspace() and not quoted:
            if started:
                words.append(word)
            word, started = "", False
            continue
        started = True
        if part.endswith('"'):
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
        else:
            word += part
    return [*words, word] if started else words


def run(line: str, environment: Mapping[str, str], seconds: float) -> int:
    """Run a line as cmd.exe would; returns the exit code of its program."""
    found = read(line, environment)
    assert found.streams["<"].lower() == "nul"
    with Path(found.streams[">"]).open("wb") as out, Path(found.streams["2>"]).open("wb") as err:
        try:
            done = subprocess.run(
                found.words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=seconds, check=False
            )  # fmt: skip
        except OSError:
            err.write(
                f"'{found.words[0]}' is not recognized as an internal or external command".encode()
            )
            return 1
    return done.returncode
