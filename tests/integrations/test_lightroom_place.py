"""Where the plug-in for Lightroom is placed, and that Lightroom can start phototag from there."""

from __future__ import annotations

import platform
import plistlib
from pathlib import Path

import pytest

from lightroom import PLUGIN, Lightroom
from phototag.integrations.application import Command
from phototag.integrations.lightroom import LIGHTROOM, modules, version
from phototag.integrations.setting_up import integrate, take_back


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "home of 'somebody'"
    found.mkdir()
    monkeypatch.setenv("HOME", str(found))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("APPDATA", raising=False)
    return found


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("system", "place"),
    [("Darwin", "Library/Application Support/Adobe/Lightroom/Modules"),
     ("Windows", "AppData/Roaming/Adobe/Lightroom/Modules"), ("Linux", ".local/share/phototag")],
)  # fmt: skip
def test_the_plugin_is_placed_where_lightroom_looks_and_taken_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: str, place: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    done = integrate(LIGHTROOM)
    wanted = [f"{place}/phototag.lrplugin/{path.name}" for path in PLUGIN.iterdir()]
    assert files(home) == sorted(wanted)
    assert sorted(one.path for one in done) == sorted(str(home / name) for name in wanted)
    own = home / place / "phototag.lrplugin" / "Command.lua"
    assert (
        own.read_text("utf-8").splitlines()[0]
        == (PLUGIN / "Command.lua").read_text("utf-8").splitlines()[0]
    )
    take_back(LIGHTROOM)
    assert files(home) == []


def test_the_placed_plugin_runs_this_phototag(
    home: Path, tmp_path: Path, portrait_jpg: Path
) -> None:
    integrate(LIGHTROOM, str(home / "my plug-ins"))
    lightroom = Lightroom(tmp_path, plugin=home / "my plug-ins" / "phototag.lrplugin")
    photo = lightroom.add(portrait_jpg)
    lightroom.choose("Tag with phototag")
    assert lightroom.told() == [("1 photo was tagged.", "", "bezel")]
    assert lightroom.keywords(photo) == ["phototag|kind|portrait"]


def test_the_placed_plugin_tags_with_the_keywords_that_were_chosen_for_it(
    home: Path, tmp_path: Path, portrait_jpg: Path
) -> None:
    """Unless others are set in Lightroom."""
    words, others = tmp_path / "my words.toml", tmp_path / "others.toml"
    words.write_text('root = "Bildart"\n', encoding="utf-8")
    others.write_text('root = "Photos"\n', encoding="utf-8")
    integrate(LIGHTROOM, str(home / "plug-ins"), str(words))
    lightroom = Lightroom(tmp_path, plugin=home / "plug-ins" / "phototag.lrplugin")
    photo = lightroom.add(portrait_jpg)
    lightroom.choose("Tag with phototag")
    assert lightroom.keywords(photo) == ["Bildart|kind|portrait"]
    lightroom.sdk.preferences["vocabulary"] = str(others)
    lightroom.choose("Tag with phototag")
    assert lightroom.keywords(photo) == ["Photos|kind|portrait"]


def test_any_path_of_phototag_can_stand_in_the_plugin(tmp_path: Path) -> None:
    odd = Command('C:\\new\\"a"\n\r ]] é', ("-m", "phototag"), vocabulary='C:\\"w"\n]].toml')
    (written,) = (one for one in LIGHTROOM.pieces(odd) if one.path.endswith("Command.lua"))
    placed = tmp_path / "Command.lua"
    placed.write_bytes(written.content)  # type: ignore[attr-defined]
    lightroom = Lightroom(tmp_path)
    read = lightroom.lua.eval("function(path) return dofile(path) end")(str(placed))
    assert read["vocabulary"] == odd.vocabulary
    read["vocabulary"] = None
    assert tuple(read.values()) == odd.words()


def test_roaming_folders_of_windows_are_followed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(home / "elsewhere"))
    assert modules("Windows") == home / "elsewhere" / "Adobe" / "Lightroom" / "Modules"
    assert modules("Linux") is None


def test_the_installed_version_is_read_without_starting_it(tmp_path: Path) -> None:
    assert [version(system, tmp_path) for system in ("Darwin", "Windows", "Linux")] == [None] * 3
    app = "Applications/Adobe Lightroom Classic/Adobe Lightroom Classic.app/Contents"
    about = tmp_path / app / "Info.plist"
    about.parent.mkdir(parents=True)
    about.write_bytes(plistlib.dumps({"CFBundleShortVersionString": "14.5"}))
    assert version("Darwin", tmp_path) == "14.5"
    for content in (b"", b"<plist", plistlib.dumps({})):
        about.write_bytes(content)
        assert version("Darwin", tmp_path) == "unknown"
    program = tmp_path / "Adobe" / "Adobe Lightroom Classic" / "Lightroom.exe"
    program.parent.mkdir(parents=True)
    program.touch()
    assert version("Windows", tmp_path) == "unknown"
