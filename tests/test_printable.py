"""Whatever names and metadata hold, only printable characters reach a terminal, a log or a page."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import phototag
from commands import run
from phototag import gallery
from phototag.analysis.keywords.vocabulary import Vocabulary
from phototag.errors import printable_text
from phototag.integrations import ready_made
from phototag.metadata.containers import open_container

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")

# Escape sequence, its one-byte form, text direction, newline and return, the end of a script and of a Lua string.
NASTY = "\x1b[31m\u009b1m\u202eevil\n\rline<script>]]{x}[y]"
SIGNS = "\x1b\u009b\u202e\r"


@pytest.fixture
def nasty(portrait_jpg: Path, tmp_path: Path) -> Path:
    """A photo with such a name, and such values in what phototag wrote into it."""
    folder = tmp_path / f"folder {NASTY}"
    folder.mkdir()
    path = folder / f"{NASTY}.jpg"
    portrait_jpg.rename(path)
    return path


def spoil(path: Path) -> None:
    """Put signs that XML allows into every text of phototag's own record."""
    container = open_container(path.read_bytes(), "a.jpg")
    assert container.xmp is not None
    packet = container.xmp.decode()
    software = f"{phototag.__version__}"
    assert software in packet
    spoiled = packet.replace(f">{software}<", f">{software}\u009b\u202e&#13;<").replace(
        f'"{software}"', f'"{software}\u009b\u202e&#13;"'
    )
    assert spoiled != packet
    path.write_bytes(container.replaced(spoiled.encode(), container.iptc, ""))


def clean(text: str) -> bool:
    return all(sign.isprintable() or sign == "\n" for sign in text)


def test_every_command_prints_only_what_can_be_printed(nasty: Path, tmp_path: Path) -> None:
    state, missing = tmp_path / "state.sqlite3", tmp_path / f"none {NASTY}.jpg"
    folder = nasty.parent
    commands: list[list[str | Path]] = [
        ["analyze", nasty], ["analyze", "--json", nasty], ["analyze", missing],
        ["analyze", nasty, "--picture", tmp_path / f"{NASTY}.png"],
        ["tag", "--dry-run", folder, "--state", state], ["tag", folder, "--state", state],
        ["show", nasty], ["show", "--json", nasty], ["runs", "--state", state],
        ["crop", nasty, "--profile", "casting_8x10"], ["crop", nasty, "--profile", NASTY],
        ["gallery", folder, "-o", tmp_path / f"{NASTY}.html", "--state", state],
        ["lightroom", tmp_path / f"lr {NASTY}"], ["digikam", tmp_path / f"dk {NASTY}"],
        ["tag", nasty, "--vocabulary", missing], ["tag", nasty, "--profiles", missing],
        ["tag", nasty, "--corrections", missing], ["undo", "--state", state],
        ["tag", nasty], ["remove", "--dry-run", folder], ["remove", folder],
    ]  # fmt: skip
    for words in commands:
        done = run(*words)
        assert clean(done.stdout), words
        assert clean(done.stderr), words
        assert "Traceback" not in done.stderr, words
        if words[0] == "tag" and words[-1] == nasty:
            spoil(nasty)
            shown = run("show", nasty)
            assert r"\x9b\u202e\r" in shown.stdout
            assert clean(shown.stdout)


def test_a_page_holds_no_such_sign(nasty: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert gallery.build(nasty, out=page, title=NASTY) == []
    text = page.read_text(encoding="utf-8")
    assert not any(sign in text for sign in SIGNS)
    assert text.count("<script") == text.count("</script>")
    assert "evil\n\rline<script>" not in text


def test_exports_take_no_such_word(tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    for word in ("\x1b", "\u009b", "\u202e", "a\nb", "[x]", "{x}"):
        words.write_text(f"[words.kind]\nheadshot = {json.dumps(word)}\n", encoding="utf-8")
        with pytest.raises(phototag.errors.BadVocabulary):
            Vocabulary.load(words)
    # These are words, and nothing more: to Lua, to Markdown, to HTML.
    for word in ("<script>", "]]", '"; os.exit()', "a\\"):
        words.write_text(f"[words.kind]\nheadshot = {json.dumps(word)}\n", encoding="utf-8")
        found = Vocabulary.load(words)
        collection = next(c for c in ready_made.COLLECTIONS if "eadshot" in c.title)
        lua = ready_made.smart_collection(collection, found)
        lupa = pytest.importorskip("lupa", reason="lupa, which runs Lua, is not installed")
        table = lupa.LuaRuntime(unpack_returned_tuples=True)
        table.execute(lua)
        assert table.globals().s.value[1].value == word


def test_what_the_sealed_process_prints_is_logged_printable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import io
    from collections import deque

    from phototag.worker.process import _drain

    with caplog.at_level(logging.DEBUG, logger="phototag.worker"):
        _drain(io.BytesIO(NASTY.encode()), deque())
    assert caplog.messages == [r"\x1b[31m\x9b1m\u202eevil", r"\rline<script>]]{x}[y]"]


@pytest.mark.parametrize("made", [str, printable_text])
def test_text_stays_text(made: Callable[[str], str]) -> None:
    assert made("Ærø, 東京, Ștefan\n  é e\u0301") == "Ærø, 東京, Ștefan\n  é e\u0301"


def test_errors_hold_no_more_than_a_line_of_what_was_given() -> None:
    for given in ("data:image/jpeg;base64," + "A" * 500_000, b"\xff\xd8" * 250_000, "x" * 500_000):
        with pytest.raises(phototag.PhototagError) as caught:
            phototag.tag(given)  # type: ignore[arg-type]
        assert len(str(caught.value)) < 400
        assert sys.getsizeof(caught.value.args) < 1000
