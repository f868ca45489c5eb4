"""Words that other programs make of phototag's, and words of the user that look like them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks.faults.unsealed import remove
from phototag.analysis.keywords.claims import Keywords
from phototag.metadata.containers import open_container
from phototag.metadata.iim import parse
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from writing import apply


def words(path: Path, label: str) -> list[str]:
    data = path.read_bytes()
    xmp = data if path.suffix == ".xmp" else open_container(data, path.name).xmp
    return sorted(Packet(xmp).texts(Name.of(label)))


def iptc(path: Path) -> list[str]:
    block = open_container(path.read_bytes(), path.name).iptc
    return [] if block is None else sorted(parse(block).keywords)


def edit(exiftool: str, path: Path, *options: str) -> None:
    """What another program writes."""
    command = [exiftool, "-q", "-q", "-m", "-overwrite_original", *options, str(path)]
    subprocess.run(command, check=True, timeout=60)


SPREAD = (
    "-XMP-dc:Subject+=phototag", "-XMP-dc:Subject+=kind", "-XMP-dc:Subject+=background",
    "-IPTC:Keywords+=phototag", "-IPTC:Keywords+=kind", "-IPTC:Keywords+=background",
    "-XMP-lr:HierarchicalSubject+=phototag", "-XMP-lr:HierarchicalSubject+=phototag|kind",
)  # fmt: skip


def test_levels_that_a_program_has_spread_go_with_the_next_run_and_with_removal(
    make: Any, exiftool: str, headshot: Record
) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=wedding", "-IPTC:Keywords=wedding")
    apply(path, headshot)
    tagged = [words(path, "dc:subject"), words(path, "lr:hierarchicalSubject"), iptc(path)]
    for last in (False, True):
        edit(exiftool, path, *SPREAD)
        assert {"phototag", "kind"} <= {*words(path, "dc:subject")} & {*iptc(path)}
        if last:
            remove(path)
        else:
            apply(path, headshot)
            found = [words(path, "dc:subject"), words(path, "lr:hierarchicalSubject"), iptc(path)]
            assert found == tagged
            assert not apply(path, headshot).changed
    assert [words(path, "dc:subject"), iptc(path)] == [["wedding"], ["wedding"]]
    assert words(path, "lr:hierarchicalSubject") == []


@pytest.mark.parametrize("before", [True, False], ids=["had before", "given since"])
def test_a_word_that_is_called_like_a_level_stays_the_users(
    make: Any, exiftool: str, headshot: Record, *, before: bool
) -> None:
    people = ("-XMP-dc:Subject+=people", "-IPTC:Keywords+=people")
    record = attrs.evolve(
        headshot, keywords=Keywords(("headshot", "one person"), ("phototag|kind|headshot", "phototag|people|one person"))
    )  # fmt: skip
    path = make("a.jpg", *(people if before else ("-XMP-dc:Subject=x",)))
    apply(path, record)
    edit(exiftool, path, *(() if before else people), "-XMP-dc:Rights=edited")
    for _ in range(2):
        apply(path, record)
        assert "people" in words(path, "dc:subject")
        assert "people" in words(path, "lr:hierarchicalSubject")
        assert "people" in iptc(path)
    if before:  # a program that spreads the levels does not make it phototag's
        edit(exiftool, path, "-XMP-dc:Subject+=phototag", "-XMP-dc:Subject+=kind")
        apply(path, record)
        assert "people" in words(path, "dc:subject")
        assert "kind" not in words(path, "dc:subject")
    remove(path)
    assert "people" in words(path, "dc:subject")
    assert "people" in iptc(path)


def test_words_that_a_program_has_copied_into_a_sidecar_of_its_own_are_known(
    make: Any, exiftool: str, headshot: Record
) -> None:
    path = make("a.jpg", "-XMP-dc:Subject=wedding", "-XMP-dc:Subject=own")
    apply(path, headshot)
    beside = path.with_name("a.jpg.xmp")
    copied = [
        *(f"-XMP-dc:Subject={word}" for word in ("wedding", "new", "headshot", "plain background")),
        *(f"-XMP-dc:Subject={word}" for word in ("phototag", "kind", "background")),
        *(f"-XMP-lr:HierarchicalSubject={path}" for path in headshot.keywords.hierarchical),
        "-XMP-lr:HierarchicalSubject=wedding", "-XMP-lr:HierarchicalSubject=Album|new",
        "-XMP-xmp:Rating=4",
    ]  # fmt: skip
    subprocess.run([exiftool, "-q", "-q", "-o", str(beside), *copied], check=True, timeout=60)
    kept = beside.read_bytes()
    remove(path)
    assert words(beside, "dc:subject") == ["new", "wedding"]
    assert words(beside, "lr:hierarchicalSubject") == ["Album|new", "wedding"]
    assert words(path, "dc:subject") == ["own", "wedding"]
    apply(path, headshot)
    beside.write_bytes(kept)
    apply(path, headshot)
    remove(path)
    assert words(beside, "dc:subject") == ["new", "wedding"]
    assert b"phototag" not in beside.read_bytes()


def test_a_copy_whose_original_is_gone_is_the_users(
    make: Any, exiftool: str, headshot: Record
) -> None:
    path = make("a.jpg", "-IPTC:Keywords=in iptc", "-XMP-dc:Subject=in xmp")
    apply(path, headshot)
    shutil.copy(path, whole := path.with_name("b.jpg"))
    edit(exiftool, path, "-IPTC:All=")
    remove(path)
    assert words(path, "dc:subject") == ["in iptc", "in xmp"]
    remove(whole)
    assert (words(whole, "dc:subject"), iptc(whole)) == (["in xmp"], ["in iptc"])
