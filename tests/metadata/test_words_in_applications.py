"""No application loses a word of the user's, whatever field it stands in and whatever is odd about it.

Each application lists the same photos before they are tagged, after it, and after removal; see ``words.py``.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import applications
import darktable
import desktop
import words
from applications import LEVELS
from benchmarks.faults.unsealed import remove
from desktop import Listed
from phototag.analysis.keywords.claims import Keywords
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from writing import apply

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("applications")]
FOUND = {
    "kind": "portrait", "shot": "half body", "people": "one person", "expression": "smile",
    "environment": "indoor", "background": "plain background", "use": "portfolio",
}  # fmt: skip
PATHS = tuple(f"phototag|{level}|{word}" for level, word in FOUND.items())
EDITED = (
    "-dc",
    "-lr",
    "-iptc",
    "-odd",
    "-long",
    "-twice",
    "-ours",
)  # names of photos that darktable rates
#: The words of the user's that are phototag's, too, or the names of its levels.
SHARED = set(words.ODD["ours"])


@attrs.frozen
class Folders:
    """The same photos in three states."""

    before: Path
    tagged: Path
    removed: Path


@pytest.fixture(scope="module")
def folders(exiftool: str, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    del exiftool
    top = tmp_path_factory.mktemp("mixture")
    found = Folders(top / "before", top / "tagged", top / "removed")
    found.before.mkdir()
    for number, photo in enumerate(words.mixture()):
        words.make(photo, number, found.before)
    record = Record(
        kind="portrait",
        confidence=0.9,
        keywords=Keywords(tuple(FOUND.values()), PATHS, ("010200",)),
        software="0.1.0",
    )
    shutil.copytree(found.before, found.tagged)
    for path in desktop.photos(found.tagged):
        apply(path, record)
    shutil.copytree(found.tagged, found.removed)
    for path in desktop.photos(found.removed):
        remove(path)
    return found


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("application", applications.ALL)
def test_no_word_is_gone_changed_or_listed_twice(
    folders: Folders, tmp_path: Path, application: str
) -> None:
    before, tagged, removed = (
        applications.listed(application, folder, tmp_path / folder.name)
        for folder in (folders.before, folders.tagged, folders.removed)
    )
    assert len(before) >= 60
    assert sum(map(len, before.values())) >= 150
    assert before.keys() == tagged.keys() == removed.keys()
    assert list(gone(application, before, tagged)) == []
    assert list(twice(before, tagged)) == []
    assert sorted_words(removed) == sorted_words(before)
    assert list(lacking(application, tagged)) == []


def test_what_darktable_saves_after_an_edit_has_every_word(
    folders: Folders, tmp_path: Path
) -> None:
    """It writes a sidecar for each photo that it rates, with the keywords in its database."""
    darktable.installed()
    saved = []
    for folder in (folders.before, folders.tagged):
        rated = tmp_path / folder.name
        rated.mkdir()
        for path in desktop.photos(folder):
            if path.stem.endswith(EDITED) and path.suffix == ".jpg":
                shutil.copy(path, rated)
        darktable.rate(rated, tmp_path / f"{folder.name}-own", 4)
        saved.append({path.name: words_beside(path) for path in desktop.photos(rated)})
    untagged, tagged = saved
    assert len(tagged) >= 20
    assert sum(map(bool, untagged.values())) >= 15  # it does not read the others' fields
    for name, found in tagged.items():
        assert untagged[name] <= found, name


def words_beside(path: Path) -> set[str]:
    """The keywords in a photo's sidecar."""
    packet = Packet(path.with_name(path.name + ".xmp").read_bytes())
    return {
        word
        for name in ("dc:subject", "lr:hierarchicalSubject")
        for word in packet.texts(Name.of(name))
    }


def gone(application: str, before: Listed, after: Listed) -> Iterator[tuple[str, str]]:
    """The words that are not listed any more, by photo."""
    for name, listed in before.items():
        for word in listed:
            moved = application == "digikam" and word in SHARED
            if word not in after[name] and not (moved and is_below(word, after[name])):
                yield name, word


def is_below(word: str, listed: list[str]) -> bool:
    """Whether a tag of this name is listed, at any level: digiKam takes a word for any tag of its name."""
    return any(tag.rpartition("/")[2] == word for tag in listed)


def twice(before: Listed, after: Listed) -> Iterator[tuple[str, str]]:
    """The words that are listed more often than before, by photo."""
    for name, listed in after.items():
        for word, count in Counter(listed).items():
            if count > max(1, before[name].count(word)):
                yield name, word


def lacking(application: str, after: Listed) -> Iterator[tuple[str, str]]:
    """Phototag's words that are not listed, by photo."""
    for name, listed in after.items():
        there, separator = set(listed), LEVELS.get(application, "|")
        if application in LEVELS and "divided" not in name:
            wanted = {path.replace("|", separator) for path in PATHS}
        else:
            # digiKam and Shotwell show a word without levels where they know one of its name.
            wanted = set(FOUND.values())
            there |= {tag.rpartition(separator)[2] for tag in listed}
        # A word that the user spells in another way is not added.
        wanted -= {word.casefold() for word in there & SHARED}
        for word in wanted - there:
            yield name, word


def sorted_words(listed: Listed) -> dict[str, list[str]]:
    """The listing without its order."""
    return {name: sorted(found) for name, found in listed.items()}
