"""What digiKam and darktable themselves see of photos, before and after they are tagged; see ``applications.py``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from applications import BY_SCRIPT, LEVELS, Table, seen, tags
from benchmarks.faults.unsealed import remove
from corpus import BESIDE, MIXTURES, build, put_beside
from phototag.metadata.containers import open_container
from phototag.metadata.record import Record, WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from writing import apply

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]


def claims(record: Record, application: str) -> set[str]:
    return {path.replace("|", LEVELS[application]) for path in record.keywords.hierarchical}


def all_words(path: Path, application: str) -> set[str]:
    """All keywords in a photo and its sidecar, hierarchical ones as the application shows them."""
    found: set[str] = set()
    beside = path.with_name(path.name + ".xmp")
    for file in (path, beside):
        if file.exists():
            data = file.read_bytes()
            packet = data if file == beside else open_container(data, file.name).xmp
            found |= set(Packet(packet).texts(Name.of("dc:subject")))
            paths = Packet(packet).texts(Name.of("lr:hierarchicalSubject"))
            found |= {path.replace("|", LEVELS[application]) for path in paths}
    return found


def nothing_is_lost(
    application: str, before: Table, after: Table, record: Record, folder: Path
) -> None:
    """Our words, and all of the user's words, people, ratings and labels that were there."""
    assert before.keys() == after.keys()
    for name, row in after.items():
        assert claims(record, application) <= set(tags(row)), name
        # digiKam cannot read Latin-1 IPTC; what it lists of it is no word of the user's.
        readable = {tag for tag in tags(before[name]) if "\N{REPLACEMENT CHARACTER}" not in tag}
        assert readable <= set(tags(row)), name
        extra = set(tags(row)) - set(tags(before[name])) - claims(record, application)
        # Words that an application did not list before: those in IPTC alone, or in dc:subject
        # beside a hierarchy. darktable lists IPTC's flat words beside the hierarchy, and knows less fields.
        assert extra <= all_words(folder / name, application), name
        for field in row.keys() - {"tags", "file"}:
            assert row[field] == before[name][field], (name, field)


def apply_to(paths: Iterable[Path], record: Record, options: WriteOptions | None = None) -> None:
    for path in paths:
        apply(path, record, options)


@pytest.mark.parametrize("application", BY_SCRIPT)
def test_nothing_of_the_users_is_lost(
    tmp_path: Path, exiftool: str, headshot: Record, application: str
) -> None:
    folder = tmp_path / "photos"
    paths = build(folder, exiftool, MIXTURES)
    for path in build(folder, exiftool, dict.fromkeys(BESIDE, ())):
        put_beside(path, exiftool, BESIDE[path.name])
        paths.append(path)
    before = seen(application, folder, sidecars=True)
    assert len(before) == len(paths) >= 20
    apply_to(paths, headshot)
    after = seen(application, folder, sidecars=True)
    nothing_is_lost(application, before, after, headshot, folder)
    for path in paths:
        remove(path)
    assert seen(application, folder, sidecars=True) == before


def test_digikam_lists_faces_only_on_request(
    tmp_path: Path, exiftool: str, headshot: Record
) -> None:
    """A crop would become a person called after it; a face is listed once, without a name."""
    paths = build(tmp_path / "photos", exiftool, {"plain.jpg": (), "asked.jpg": ()})
    face = WriteOrder(record=headshot, faces=(Box(0.3, 0.2, 0.2, 0.3),), size=(160, 120))
    apply(paths[0], headshot)
    apply(paths[1], face)
    found = seen("digikam", tmp_path / "photos")
    assert found["plain.jpg"]["regions"] == ""
    assert found["asked.jpg"]["regions"].count("<rect") == 1
    assert "crop" not in found["asked.jpg"]["regions"].casefold()


@pytest.mark.parametrize("application", BY_SCRIPT)
def test_applications_read_the_sidecars(tmp_path: Path, headshot: Record, application: str) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = [folder / name for name in ("a.heic", "b.avif", "c.jpg", "d.nef")]
    for number, path in enumerate(paths):
        Image.new("RGB", (160, 120), (40 * number, 90, 120)).save(
            path, "TIFF" if path.suffix == ".nef" else None
        )
    apply_to(paths, headshot, WriteOptions(sidecar="always"))
    found = seen(application, folder, sidecars=True)
    listed = {name: row for name, row in found.items() if not name.endswith(".xmp")}
    assert listed.keys() == {path.name for path in paths}
    for name, row in listed.items():
        assert claims(headshot, application) <= set(tags(row)), name
