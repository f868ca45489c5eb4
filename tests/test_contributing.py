"""CONTRIBUTING followed to the letter: each thing is added in as many files as it says, and works."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import phototag

ROOT = Path(__file__).parents[1]
PACKAGE = Path(phototag.__file__).parent
EXAMPLE = ROOT / "docs" / "examples" / "phototag-placement" / "phototag_placement.py"
CONTAINER = '''
"""A PPM picture: the packet is a comment behind its first line, in hexadecimal."""

from __future__ import annotations

from phototag.metadata.containers.container import Container, Rest

FIRST, MARK = b"P6\\n", b"#XMP "


class Ppm(Container):
    """See above."""

    format = "PPM"

    @property
    def xmp(self) -> bytes | None:
        """The packet."""
        comment = self._parts()[0]
        return bytes.fromhex(comment.decode()) if comment else None

    @property
    def exif(self) -> bytes | None:
        """There is none."""
        return None

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """The file with another packet."""
        comment = MARK + xmp.hex().encode() + b"\\n" if xmp else b""
        return FIRST + comment + self._parts()[1]

    def rest(self) -> Rest:
        """Everything but the comment."""
        return (FIRST, self._parts()[1])

    def _parts(self) -> tuple[bytes, bytes]:
        behind = self._data.removeprefix(FIRST)
        if not behind.startswith(MARK):
            return b"", behind
        comment, _, tail = behind.removeprefix(MARK).partition(b"\\n")
        return comment, tail
'''


def block(kind: str) -> str:
    """What CONTRIBUTING shows to be added."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.search(rf"<!-- add: {kind} -->\n *```\w+\n(.*?)\n *```", text, re.DOTALL)
    assert found is not None, kind
    return textwrap.dedent(found.group(1))


def entry(kind: str) -> str:
    """The same as an entry of a table."""
    return textwrap.indent(f"{block(kind).removesuffix(',')},", "    ")


def content(folder: Path) -> dict[str, str]:
    """A digest of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def insert(path: Path, behind: str, text: str) -> None:
    """Add lines behind the line that matches."""
    before = path.read_text("utf-8")
    after, count = re.subn(
        behind, lambda line: f"{line.group(0)}\n{text}", before, count=1, flags=re.MULTILINE
    )
    assert count == 1, behind
    path.write_text(after, "utf-8")


def add_option(house: Path) -> None:
    insert(
        house / "options" / "writing.py",
        r'^class TagOptions\(.*\):\n    """.*"""\n',
        textwrap.indent(block("option in class TagOptions"), "    "),
    )


def add_property(house: Path) -> None:
    table = house / "metadata" / "properties" / "table.py"
    insert(table, r"^PROPERTIES: .*\($", entry("property in PROPERTIES"))
    insert(
        table,
        r"^from typing import Final$",
        "from phototag.metadata.properties.bag import FlatWords",
    )


def add_format(house: Path) -> None:
    insert(house / "files" / "formats.py", r"^FORMATS: .*\($", entry("format in FORMATS"))
    (house / "metadata" / "containers" / "ppm.py").write_text(CONTAINER, "utf-8")


def add_profile(house: Path) -> None:
    path = house / "crops" / "profiles.toml"
    path.write_text(f"{path.read_text('utf-8')}\n{block('profile')}\n", "utf-8")


def add_criterion(house: Path) -> None:
    """One file; the folder beside it is what pip makes of the entry point."""
    shutil.copy(EXAMPLE, house.parent)
    made = house.parent / "placement-1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: placement\nVersion: 1.0\n", "utf-8"
    )
    entry = "[phototag.criteria]\nplacement = phototag_placement:CRITERION\n"
    (made / "entry_points.txt").write_text(entry, "utf-8")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with one more of everything, and how many files each has touched."""
    folder = tmp_path_factory.mktemp("house") / "phototag"
    models = shutil.ignore_patterns("__pycache__", "*.onnx", "*.task", "*.tflite")
    shutil.copytree(PACKAGE, folder, ignore=models)
    (folder / "vision" / "models").mkdir(exist_ok=True)
    for model in (PACKAGE / "vision" / "models").iterdir():
        if model.suffix in {".onnx", ".task", ".tflite"}:
            (folder / "vision" / "models" / model.name).symlink_to(model)
    touched = {}
    for name, add in (
        ("option", add_option),
        ("property", add_property),
        ("format", add_format),
        ("criterion", add_criterion),
        ("profile", add_profile),
    ):
        before = content(folder.parent)
        add(folder)
        after = content(folder.parent)
        changed = {path for path in after if after[path] != before.get(path)}
        touched[name] = sorted(path for path in changed if ".dist-info" not in path)
    assert {name: len(paths) for name, paths in touched.items()} == {
        "option": 1, "property": 1, "format": 2, "criterion": 1, "profile": 1,
    }, touched  # fmt: skip
    return folder


def run(house: Path, *arguments: str | Path) -> str:
    """What Python prints with this package."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, check=False, timeout=120, cwd=house.parent,
        env={**os.environ, "PYTHONPATH": str(house.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def command(house: Path, *arguments: str | Path) -> dict[str, Any]:
    """The JSON of a command."""
    found: dict[str, Any] = json.loads(run(house, "-m", "phototag", *arguments, "--json"))
    return found


def test_an_added_option_is_one_everywhere(house: Path) -> None:
    assert "--capitals" in run(house, "-m", "phototag", "tag", "--help")
    code = """
        import inspect, phototag
        from phototag.catalogue.options_fingerprint import settings_of
        from phototag.options import CatalogueOptions
        assert phototag.__file__.startswith({folder!r})
        assert "capitals" in inspect.signature(phototag.tag).parameters
        assert phototag.TagOptions(capitals=True).capitals
        assert settings_of(CatalogueOptions(capitals=True)) != settings_of(CatalogueOptions())
    """
    run(house, "-c", textwrap.dedent(code.format(folder=str(house))))


def test_an_added_property_is_written_and_removed(house: Path, portrait_jpg: Path) -> None:
    before = portrait_jpg.read_bytes()
    added = command(house, "tag", portrait_jpg)["added"]
    assert added["Iptc4xmpExt:PersonInImage"] == added["dc:subject"] == ["portrait"]
    assert b"PersonInImage" in portrait_jpg.read_bytes()
    command(house, "remove", portrait_jpg)
    assert portrait_jpg.read_bytes() == before


def test_an_added_format_is_read_written_and_given_back(
    house: Path, astronaut: Image.Image, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo = folder / "a.ppm"
    astronaut.save(photo)
    before = photo.read_bytes()
    tagged = command(house, "tag", folder, "--state", tmp_path / "state.sqlite3")
    assert tagged["files"] == [str(photo)]
    with Image.open(photo) as image:
        assert image.tobytes() == astronaut.tobytes()
    assert command(house, "show", photo)["record"]["kind"] == "portrait"
    command(house, "remove", photo)
    assert photo.read_bytes() == before


def test_an_added_criterion_and_profile_are_in_the_result(house: Path, portrait_jpg: Path) -> None:
    result = command(house, "analyze", portrait_jpg)
    assert result["criteria"]["placement"]["side"] == "centre"
    offered = {crop["profile"] for crop in (*result["crops"], *result["refusals"])}
    assert "id_card" in offered
