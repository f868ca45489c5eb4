"""What ``bare_machine.py`` types, and how it compares answers; and that it leaves out nothing without a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bare_machine import PAGES
from typed_pages import blocks, differs

ROOT = Path(__file__).parents[1]

PAGE = """\
<!-- command: try -->
```sh
phototag demo
cd phototag-demo
```

It prints:

```text
headshot.jpg
  Headshot, 99 % sure.
```

<!-- not typed: it serves until Ctrl-C -->

```sh
phototag review
```

- In a list:

  <!-- in: phototag -->
  <!-- new reader -->
  ```sh
  phototag show
  ```

<!-- not shown: a file -->
```text
of somebody's
```
"""


def test_blocks_are_found_with_their_answers_and_comments() -> None:
    first, second, third = blocks(PAGE)
    assert first.typed == "phototag demo\ncd phototag-demo\n"
    assert first.shown == "headshot.jpg\n  Headshot, 99 % sure.\n"
    assert (first.line, first.reason, first.new_reader) == (2, "", False)
    assert second.reason == "it serves until Ctrl-C"
    assert (third.typed, third.folder, third.new_reader) == ("phototag show\n", "phototag", True)
    assert third.shown == ""


@pytest.mark.parametrize(
    "printed",
    [
        "headshot.jpg\n  Headshot, 99 % sure.\n  For it: posing.\n",
        "Installed 30 packages\nheadshot.jpg Headshot,\n87.5 % sure. For it: posing.",
        "headshot.jpg Headshot, 99 % sure. And much more. For it: the frame, posing.",
    ],
)
def test_figures_line_breaks_and_what_an_ellipsis_stands_for_may_differ(printed: str) -> None:
    assert differs("headshot.jpg\n  Headshot, 99 % sure. ...\n  posing.", printed) == ""


@pytest.mark.parametrize(
    ("printed", "first"),
    [
        ("headshot.jpg Portrait, 99 % sure. posing.", "headshot.jpg Headshot,"),
        ("headshot.jpg Headshot, 99 % sure.", "posing."),
        ("posing. headshot.jpg Headshot, 99 % sure.", "posing."),
        ("headshot.jpg Headshot, no 99 % sure. posing.", "headshot.jpg Headshot, 99"),
        ("", "headshot.jpg"),
    ],
)
def test_another_word_is_told_with_the_words_before_it(printed: str, first: str) -> None:
    assert differs("headshot.jpg Headshot, 99 % sure. ... posing.", printed) == first


@pytest.mark.parametrize("page", [page for page in PAGES if (ROOT / page).exists()])
def test_every_command_of_the_first_pages_is_typed_or_says_why_not(page: str) -> None:
    """By `bare_machine.py`, which is too long for a test: what it would leave out has its reason in the page."""
    text = (ROOT / page).read_text("utf-8")
    found = blocks(text)  # an error where a reason is missing
    assert any(not block.reason for block in found)
    assert len(found) == len(re.findall(r"^ *```+ *sh *$", text, re.MULTILINE))
    languages = set(re.findall(r"^ *```+ *(\w[\w-]*)", text, re.MULTILINE))
    assert languages <= {"sh", "text", "python", "json", "toml"}, "commands are `sh`"


def test_a_block_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="not typed without a reason"):
        blocks("<!-- not typed -->\n```sh\nphototag review\n```\n")
