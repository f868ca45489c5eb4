"""``phototag check``: each kind of damage is found once, its remedy works, and repairs touch only phototag's part."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import phototag
from checks import disk, exiftool, findings, found, repaired, tag
from phototag.cli.sample_photos import HEADSHOT
from samples import SAMPLES

pytestmark = [
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed"),
    pytest.mark.usefixtures("unsealed"),
]

Damage = Callable[[Path], None]
Remedy = Callable[[Path, Path], None]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagged tree with its state file, and a copy of it."""
    folder = tmp_path_factory.mktemp("check")
    root = folder / "Pictures"
    (root / "deep").mkdir(parents=True)
    with Image.open(SAMPLES / "astronaut.png") as image:
        astronaut = image.convert("RGB")
    astronaut.save(root / "portrait.jpg", quality=95)
    exiftool(
        root / "portrait.jpg", "-XMP-dc:Subject=Eileen", "-IPTC:Keywords=Eileen", "-IPTCDigest=new"
    )
    astronaut.save(root / "scan.bmp")  # such files get a sidecar
    astronaut.crop(HEADSHOT).save(root / "deep" / "headshot.jpg", quality=95)
    shutil.copy(root / "deep" / "headshot.jpg", root / "deep" / "beside.jpg")
    exiftool(
        root / "deep" / "beside.jpg", "-XMP:Rating=4", "-o", f"{root / 'deep' / 'beside.jpg'}.xmp"
    )
    tag(root, folder / "state" / "here.sqlite3")
    shutil.copytree(folder, folder.with_name("check-master"))
    return folder


@pytest.fixture
def root(master: Path) -> Path:
    """The tree as it was tagged."""
    shutil.rmtree(master)
    shutil.copytree(master.with_name("check-master"), master)
    return master / "Pictures"


@pytest.fixture
def state(master: Path) -> Path:
    return master / "state" / "here.sqlite3"


def backup(root: Path, name: str) -> None:
    """Restore one file from the copy."""
    copy = root.parent.with_name("check-master") / "Pictures" / name
    shutil.copy2(copy, root / name)


def test_a_tagged_tree_is_well_and_nothing_is_written(root: Path, state: Path) -> None:
    before = disk(root.parent)
    assert found(root, state) == []
    assert found(root, state, workers=2) == []
    assert found(root / "deep", state) == found(root / "portrait.jpg", state) == []
    assert disk(root.parent) == before
    assert found(root, state, repair=True) == []
    assert disk(root.parent) == before  # nothing to repair: not even a log is made


@pytest.mark.parametrize(
    "options",
    [
        {"keywords": "full", "faces": True}, {"iptc": "never"}, {"sidecar": "always"}, {"sidecar": "never"},
        {"sidecar": "always", "lightroom_crop": "casting_8x10"}, {"min_confidence": {"kind": 1.0}},
    ],
    ids=str,
)  # fmt: skip
def test_photos_are_well_however_they_were_tagged(tmp_path: Path, options: dict[str, Any]) -> None:
    photos, state = tmp_path / "photos", tmp_path / "here.sqlite3"
    photos.mkdir()
    with Image.open(SAMPLES / "astronaut.png") as image:
        for suffix in ("jpg", "png", "tif", "webp"):
            image.convert("RGB").save(photos / f"a.{suffix}")
    words = ("-XMP-dc:Subject=Eileen", "-XMP-digiKam:TagsList=People/Eileen")
    exiftool(photos / "a.jpg", *words, "-IPTC:Keywords=portrait")
    exiftool(photos / "a.tif", "-IPTC:Keywords=Eileen", "-o", f"{photos / 'a.tif'}.xmp")
    tag(photos, state, **options)
    assert found(photos, state) == []
    tag(photos, state, keywords="standard", **{k: v for k, v in options.items() if k == "sidecar"})
    assert found(photos, state) == []


# --------------------------------------------------------------------------- damage and remedies


def truncate(root: Path) -> None:
    photo = root / "portrait.jpg"
    photo.write_bytes(photo.read_bytes()[:30_000])


def paint(root: Path) -> None:
    """An editor that keeps the metadata."""
    photo, old = root / "portrait.jpg", root.parent / "old.jpg"
    shutil.copy(photo, old)
    with Image.open(old) as image:
        image.convert("L").save(photo)
    exiftool(photo, "-tagsfromfile", str(old), "-all:all", "-unsafe")
    old.unlink()


def export(root: Path) -> None:
    """An editor that keeps no metadata."""
    with Image.open(root / "portrait.jpg") as image:
        image.load()
    image.convert("L").save(root / "portrait.jpg")


def strip(root: Path) -> None:
    exiftool(root / "deep" / "headshot.jpg", "-XMP:all=")


def delete_in_iptc(root: Path) -> None:
    exiftool(root / "portrait.jpg", "-IPTC:Keywords-=portrait")


def delete_in_xmp(root: Path) -> None:
    exiftool(root / "portrait.jpg", "-XMP-dc:Subject-=portrait")


def delete_iptc(root: Path) -> None:
    exiftool(root / "deep" / "headshot.jpg", "-IPTC:all=")


def delete_everywhere(root: Path) -> None:
    exiftool(
        root / "portrait.jpg", "-IPTC:Keywords-=portrait", "-XMP-dc:Subject-=portrait",
        "-XMP-lr:HierarchicalSubject-=phototag|kind|portrait",
    )  # fmt: skip


def delete_regions(root: Path) -> None:
    exiftool(root / "deep" / "headshot.jpg", "-XMP-iptcExt:ImageRegion=")


def old_digest(root: Path) -> None:
    """As after a program that adds keywords without renewing the digest: md5 of the user's block."""
    photo, plain = root / "portrait.jpg", root.parent / "plain.jpg"
    shutil.copy(photo, plain)
    phototag.remove(plain)
    digest = exiftool(plain, "-s3", "-IPTCDigest").strip()
    plain.unlink()
    exiftool(photo, f"-IPTCDigest={digest}")


def break_sidecar(root: Path) -> None:
    (root / "deep" / "beside.jpg.xmp").write_text("<x:xmpmeta", encoding="utf-8")


def delete_sidecar(root: Path) -> None:
    (root / "scan.bmp.xmp").unlink()


def strip_one_of_two(root: Path) -> None:
    exiftool(root / "deep" / "beside.jpg", "-XMP:all=", "-IPTC:all=")


def another_sidecar(root: Path) -> None:
    (root / "portrait.jpg.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
        "</x:xmpmeta>",
        encoding="utf-8",
    )


def tag_elsewhere(root: Path) -> None:
    phototag.tag(root / "portrait.jpg", keywords="full")


def add(root: Path) -> None:
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.save(root / "cat.png")


def write_text(root: Path) -> None:
    (root / "deep" / "notes.jpg").write_text("no photo", encoding="utf-8")


def hard_to_read(root: Path) -> None:
    exiftool(root / "portrait.jpg", "-XMP-dc:Title=A")
    data = (root / "portrait.jpg").read_bytes()
    (root / "portrait.jpg").write_bytes(data.replace(b"</x:xmpmeta>", b"</x:xmpmet>>"))


def run_tag(root: Path, state: Path) -> None:
    tag(root, state)


def restore(*names: str) -> Remedy:
    def restored(root: Path, state: Path) -> None:
        for name in names:
            backup(root, name)

    return restored


def renew_digest(root: Path, state: Path) -> None:
    exiftool(root / "portrait.jpg", "-IPTCDigest=new")
    phototag.remove(root / "portrait.jpg")
    tag(root, state)


def delete_notes(root: Path, state: Path) -> None:
    (root / "deep" / "notes.jpg").unlink()


CASES: dict[Damage, tuple[str, str, Remedy]] = {
    truncate: ("portrait.jpg", "unreadable", restore("portrait.jpg")),
    write_text: ("notes.jpg", "unreadable", delete_notes),
    paint: ("portrait.jpg", "edited", run_tag),
    export: ("portrait.jpg", "edited", run_tag),
    strip: ("headshot.jpg", "record_gone", run_tag),
    delete_in_iptc: ("portrait.jpg", "words_differ", run_tag),
    delete_in_xmp: ("portrait.jpg", "words_differ", run_tag),
    delete_iptc: ("headshot.jpg", "words_differ", run_tag),
    delete_regions: ("headshot.jpg", "region_missing", run_tag),
    old_digest: ("portrait.jpg", "digest_old", renew_digest),
    break_sidecar: ("beside.jpg.xmp", "metadata_unreadable", restore("deep/beside.jpg.xmp")),
    hard_to_read: ("portrait.jpg", "metadata_unreadable", restore("portrait.jpg")),
    delete_sidecar: ("scan.bmp", "record_gone", run_tag),
    strip_one_of_two: ("beside.jpg", "sidecars_differ", run_tag),
    another_sidecar: ("portrait.jpg.xmp", "sidecar_untagged", run_tag),
    tag_elsewhere: ("portrait.jpg", "record_differs", run_tag),
    add: ("cat.png", "never_tagged", run_tag),
}
NOTES = {"edited", "record_gone", "sidecar_untagged", "record_differs", "never_tagged"}
REPAIRED = {"record_gone", "words_differ", "region_missing", "sidecars_differ"}


@pytest.mark.parametrize("damage", CASES, ids=lambda damage: damage.__name__)
def test_damage_is_found_once_and_the_remedy_works(root: Path, state: Path, damage: Damage) -> None:
    name, kind, remedy = CASES[damage]
    damage(root)
    before = disk(root.parent)
    (one,) = findings(root, state)
    assert (Path(one.path).name, str(one.kind)) == (name, kind)
    assert str(one.severity) == ("note" if kind in NOTES else "problem")
    assert one.problem
    assert one.remedy
    assert disk(root.parent) == before
    remedy(root, state)
    assert found(root, state) == []


@pytest.mark.parametrize("damage", CASES, ids=lambda damage: damage.__name__)
def test_a_repair_mends_what_it_promises_and_nothing_else(
    root: Path, state: Path, damage: Damage
) -> None:
    name, kind, _ = CASES[damage]
    damage(root)
    before = disk(root)
    mended = repaired(root, state)
    if kind not in REPAIRED:
        assert mended == []
        assert disk(root) == before
        assert found(root, state) == [(name, kind)]
        return
    assert mended == [(name, kind)]
    assert found(root, state) == []
    changed = [path for path, (data, _) in disk(root).items() if before[path][0] != data]
    assert (changed == []) == (kind == "record_gone")
    # Without phototag's part, the damaged photo and the repaired one are the same.
    for path in changed:
        damaged = root.parent / f"damaged-{Path(path).name}"
        damaged.write_bytes(before[path][0])
        phototag.remove(damaged)
        phototag.remove(path)
        assert Path(path).read_bytes() == damaged.read_bytes()


def test_a_word_that_was_deleted_everywhere_is_no_damage(root: Path, state: Path) -> None:
    delete_everywhere(root)
    assert found(root, state) == []
    assert repaired(root, state) == []
    assert "portrait" not in exiftool(root / "portrait.jpg", "-s3", "-XMP-dc:Subject")


def test_a_repair_does_not_restore_a_word_that_was_deleted(root: Path, state: Path) -> None:
    delete_in_iptc(root)
    assert repaired(root, state) == [("portrait.jpg", "words_differ")]
    assert exiftool(root / "portrait.jpg", "-s3", "-IPTC:Keywords").strip() == "Eileen"


def test_records_of_photo_and_sidecar_agree_after_a_repair(root: Path, state: Path) -> None:
    sidecar = root / "deep" / "beside.jpg.xmp"
    old = sidecar.read_bytes()
    tag(root, state, keywords="full")
    sidecar.write_bytes(old)
    assert found(root, state) == [("beside.jpg", "sidecars_differ")]
    assert repaired(root, state) == [("beside.jpg", "sidecars_differ")]
    record = phototag.read(root / "deep" / "beside.jpg")
    sidecar.unlink()
    assert phototag.read(root / "deep" / "beside.jpg") == record
    assert record is not None
    assert len(record.keywords.flat) > 1


def test_a_photo_that_cannot_be_written_is_not_repaired(root: Path, state: Path) -> None:
    delete_in_iptc(root)
    (root / "portrait.jpg").chmod(0o444)
    (one,) = findings(root, state, repair=True)
    assert not one.repaired
    assert "not repaired: it is read-only" in one.problem
    assert one.remedy == "make it writable first"


def test_an_older_record_in_the_state_file_is_not_written_over_a_newer_one(
    root: Path, state: Path
) -> None:
    phototag.tag(root / "portrait.jpg", keywords="full")
    delete_in_iptc(root)
    before = (root / "portrait.jpg").read_bytes()
    (one,) = findings(root, state, repair=True)
    assert (str(one.kind), one.repaired) == ("words_differ", False)
    assert (root / "portrait.jpg").read_bytes() == before


def test_a_sidecar_without_its_photo_is_named_and_kept(root: Path, state: Path) -> None:
    shutil.copy(root / "deep" / "beside.jpg.xmp", root / "alone.jpg.xmp")  # another program's
    (root / "scan.bmp").unlink()
    expected = [
        ("alone.jpg.xmp", "orphan_sidecar"),
        ("scan.bmp", "vanished"),
        ("scan.bmp.xmp", "orphan_sidecar"),
    ]
    assert found(root, state) == expected
    whose = ["phototag's words are in this sidecar", "phototag made this sidecar"]
    orphans = [one for one in findings(root, state) if one.kind == "orphan_sidecar"]
    assert [one.problem.partition(",")[0] for one in orphans] == whose
    assert all("`phototag remove`" in one.remedy for one in orphans)
    assert repaired(root, state) == expected[1:2]
    assert (root / "scan.bmp.xmp").exists()
    (root / "scan.bmp.xmp").unlink()
    list(phototag.remove_catalogue(root / "alone.jpg.xmp"))
    assert found(root, state) == []


def test_a_moved_photo_is_named_with_its_new_place(root: Path, state: Path) -> None:
    new = root / "deep" / "moved.jpg"
    (root / "portrait.jpg").rename(new)
    (one,) = findings(root, state)
    assert (Path(one.path).name, str(one.kind)) == ("portrait.jpg", "vanished")
    assert f"its picture is in {new}" in one.problem
    tag(root, state)
    assert repaired(root, state) == [("portrait.jpg", "vanished")]
    assert found(root, state) == []
    assert [outcome.error for outcome in phototag.undo(state=state)] == [None] * 4


def test_photos_are_checked_without_a_state_file(root: Path, state: Path) -> None:
    state.unlink()
    delete_in_iptc(root)
    assert found(root, state) == [("here.sqlite3", "no_state"), ("portrait.jpg", "words_differ")]
    assert repaired(root, state) == []
    assert not state.exists()
    assert list(state.parent.iterdir()) == []


def test_after_remove_the_state_file_is_brought_up_to_date(root: Path, state: Path) -> None:
    for _ in phototag.remove_catalogue(root):
        pass
    names = ["beside.jpg", "headshot.jpg", "portrait.jpg", "scan.bmp"]
    assert found(root, state) == [(name, "record_gone") for name in names]
    assert repaired(root, state) == [(name, "record_gone") for name in names]
    assert found(root, state) == []


def test_a_file_that_does_not_exist_is_a_problem(root: Path, state: Path) -> None:
    assert found(root / "none.jpg", state) == [("none.jpg", "unreadable")]
