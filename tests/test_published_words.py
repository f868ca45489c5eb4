"""The words that users and their catalogues rely on: a change shows itself here, and is meant or a mistake.

``pytest tests/test_published_words.py --update-golden`` writes the files in ``tests/golden`` anew.
"""

from __future__ import annotations

import enum
import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import phototag
from phototag import criteria, crops, wording
from phototag.analysis import explanation
from phototag.analysis.keywords import claims, vocabulary
from phototag.analysis.keywords.claims import SCENE_CODES, Level, Vocabulary
from phototag.cli import main
from phototag.criteria import verdict
from phototag.crops import profiles, suggestion
from phototag.metadata.properties.table import PROPERTIES
from phototag.metadata.xmp.names import PREFIXES

GOLDEN = Path(__file__).with_name("golden")
HELP = GOLDEN / "help"
WIDTH = 80  # columns
UPDATE = (
    "If this change is meant, run: pytest tests/test_published_words.py --update-golden; "
    "then look at: git diff tests/golden"
)


def enumerations() -> dict[str, list[str]]:
    """Every value that the JSON, a photo or an option may hold, by the name of its class."""
    places = {name: getattr(phototag, name) for name in phototag.__all__}
    for package in ("analysis", "analysis.keywords", "criteria", "crops"):
        folder = Path(phototag.__file__).parent.joinpath(*package.split("."))
        for module in pkgutil.iter_modules([str(folder)], f"phototag.{package}."):
            places |= vars(importlib.import_module(module.name))
    return {
        name: [str(value) for value in found]
        for name, found in sorted(places.items())
        if isinstance(found, type) and issubclass(found, enum.StrEnum) and list(found)
    }


def published() -> dict[str, Any]:
    """All words that phototag writes, and the numbers that decide between two wordings."""
    words = Vocabulary()
    return {
        "levels": {str(level): [name for name, _ in words.entries(level)] for level in Level},
        "keywords": {
            branch.name: {str(value): words.word(branch.name, value) for value in branch.values}
            for branch in vocabulary.BRANCHES
        },
        "hierarchy": [
            words.path(branch, word) for branch, of_branch in words.entries() for word in of_branch
        ],
        "scene codes": {
            f"{type(value).__name__} {value}": code for value, code in SCENE_CODES.items()
        },
        "thresholds are named": list(claims.confidence_sources()),
        "criteria": list(criteria.CRITERIA),
        "values": enumerations(),
        "crop profiles": {profile.name: profile.title for profile in crops.built_in()},
        "properties": [found.label for found in PROPERTIES],
        "namespaces": dict(PREFIXES),
        "numbers": {
            "a verdict less sure than this is doubtful": verdict.DOUBT,
            "nothing is called surer than this": wording.MOST_SURE,
            "a smaller contribution is not explained": explanation.WORTH_SAYING,
            "a photo is framed for a crop with more of its area": crops.NEXT_TO_NOTHING,
            "a head tilted less counts as upright": crops.LEVEL,
            "a head may be tilted unless a profile says less": profiles.MOST_TILT,
            "print resolutions": list(suggestion.DPI),
        },
    }


def test_the_published_vocabulary_stays_as_it_is(update: bool) -> None:
    """Catalogues filter on these words: each change is a decision that the changelog names."""
    file = GOLDEN / "vocabulary.json"
    found = json.dumps(published(), indent=1, ensure_ascii=False) + "\n"
    if update:
        file.write_text(found, encoding="utf-8")
    assert found.splitlines() == file.read_text("utf-8").splitlines(), UPDATE


@pytest.mark.parametrize("command", ["phototag", *sorted(main.commands)])
def test_the_help_of_a_command_reads_as_it_did(command: str, update: bool) -> None:
    arguments = ["--help"] if command == "phototag" else [command, "--help"]
    shown = CliRunner().invoke(main, arguments, prog_name="phototag", terminal_width=WIDTH)
    assert shown.exit_code == 0
    file = HELP / f"{command}.txt"
    if update:
        HELP.mkdir(exist_ok=True)
        file.write_text(shown.stdout, encoding="utf-8")
    assert file.is_file(), f"{file.name} is missing. {UPDATE}"
    assert shown.stdout.splitlines() == file.read_text("utf-8").splitlines(), UPDATE


def test_every_stored_help_text_belongs_to_a_command(update: bool) -> None:
    extra = {file for file in HELP.iterdir() if file.stem not in {"phototag", *main.commands}}
    if update:
        for file in extra:
            file.unlink()
        extra = set()
    assert extra == set(), UPDATE
