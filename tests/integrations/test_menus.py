"""Entries in menus: valid, and right for every name a photo can have, started as each program starts them."""

from __future__ import annotations

import codecs
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from PIL import Image

import phototag
import processes
from homes import ELSEWHERE, Home
from phototag import errors
from phototag.files.formats import FORMATS, PHOTO_SUFFIXES
from phototag.integrations import chosen, desktop_entry, file_managers, installed, other_systems
from phototag.integrations.application import Command

#: What a shell, a desktop entry, a URI or a list of lines could take for something else.
NAMES = [
    "plain.jpg", "with space.jpg", "it's \"quoted\".jpg", "$HOME `id`.jpg", "line\nbreak.jpg", "-dash.jpg",
    "100%20 %U %%.jpg", "a;b&c|d>e#f?g.jpg", "back\\slash\\n.jpg", "João 박.jpg",
]  # fmt: skip
STRANGE = 'it\'s a "$HOME" `id` \\n 100%U'  # the folder of an installation
TYPES = Path("/usr/share/mime/globs2")  # shared-mime-info


@pytest.fixture
def photos(home: Home, headshot: Image.Image) -> list[Path]:
    folder = home.path / "my photos"
    folder.mkdir()
    for name in NAMES:
        headshot.save(folder / name, format="JPEG")
    return sorted(folder.iterdir())


def tagged(photos: list[Path]) -> list[Path]:
    return [path for path in photos if phototag.read(path) is not None]


# --------------------------------------------------------------------------------------- entries


@pytest.mark.parametrize("program", ["/usr/bin/python3", f"/opt/{STRANGE}/python"])
def test_the_desktop_entries_are_valid(home: Home, program: str) -> None:
    validate = shutil.which("desktop-file-validate")
    if validate is None:
        pytest.skip("desktop-file-validate is not installed")
    command = Command(program, ("-P", "-m", "phototag"), vocabulary=f"/my/{STRANGE}\n.toml")
    files = [*file_managers.DOLPHIN.pieces(command), *file_managers.NAUTILUS.pieces(command)]
    entries = {piece.path: piece for piece in files if piece.path.endswith(".desktop")}
    assert len(entries) == 2
    for path, piece in entries.items():
        piece.place(piece.plan(None))
        done = subprocess.run(
            [validate, path], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_each_format_is_called_what_the_desktop_calls_it() -> None:
    if not TYPES.is_file():
        pytest.skip("shared-mime-info is not installed")
    found: dict[str, set[str]] = {}
    for line in TYPES.read_text("utf-8").splitlines():
        if match := re.fullmatch(r"\d+:(image/[^:]+):\*(\.\w+)", line):
            found.setdefault(match[2].lower(), set()).add(match[1])
    for form in FORMATS:
        for suffix in form.suffixes:
            assert found.get(suffix, set()) <= set(form.mime_types), suffix
    assert {"image/jpeg", "image/x-canon-cr2"} <= set(desktop_entry.photo_types())


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The Python of another installation of phototag, at a strange place."""
    folder = tmp_path / STRANGE
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = Path(phototag.__file__).parents[1]
    paths = [str(own), *(path for path in sys.path if path.endswith("site-packages"))]
    paths.append(sysconfig.get_paths()["purelib"])
    target = folder / "lib" / version / "site-packages" / "phototag.pth"
    target.write_text("\n".join(dict.fromkeys(paths)) + "\n", encoding="utf-8")
    return python


def run(home: Home, *command: str | Path, code: int = 0, **more: str) -> str:
    done = subprocess.run(
        command, env=home.environment | more, cwd="/", capture_output=True, text=True, timeout=180, check=False
    )  # fmt: skip
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def test_glib_starts_the_entry_with_every_name(
    home: Home, elsewhere: Path, photos: list[Path]
) -> None:
    """As Nautilus, Shotwell and others do for "Open With"; from an installation with quotes in its path."""
    if shutil.which("gio") is None:
        pytest.skip("gio is not installed")
    run(home, elsewhere, "-m", "phototag", "integrate", "nautilus")
    entry = home.data / "applications" / "phototag.desktop"
    run(home, "gio", "launch", entry, *photos)
    processes.wait_until(lambda: tagged(photos) == photos, 120)


def test_the_scripts_tag_what_nautilus_names(
    home: Home, elsewhere: Path, photos: list[Path]
) -> None:
    """Nautilus 43 gives these variables, names without folders as arguments, and its folder as working folder."""
    run(home, elsewhere, "-m", "phototag", "integrate", "nautilus")
    script = home.data / "nautilus" / "scripts" / "phototag" / "Tag with phototag"
    uris = "".join(f"{path.as_uri()}\n" for path in photos)
    paths = "".join(f"{path}\n" for path in photos)
    names = [path.name for path in photos]
    run(
        home, script, *names, NAUTILUS_SCRIPT_SELECTED_URIS=uris,
        NAUTILUS_SCRIPT_SELECTED_FILE_PATHS=paths, NAUTILUS_SCRIPT_CURRENT_URI=photos[0].parent.as_uri(),
    )  # fmt: skip
    assert tagged(photos) == photos


def test_a_folder_of_photos_is_no_place_to_load_modules_from(
    home: Home, photos: list[Path]
) -> None:
    folder = photos[0].parent
    (folder / "attrs.py").write_text("raise SystemExit(99)", encoding="utf-8")
    shutil.copy(folder / "attrs.py", folder / "phototag.py")
    command = Command.own().words("desktop", "show", str(photos[0]))
    done = subprocess.run(
        command, env=home.environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_phototag_that_applications_could_not_start_is_refused(
    home: Home, tmp_path: Path
) -> None:
    venv.create(tmp_path / "bare", symlinks=True, with_pip=False)
    bare = Command(str(tmp_path / "bare" / "bin" / "python"), ("-P", "-m", "phototag"))
    with pytest.raises(errors.PackageMissing, match="could not start"):
        bare.check()
    Command.own().check()


# ------------------------------------------------------------------------------- what was chosen


def test_a_uri_leads_to_its_path(photos: list[Path]) -> None:
    assert chosen.paths([path.as_uri() for path in photos]) == [str(path) for path in photos]
    assert chosen.paths(map(str, photos)) == [str(path) for path in photos]
    assert chosen.paths([photos[0].as_uri(), str(photos[0])]) == [str(photos[0])]
    assert chosen.paths(["file:///a%FFb.jpg"]) == ["/a\udcffb.jpg"], "bytes that are not text"
    assert chosen.paths(["file://localhost/a?b#c.jpg"]) == ["/a?b#c.jpg"]


@pytest.mark.parametrize(
    "uri", ["trash:///a.jpg", "sftp://host/a.jpg", "file://elsewhere/a.jpg", "https://a/b.jpg"]
)
def test_a_file_that_is_not_on_this_computer_is_refused(home: Home, uri: str) -> None:
    assert "is not a file of this computer" in home.run("desktop", "tag", uri, code=2)


def test_nothing_selected_in_nautilus_means_the_folder_that_it_shows() -> None:
    selected = {"NAUTILUS_SCRIPT_SELECTED_URIS": "file:///a/1.jpg\nfile:///a/2.jpg\n"}
    shown = {"NAUTILUS_SCRIPT_CURRENT_URI": "file:///a"}
    assert chosen.by_nautilus(selected | shown) == ["file:///a/1.jpg", "file:///a/2.jpg"]
    assert chosen.by_nautilus(shown | {"NAUTILUS_SCRIPT_SELECTED_URIS": ""}) == ["file:///a"]
    assert chosen.by_nautilus({}) == []


# ---------------------------------------------------------------------------- Explorer and Finder


def test_the_registry_entries_are_removed_by_the_second_file() -> None:
    python = Command(r"C:\Program Files\phototag\python.exe", ("-P", "-m", "phototag"))
    add, remove, told = (piece.content for piece in other_systems._explorer(python, "x"))
    added, removed = (
        data.removeprefix(codecs.BOM_UTF16_LE).decode("utf-16-le") for data in (add, remove)
    )
    for text in (added, removed):
        assert text.startswith("Windows Registry Editor Version 5.00\r\n\r\n")
        assert "\n" not in text.replace("\r\n", "")
    keys = re.findall(r"^\[(HKEY_CURRENT_USER\\.+?)\]\r$", added, re.MULTILINE)
    above = {key.removesuffix(r"\command") for key in keys}
    assert len(above) == 3 * (len(PHOTO_SUFFIXES) + 1)
    assert set(re.findall(r"^\[-(.+?)\]\r$", removed, re.MULTILINE)) == above
    assert r'@="\"C:\\Program Files\\phototag\\python.exe\" \"-P\" \"-m\" ' in added
    assert b"They were not run on it." in told


def test_the_registry_entries_tag_with_the_keywords_that_were_chosen() -> None:
    python = Command("python.exe", vocabulary=r"C:\my words.toml")
    add, *_ = (piece.content for piece in other_systems._explorer(python, "x"))
    text = add.removeprefix(codecs.BOM_UTF16_LE).decode("utf-16-le")
    words = r' \"--vocabulary\" \"C:\\my words.toml\" \"--pause\" \"%1\""'
    started = [line for line in text.splitlines() if line.startswith('@="\\"')]
    for action, counted in (("tag", True), ("show", False), ("review", True)):
        lines = [line for line in started if rf"\"desktop\" \"{action}\"" in line]
        assert len(lines) == len(PHOTO_SUFFIXES) + 1
        assert all(line.endswith(words) == counted for line in lines)


OSASCRIPT = """#!/bin/sh
for word; do printf '%s\\0' "$word" >> {log}; done
"""


@pytest.mark.parametrize("action", ["tag", "show", "review"])
def test_the_script_for_finder_hands_over_every_name(
    home: Home, photos: list[Path], tmp_path: Path, action: str
) -> None:
    """With a stand-in of ``osascript``, which records its arguments."""
    programs, log = tmp_path / "bin", tmp_path / "log"
    programs.mkdir()
    (programs / "osascript").write_text(
        OSASCRIPT.format(log=shlex.quote(str(log))), encoding="utf-8"
    )
    (programs / "osascript").chmod(0o755)
    own = home.path / "my 'own' words.toml"
    own.write_text('root = "Bildart"\n', encoding="utf-8")
    home.run("integrate", "finder", "--folder", home.path / "it's here", "--vocabulary", own)
    script = home.path / "it's here" / other_systems.SCRIPT
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    run(home, script, action, *photos, PATH=path)
    words = log.read_text("utf-8").split("\0")[:-1]
    if action == "review":
        assert shlex.split(words[-2]) == [*Command.own().words("review", "--vocabulary", str(own))]
        assert words[-1] == str(photos[0].parent)
    else:
        assert all(errors.printable_name(str(photo)) in words[-1] for photo in photos)
        assert "sure" in words[-1]
    assert (tagged(photos) == photos) == (action == "tag")
    records = filter(None, map(phototag.read, photos))
    assert {one.keywords.hierarchical[0].split("|")[0] for one in records} <= {"Bildart"}


# -------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo GNOME nautilus 43.2", "43.2"), ("echo no number", "unknown"), ("exit 1", "unknown"),
        ("echo warning 1.2 >&2; echo dolphin 22.12.3", "22.12.3"), ("sleep 100", "unknown"),
    ],
)  # fmt: skip
def test_a_program_says_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, found: str
) -> None:
    (tmp_path / "viewer").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (tmp_path / "viewer").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(installed, "_SECONDS", 1)
    assert installed.version_of("viewer") == found
    assert installed.version_of("viewer-that-is-not-there") is None


def test_an_exec_line_has_its_words_quoted_only_where_needed() -> None:
    found = desktop_entry.execution(ELSEWHERE, "desktop", "tag")
    assert found == "/opt/phototag/bin/python -P -m phototag desktop tag %U"
