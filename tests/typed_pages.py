"""What a page tells its reader to type, and what it shows of the answer.

A block ``sh`` is typed, a block ``text`` below it is what the reader should see. Comments in the page, on lines of their own
above a block, say where that is not so:

================================= ================================================================
``<!-- not typed: REASON -->``    the block ``sh`` is not typed
``<!-- not compared: REASON -->`` what is printed may be other than what is shown
``<!-- not shown: REASON -->``    the block ``text`` is no answer to what was typed
``<!-- until Ctrl-C -->``         the command goes on, and the reader stops it after some seconds
``<!-- in: FOLDER -->``           the block is typed in this folder of the reader's home
``<!-- new terminal -->``         the reader opens one, whose ``PATH`` may be another
``<!-- new reader -->``           the block is for somebody who has typed nothing of the page so far
================================= ================================================================
"""

from __future__ import annotations

import re

import attrs

_FENCE = re.compile(
    r"^(?P<indent> *)```+ *(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^(?P=indent)```+ *$",
    re.MULTILINE | re.DOTALL,
)
_COMMENTS = re.compile(r"(?:<!--(?:(?!-->).)*-->\s*)+(?:\{[^\n]*\}\n)?\Z", re.DOTALL)
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


@attrs.frozen(kw_only=True)
class Block:
    """What is typed at one place of a page.

    Attributes:
        line: where it begins in the page, counted from 1.
        typed: the commands.
        shown: what the page shows of the answer; empty where it shows nothing.
        reason: why the block is not typed; empty where it is.
        folder: in the reader's home, where it is typed; empty where that is the folder of the block before.
        new_terminal: whether the reader opens a new terminal first.
        new_reader: whether somebody begins here who has typed nothing so far.
        stopped: whether the reader stops the command by Ctrl-C.
        differing: why the answer may be other than what the page shows; empty where it may not.
    """

    line: int
    typed: str
    shown: str = ""
    reason: str = ""
    folder: str = ""
    new_terminal: bool = False
    new_reader: bool = False
    stopped: bool = False
    differing: str = ""


def blocks(page: str) -> list[Block]:
    """What the page, in Markdown, tells its reader to type, in order.

    Raises:
        ValueError: a comment gives no reason.
    """
    found: list[Block] = []
    for fence in _FENCE.finditer(page):
        marks = _marks(page[: fence.start()])
        body = _without_indent(fence["body"], len(fence["indent"]))
        if fence["language"] == "sh":
            found.append(
                Block(
                    line=page.count("\n", 0, fence.start()) + 1,
                    typed=body,
                    reason=marks.get("not typed", ""),
                    folder=marks.get("in", ""),
                    new_terminal="new terminal" in marks,
                    new_reader="new reader" in marks,
                    stopped="until Ctrl-C" in marks,
                    differing=marks.get("not compared", ""),
                )
            )
        elif fence["language"] == "text" and found and "not shown" not in marks:
            found[-1] = attrs.evolve(found[-1], shown=f"{found[-1].shown}{body}")
    return found


def differs(shown: str, printed: str) -> str:
    """Where the page shows something else than what was printed; empty if it does not.

    Figures may be others, lines may break elsewhere, and ``...`` stands for anything. More may be printed before and
    after what the page shows, but nothing within it.

    Returns:
        The first words of the page that are not there, in their order.
    """
    rest = _bare(printed)
    for part in shown.split("..."):
        wanted = _bare(part)
        place = rest.find(wanted)
        if place < 0:
            return _longest_start(part, rest)
        rest = rest[place + len(wanted) :]
    return ""


def _marks(before: str) -> dict[str, str]:
    """The comments that end here, by the word before their colon."""
    comments = _COMMENTS.search(before)
    every = _COMMENT.findall(comments[0]) if comments else []
    pairs = (" ".join(one.split()).partition(":") for one in every)
    marks = {name: value.strip() for name, _, value in pairs}
    for name in ("not typed", "not compared", "not shown"):
        if marks.get(name) == "":
            raise ValueError(f"a block is {name} without a reason")
    return marks


def _without_indent(body: str, indent: int) -> str:
    return "".join(
        line[indent:] if line[:indent].isspace() else line
        for line in body.splitlines(keepends=True)
    )


def _bare(text: str) -> str:
    """Without spaces and line breaks, with ``#`` for each figure."""
    return _FIGURE.sub("#", "".join(text.split()))


def _longest_start(part: str, printed: str) -> str:
    """The words up to the first that is nowhere after the ones before it."""
    words = part.split()
    lengths = range(1, len(words))
    count = next((n for n in lengths if _bare(" ".join(words[:n])) not in printed), len(words))
    return " ".join(words[:count])
