"""Smart collections and how-tos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lupa
import pytest

from phototag import errors
from phototag.analysis.keywords.vocabulary import Level, Vocabulary
from phototag.criteria.verdict import Grade, Kind, Review
from phototag.integrations import ready_made
from phototag.integrations.ready_made import COLLECTIONS, DIGIKAM_HOW_TO, LIGHTROOM_HOW_TO
from phototag.options import TagOptions


def as_lua(file: Path) -> dict[Any, Any]:
    """The table in a file, as Lua itself reads it."""
    lua = lupa.LuaRuntime(unpack_returned_tuples=False)
    lua.execute(file.read_text("utf-8"))

    def plain(value: Any) -> Any:
        if lupa.lua_type(value) != "table":
            return value
        return {key: plain(found) for key, found in value.items()}

    found: dict[Any, Any] = plain(lua.globals()["s"])
    return found


def rules(table: dict[Any, Any]) -> list[str]:
    words = []
    for key, rule in table["value"].items():
        if key == "combine":
            assert rule == "intersect"
            continue
        assert (rule["criteria"], rule["operation"], rule["value2"]) == ("keywords", "words", "")
        words.append(rule["value"])
    return words


def test_every_smart_collection_is_a_lua_table_of_the_documented_form(tmp_path: Path) -> None:
    files = ready_made.lightroom(tmp_path)
    collections = {file.stem: as_lua(file) for file in files if file.suffix == ".lrsmcol"}
    assert sorted(collections) == sorted(collection.title for collection in COLLECTIONS)
    for title, table in collections.items():
        assert set(table) == {"id", "internalName", "title", "type", "value", "version"}
        assert (table["title"], table["internalName"]) == (title, title)
        assert (table["type"], table["version"]) == ("LibrarySmartCollection", 0)
        assert rules(table)
    assert len({table["id"] for table in collections.values()}) == len(collections)
    assert rules(collections["Headshots, strict"]) == ["headshot", "professional"]
    assert rules(collections["Groups"]) == ["group"]


def test_words_are_those_of_the_vocabulary(tmp_path: Path) -> None:
    words = Vocabulary(
        root='Bild "art"',
        words={("kind", "headshot"): 'Kopf "1"\\', ("grade", "professional"): None},
    )
    files = {file.name: file for file in ready_made.lightroom(tmp_path, words)}
    assert "Headshots, strict.lrsmcol" not in files  # its word is never written
    assert rules(as_lua(files["Headshots.lrsmcol"])) == ['Kopf "1"\\']
    assert '[Bild "art"]' in files["phototag-keywords.txt"].read_text("utf-8")
    (how_to,) = ready_made.digikam(tmp_path / "digikam", words)
    assert 'Bild "art" > kind > Kopf "1"\\' in how_to.read_text("utf-8")


def test_the_how_tos_say_which_collections_the_default_fills(tmp_path: Path) -> None:
    ready_made.lightroom(tmp_path / "lightroom")
    ready_made.digikam(tmp_path / "digikam")
    for how_to in (
        tmp_path / "lightroom" / LIGHTROOM_HOW_TO,
        tmp_path / "digikam" / DIGIKAM_HOW_TO,
    ):
        text = " ".join(how_to.read_text("utf-8").split())
        assert "`phototag tag YOUR_FOLDER` is enough for the rows with `minimal` below" in text
        assert "`phototag tag --keywords standard YOUR_FOLDER`" in text
        for collection in COLLECTIONS:
            assert f"| {collection.title} | phototag > " in text
            assert f"| {collection.level} | {collection.about} |" in text


def test_a_collection_finds_the_exact_number(tmp_path: Path) -> None:
    files = {file.name: file for file in ready_made.lightroom(tmp_path)}
    assert rules(as_lua(files["Three people.lrsmcol"])) == ["3 people"]
    own = Vocabulary(words={("people", "3"): None})
    names = {file.name for file in ready_made.lightroom(tmp_path / "own", own)}
    assert "Three people.lrsmcol" not in names
    assert "Groups.lrsmcol" in names


def test_a_second_call_writes_the_same(tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in ready_made.lightroom(tmp_path)}
    assert {file: file.read_bytes() for file in ready_made.lightroom(tmp_path)} == before


def test_a_collection_says_how_many_words_it_needs() -> None:
    levels = {collection.title: collection.level for collection in COLLECTIONS}
    by_default = {title for title, level in levels.items() if level is TagOptions().keywords}
    assert by_default == {"Headshots", "Portraits", "Doubtful verdicts"}
    assert set(levels.values()) == {Level.MINIMAL, Level.STANDARD}
    known = {value for collection in COLLECTIONS for _, value in collection.wanted}
    assert {Kind.HEADSHOT, Kind.PORTRAIT, Review.DOUBTFUL, *Grade} <= known


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.OutputNotWritable, match="another folder"):
        ready_made.lightroom(tmp_path / "file")
