"""Lists of photos in which the verdict does not stand: dry runs, failed writes, undone runs."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from PIL import Image

import phototag
from phototag import errors
from phototag.cli import main


def by_path(tree: Path, state: Path) -> dict[str, phototag.ListedPhoto]:
    return {Path(one.path).name: one for one in phototag.list_catalogue(tree, state=state)}


def test_what_only_a_dry_run_has_seen_is_listed_and_then_tagged_as_ever(
    tree: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state, dry_run=True))
    listed = by_path(tree, state)
    assert {name: str(one.kind) for name, one in listed.items()} == {
        "portrait.jpg": "portrait", "headshot.JPG": "headshot", "cat.jpg": "other",
    }  # fmt: skip
    assert {one.unwritten for one in listed.values()} == {"only a dry run has seen it"}
    assert not any(one.changed_since for one in listed.values())
    done = {Path(one.photo).name: one for one in phototag.tag_catalogue(tree, state=state)}
    assert done["portrait.jpg"].verdict_from == "recalled"
    assert done["portrait.jpg"].change is not None
    assert done["portrait.jpg"].change.changed
    after = by_path(tree, state)
    assert {one.unwritten for one in after.values()} == {""}
    assert after["portrait.jpg"].crops == listed["portrait.jpg"].crops
    # A dry run with other words changes nothing of what is stored.
    list(phototag.tag_catalogue(tree, state=state, dry_run=True, keywords="full"))
    assert by_path(tree, state) == after


def test_a_photo_that_could_not_be_written_is_listed_with_the_reason(
    tree: Path, state: Path, headshot: Image.Image, unsealed: None
) -> None:
    headshot.save(tree / "a.avif")
    (tree / "a.avif.xmp").mkdir()
    portrait = tree / "2023" / "portrait.jpg"
    data = portrait.read_bytes()
    broken = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"
    block = b"\xff\xe1" + (len(broken) + 2).to_bytes(2, "big") + broken
    portrait.write_bytes(data[:2] + block + data[2:])
    outcomes = {Path(one.photo).name: one for one in phototag.tag_catalogue(tree, state=state)}
    for name, kind in (("portrait.jpg", "portrait"), ("a.avif", "headshot")):
        error = outcomes[name].error
        assert error is not None
        assert outcomes[name].kind == kind
        for _ in range(2):  # the second run reports it again, from the state or by another attempt
            one = by_path(tree, state)[name]
            assert (one.kind, one.unwritten, one.changed_since) == (kind, error.message, False)
            assert one.people == 1
            list(phototag.tag_catalogue(tree, state=state))
    assert "broken.jpg" not in by_path(tree, state)
    done = CliRunner().invoke(
        main, ["list", str(tree), "--state", str(state), "--kind", "portrait"]
    )
    assert "1 of these verdicts does not stand in the photos; --format csv and json say why" in (
        done.stderr
    )
    (tree / "a.avif.xmp").rmdir()
    list(phototag.tag_catalogue(tree, state=state, failed=True))
    assert by_path(tree, state)["a.avif"].unwritten == ""


def test_a_verdict_that_was_undone_is_listed_as_such(
    tree: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    list(phototag.undo(state=state))
    assert {one.unwritten for one in by_path(tree, state).values()} == {"it was undone"}


def test_a_photo_that_has_become_damaged_is_not_listed_with_its_former_picture(
    tree: Path, state: Path, unsealed: None
) -> None:
    list(phototag.tag_catalogue(tree, state=state))
    (tree / "2023" / "portrait.jpg").write_bytes(b"\xff\xd8\xff no photo")
    for force in (False, True):
        outcomes = phototag.tag_catalogue(tree, state=state, force=force)
        damaged = next(one for one in outcomes if one.photo.endswith("portrait.jpg"))
        assert isinstance(damaged.error, errors.NotAPhoto | errors.PhotoDamaged)
        assert "portrait.jpg" not in by_path(tree, state)


def test_a_check_does_not_know_what_only_a_dry_run_has_seen(
    tree: Path, state: Path, unsealed: None
) -> None:
    cat = tree / "cat.jpg"
    list(phototag.tag_catalogue(tree, state=state, dry_run=True))

    def kinds() -> set[str]:
        checked = phototag.check_catalogue(tree, state=state)
        return {str(one.kind) for each in checked for one in each.findings if one.path == str(cat)}

    assert kinds() == {"never_tagged"}
    cat.unlink()
    assert kinds() == set()
