"""The stand-in for Lightroom refuses what the real one refuses: else the tests of the plug-in would prove nothing."""

from __future__ import annotations

from pathlib import Path

import lupa.lua51 as lupa
import pytest

from lightroom import PLUGIN, Lightroom, real_command

OPEN = """
local sdk = ...
local catalog, photo = sdk.catalog, sdk.photo(sdk.selected[1])
local function write(action) return catalog:withWriteAccessDo("Test", action, { timeout = 1 }) end
local function make(name, parent) return catalog:createKeyword(name, {}, true, parent, true) end
local function set(id, value) return function() photo:setPropertyForPlugin(sdk.plugin, id, value) end end
"""

REFUSED = {
    "reading outside a task": ("", "asynchronous task"),
    "adding a keyword outside a transaction": ("photo:addKeyword(nil)", "inside withWriteAccessDo"),
    "a keyword outside a transaction": ("make('a')", "inside withWriteAccessDo"),
    "a field outside a transaction": ("set('verdict', 'portrait')()", "inside withWriteAccessDo"),
    "a keyword in a private transaction": (
        "catalog:withPrivateWriteAccessDo(function() make('a') end)", "inside withWriteAccessDo",
    ),
    "a transaction in another": ("write(function() write(function() end) end)", "nested"),
    "a transaction without a name": ("catalog:withWriteAccessDo(function() end)", "actionName"),
    "a plain pcall around what yields": (
        "local ok, why = pcall(catalog.getKeywords, catalog) error(why)", "yield across",
    ),
    "a keyword twice": (
        "write(function() for _ = 1, 2 do catalog:createKeyword('a', {}, true, nil, false) end end)", "there already",
    ),
    "a keyword given in the transaction that made it": (
        "write(function() photo:addKeyword(make('a')) end)", "before its transaction has ended",
    ),
    "a keyword below one of the same transaction": (
        "write(function() make('b', make('a')) end)", "before its transaction has ended",
    ),
    "the name of a keyword of the same transaction": (
        "write(function() make('a'):getName() end)", "before its transaction has ended",
    ),
    "a keyword without synonyms": ("write(function() catalog:createKeyword('a', nil, true) end)", "synonyms"),
    "a keyword that is a text": ("write(function() photo:addKeyword('a') end)", "must be an LrKeyword"),
    "a field that is not declared": ("write(set('grade', 'x'))", "declares no field grade"),
    "a value that is not listed": ("write(set('confidence', '50'))", "is no value of the field confidence"),
    "a value of another type": ("write(set('reason', 7))", "takes a string, not a number"),
    "a text that is too long": ("write(set('reason', ('x'):rep(512)))", "longer than 511 bytes"),
    "a text that is not UTF-8": ("write(set('reason', '\\255'))", ""),
    "another plug-in's field": (
        "write(function() photo:setPropertyForPlugin({}, 'reason', 'x') end)", "must be _PLUGIN",
    ),
    "no photos at once": ("catalog:batchGetRawMetadata({}, { 'path' })", "no photos"),
    "an unknown key": ("photo:getRawMetadata('faces')", "unknown key faces"),
    "an unknown function": ("catalog:deleteKeyword()", "LrCatalog has no deleteKeyword"),
    "a command in a transaction": (
        "write(function() sdk.modules.LrTasks.execute('true') end)", "would block the catalogue",
    ),
    "a photo that is gone": ("sdk.photos[sdk.selected[1]] = nil photo:getRawMetadata('path')", "no longer in"),
    "a busy catalogue without a time limit": (
        "sdk.busy = true catalog:withWriteAccessDo('Test', function() end)", "no timeout is given",
    ),
    "a dialog without style": ("sdk.modules.LrDialogs.message('a', 'b')", "unknown style"),
}  # fmt: skip


@pytest.fixture
def lightroom(tmp_path: Path) -> Lightroom:
    made = Lightroom(tmp_path)
    made.add(tmp_path / "a.jpg")
    return made


def in_task(lightroom: Lightroom, code: str) -> None:
    func = lightroom.lua.eval(f"function(...) {OPEN} return function() {code} end end")
    lightroom.sdk.in_task(func(lightroom.sdk))


@pytest.mark.parametrize("what", [name for name, (code, _) in REFUSED.items() if code])
def test_the_stand_in_refuses(lightroom: Lightroom, what: str) -> None:
    code, why = REFUSED[what]
    before = lightroom.state()
    with pytest.raises((lupa.LuaError, UnicodeDecodeError)) as caught:
        in_task(lightroom, code)
    assert why in str(caught.value)
    if "is gone" not in what:
        assert lightroom.state() == before
    assert lightroom.tree() == {}, "a transaction that fails leaves nothing"


def test_the_catalogue_cannot_be_read_outside_a_task(lightroom: Lightroom) -> None:
    with pytest.raises(lupa.LuaError, match="asynchronous task"):
        lightroom.sdk.catalog.getKeywords(lightroom.sdk.catalog)


def test_the_stand_in_does_what_is_allowed(lightroom: Lightroom) -> None:
    in_task(
        lightroom,
        "write(function() make('a') end) write(function() make('b', sdk.below(nil)[1]) end)",
    )
    in_task(
        lightroom,
        "write(function() photo:addKeyword(sdk.below(nil)[1]) end) write(set('shot', 'other'))",
    )
    (photo,) = lightroom.state()
    assert lightroom.state()[photo] == (["a"], {"shot": "other"})
    assert lightroom.tree() == {"a": True, "a|b": True}
    in_task(lightroom, "write(function() assert(make('A') == nil and make('a, b') == nil) end)")
    lightroom.sdk.undo()
    lightroom.sdk.undo()
    assert lightroom.state()[photo] == (["a"], {})


@pytest.mark.parametrize(
    ("code", "why"),
    [("local x = os.getenv('HOME')", "getenv"), ("local x = collectgarbage", "no collectgarbage"), ("global = 1", "set by mistake"),
     ("local x = import('LrNone')", "there is no LrNone"), ("local x = undefined", "no undefined")],
)  # fmt: skip
def test_scripts_see_what_lightrooms_lua_has(tmp_path: Path, code: str, why: str) -> None:
    changed = tmp_path / "phototag.lrplugin"
    changed.mkdir()
    for file in PLUGIN.iterdir():
        text = code + "\n" if file.name == "Options.lua" else ""
        (changed / file.name).write_text(text + file.read_text("utf-8"), "utf-8")
    with pytest.raises(lupa.LuaError, match=why):
        Lightroom(tmp_path, plugin=changed).choose("Tag with phototag")


#: Mistakes in the plug-in that would only show in Lightroom, as (file, right, wrong).
MISTAKES = [
    ("Catalogue.lua", "LrTasks.pcall(change", "pcall(change"),
    ("Runner.lua", "LrTasks.pcall(LrTasks.execute, line)", "pcall(LrTasks.execute, line)"),
    ("Tagging.lua", "tree:add(needed(plans)) and Catalogue.change(", "Catalogue.change("),
    ("Keywords.lua", "for level = 1, deepest do", "for level = deepest, deepest do"),
    ("Judged.lua", "fitting(said", "7 + #(said"),
    ("Fields.lua", 'shown("reason", "Reason"),', ""),
    ("Shell.lua", """"'" .. word:gsub("'", "'\\\\''") .. "'\"""", "word"),
    ("Selection.lua", '"path", "isVideo", "fileFormat"', '"path", "isVideo", "format"'),
]


def works(folder: Path, photo: Path, mistake: tuple[str, str, str]) -> bool:
    """Whether the plug-in with this change tags a photo as it should."""
    name, right, wrong = mistake
    changed = folder / "phototag.lrplugin"
    changed.mkdir()
    for file in PLUGIN.iterdir():
        text = file.read_text("utf-8")
        if file.name == name:
            assert right in text
            text = text.replace(right, wrong)
        (changed / file.name).write_text(text, "utf-8")
    lightroom = Lightroom(folder, plugin=changed)
    lightroom.sdk.preferences["command"] = str(real_command(folder))
    tagged = lightroom.add(photo)
    try:
        lightroom.choose("Tag with phototag")
    except (AssertionError, lupa.LuaError):
        return False
    told = lightroom.told() == [("1 photo was tagged.", "", "bezel")]
    return told and lightroom.keywords(tagged) == ["phototag|kind|portrait"]


def test_without_a_mistake_it_works(tmp_path: Path, portrait_jpg: Path) -> None:
    assert works(tmp_path, portrait_jpg, ("Info.lua", "phototag", "phototag"))


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=[f"{name}: {wrong}" for name, _, wrong in MISTAKES]
)
def test_a_mistake_in_the_plugin_shows_itself(
    tmp_path: Path, portrait_jpg: Path, mistake: tuple[str, str, str]
) -> None:
    assert not works(tmp_path, portrait_jpg, mistake)
