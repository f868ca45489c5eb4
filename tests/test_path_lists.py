"""Paths from a file instead of the command line, and the keywords that `analyze` names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import phototag
from commands import COMMAND, rows, run
from phototag.cli import main
from phototag.errors import BadValue
from phototag.files import path_list
from phototag.metadata.picture_hash import digest


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_any_name_can_stand_in_a_list(portrait_jpg: Path, tmp_path: Path) -> None:
    names = [b"a line\nbreak.jpg", b"-a 'quote\" $HOME `id`.jpg", b"latin \xe9.jpg", b"\\.jpg"]
    content = portrait_jpg.read_bytes()
    (folder := tmp_path / "photos").mkdir()
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(content)
    listed = b"".join(os.fsencode(folder / os.fsdecode(name)) + b"\0" for name in names)
    (tmp_path / "list").write_bytes(listed)
    found = run("show", "--json", "--paths-from", tmp_path / "list")
    assert [os.fsencode(str(row["path"])) for row in rows(found.stdout)] == listed.split(b"\0")[:-1]
    piped = subprocess.run(
        [*COMMAND, "show", "--json", "--paths-from", "-"],
        input=listed, capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert piped.stdout.decode() == found.stdout


def test_those_on_the_command_line_come_first(portrait_jpg: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(os.fsencode(tmp_path / "none.jpg"))
    found = run("show", "--json", portrait_jpg, "--paths-from", tmp_path / "list")
    assert [row["path"] for row in rows(found.stdout)] == [
        str(portrait_jpg),
        str(tmp_path / "none.jpg"),
    ]


def test_a_command_without_any_path_says_so() -> None:
    failed = run("tag")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Missing argument 'PATH...'" in failed.stderr


@pytest.mark.parametrize(
    "words", ["tag", "decide --kind other", "analyze --json", "crop --profile linkedin"]
)
def test_a_search_that_has_found_nothing_leaves_nothing_to_do(words: str) -> None:
    nothing = CliRunner().invoke(main, [*words.split(), "--paths-from", "-"], input=b"")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "No photos were found.\n")


def test_one_path_per_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("a.jpg\nb.jpg\n", encoding="utf-8")
    failed = run("tag", "--paths-from", tmp_path / "list")
    assert failed.returncode == 2
    assert "each path must be followed by a null byte" in failed.stderr
    with pytest.raises(BadValue, match="cannot be read"):
        path_list.read(str(tmp_path))


def test_analyze_names_the_keywords_that_tag_would_write(
    portrait_jpg: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.toml").write_text(
        'root = "Bild"\nwords.kind.portrait = "Porträt"\n', "utf-8"
    )
    words = ("--keywords", "standard", "--vocabulary", tmp_path / "words.toml")
    asked = (*words, "--min-confidence", "subjects=1")
    (row,) = rows(run("analyze", "--json", *asked, portrait_jpg).stdout)
    (tagged,) = rows(run("tag", "--json", *asked, portrait_jpg).stdout)
    keywords: dict[str, list[str]] = row["keywords"]  # type: ignore[assignment]
    added: dict[str, list[str]] = tagged["added"]  # type: ignore[assignment]
    assert keywords["flat"] == added["dc:subject"]
    assert keywords["hierarchical"] == added["lr:hierarchicalSubject"]
    assert keywords["scene"] == added["Iptc4xmpCore:Scene"]
    assert keywords["hierarchical"][0] == "Bild|kind|Porträt"
    assert not any("people" in word for word in keywords["hierarchical"])


def test_with_recall_a_persons_word_holds(portrait_jpg: Path, tmp_path: Path) -> None:
    state = ("--state", tmp_path / "state.sqlite3")
    (folder := tmp_path / "photos").mkdir()
    photo = portrait_jpg.rename(folder / "a.jpg")
    picture = digest(photo.read_bytes(), str(photo))
    (own,) = rows(run("analyze", "--json", photo).stdout)
    assert (own["kind"], own["decision"]) == ("portrait", {})
    phototag.tag(photo, corrections={picture: phototag.Kind.HEADSHOT})
    (row,) = rows(run("analyze", "--json", "--recall", *state, photo).stdout)
    assert (row["kind"], row["decision"]) == ("headshot", {"kind": "headshot"})
    assert row["keywords"]["hierarchical"] == ["phototag|kind|headshot"]  # type: ignore[index]
    (plain,) = rows(run("analyze", "--json", photo).stdout)
    assert plain["kind"] == "portrait"
    said = {picture: phototag.Kind.OTHER}
    list(phototag.tag_catalogue(folder, state=tmp_path / "state.sqlite3", corrections=said))
    phototag.remove(photo)  # now it stands in the state file alone
    (row,) = rows(run("analyze", "--json", "--recall", *state, photo).stdout)
    assert (row["kind"], row["decision"]) == ("other", {"kind": "other"})


def test_recall_goes_on_after_a_failure(portrait_jpg: Path, tmp_path: Path) -> None:
    state, none = tmp_path / "state.sqlite3", tmp_path / "none.jpg"
    found = run("analyze", "--json", "--recall", "--state", state, none, portrait_jpg)
    assert found.returncode == 1
    failed, row = rows(found.stdout)
    assert failed["error"]["type"] == "PhotoNotFound"  # type: ignore[index]
    assert row["kind"] == "portrait"
