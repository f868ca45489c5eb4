"""The words that phototag may write: which values, under which branch, in which language.

``BRANCHES`` is phototag's controlled list; criteria of other packages add to it. A vocabulary replaces its
words: by German ones, by those of an agency, or by none for unwanted keywords.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from phototag import plugins
from phototag.criteria import CRITERIA, installed
from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.marketing import Use
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.posing import Facing
from phototag.criteria.retouching import Colour, Style
from phototag.criteria.situation import Occasion
from phototag.criteria.subjects import Subjects
from phototag.criteria.verdict import Grade, Kind, Review
from phototag.errors import BadPlugin, BadVocabulary
from phototag.files import arguments, toml_file

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

GROUP = "phototag.vocabularies"
ROOT = "phototag"  # all of phototag's keywords are below this node
SEPARATOR = "|"
FEWEST_COUNTED = 2  # "one person" says it for one
_RESERVED = (SEPARATOR, "/")  # they separate the levels of hierarchical words


class Level(enum.StrEnum):
    """How many keywords are written."""

    MINIMAL = "minimal"  # the verdict, and whether it is doubtful
    STANDARD = "standard"  # also grade, shot size, people
    FULL = "full"  # also every other criterion


class PeopleCount(enum.StrEnum):
    """How many people are the subject, where it is more than one.

    Large groups are not counted exactly: hidden faces are missed, and crowds have no bystanders.
    """

    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    EIGHT = "8"
    NINE = "9"
    MANY = "10_or_more"

    @classmethod
    def of(cls, count: int) -> PeopleCount | None:
        """The value for a number; None for fewer than two."""
        return (
            None if count < FEWEST_COUNTED else list(cls)[min(count - FEWEST_COUNTED, len(cls) - 1)]
        )


@attrs.frozen(kw_only=True)
class Branch:
    """One branch of the controlled list.

    Attributes:
        name: name of the node below the root.
        level: the lowest level at which its words are written.
        confidence_source: the source of the confidence that decides: a criterion, ``kind`` or ``grade``.
        values: the values that have words.
    """

    name: str
    level: Level
    confidence_source: str
    values: tuple[enum.StrEnum, ...]


BRANCHES = tuple(
    Branch(name=name, level=level, confidence_source=confidence_source, values=values)
    for name, level, confidence_source, values in (
        ("kind", Level.MINIMAL, "kind", (Kind.HEADSHOT, Kind.PORTRAIT)),
        ("review", Level.MINIMAL, "kind", tuple(Review)),
        ("grade", Level.STANDARD, "grade", tuple(Grade)),
        ("shot", Level.STANDARD, "cropping", tuple(Shot)),
        ("people", Level.STANDARD, "subjects", (*tuple(Subjects)[1:], *PeopleCount)),
        ("expression", Level.FULL, "mood", tuple(VisibleExpression)),
        ("environment", Level.FULL, "environment", tuple(Place)),
        ("retouching", Level.FULL, "retouching", tuple(Style)),
        ("colour", Level.FULL, "retouching", tuple(Colour)),
        ("background", Level.FULL, "background", tuple(BackgroundKind)),
        ("facing", Level.FULL, "posing", tuple(Facing)),
        ("use", Level.FULL, "marketing", tuple(Use)),
        ("occasion", Level.FULL, "situation", tuple(Occasion)),
    )
)


@functools.cache
def branches() -> tuple[Branch, ...]:
    """The controlled list, followed by the branches of criteria of other packages."""
    own = tuple(
        Branch(name=name, level=Level.FULL, confidence_source=name, values=criterion.values)
        for name, criterion in sorted(installed().items())
        if criterion.values and name not in CRITERIA
    )
    for branch in own:
        try:
            for value in branch.values:
                _text(value.replace("_", " "))
        except ValueError as error:
            raise BadPlugin(branch.name, str(error), "fix or uninstall its package") from error
    return (*BRANCHES, *own)


# Values that would be unclear as a single word in a flat list of keywords.
WORDS = {
    ("colour", "bw"): "black and white",
    ("people", "single"): "one person",
    # A flat list of keywords holds the last level alone, where a mere number would mean nothing.
    **{("people", str(count)): f"{count.replace('_', ' ')} people" for count in PeopleCount},
    ("background", "plain"): "plain background",
    ("background", "blurred"): "blurred background",
    ("background", "detailed"): "detailed background",
    ("facing", "turned"): "turned face",
    ("facing", "frontal"): "frontal face",
    ("facing", "profile"): "profile view",
    ("facing", "away"): "rear view",
    ("retouching", "natural"): "natural skin",
    ("retouching", "artistic"): "artistic treatment",
    ("occasion", "couple"): "couple portrait",
    ("occasion", "group"): "group portrait",
}


@attrs.frozen(kw_only=True)
class Vocabulary:
    """Words for the values of the controlled list.

    Attributes:
        root: the node above all words.
        branches: other names of branches.
        words: other words by branch and value; None = never write one.
    """

    root: str = ROOT
    branches: Mapping[str, str] = attrs.Factory(dict)
    words: Mapping[tuple[str, str], str | None] = attrs.Factory(dict)

    def __attrs_post_init__(self) -> None:
        arguments.check_fields(self)

    def word(self, branch: str, value: enum.StrEnum) -> str | None:
        """The word for a value; None if it is never written."""
        plain = WORDS.get((branch, value), value.replace("_", " "))
        return self.words.get((branch, value), plain)

    def path(self, branch: str, word: str) -> str:
        """A word with the nodes above it."""
        return SEPARATOR.join((self.root, self.branches.get(branch, branch), word))

    def entries(self, level: Level = Level.FULL) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The controlled list up to a level: the name of each branch with all its words."""
        for branch in branches():
            if tuple(Level).index(branch.level) <= tuple(Level).index(level):
                words = (self.word(branch.name, value) for value in branch.values)
                yield (
                    self.branches.get(branch.name, branch.name),
                    tuple(word for word in words if word is not None),
                )

    @classmethod
    def named(cls, text: str | os.PathLike[str]) -> Vocabulary:
        """The vocabulary that an installed package provides under this name, or the one in a TOML file.

        A package provides a ``Vocabulary`` as an entry point of ``phototag.vocabularies``.

        Raises:
            BadVocabulary: there is no such file, or it is not a vocabulary.
            BadPlugin: what a package provides is not a vocabulary.
        """
        offered: Vocabulary | None = plugins.loaded(GROUP, Vocabulary).get(str(text))
        if offered is None:
            return cls.load(text)
        try:
            for word in (offered.root, *offered.branches.values(), *offered.words.values()):
                if word is not None:
                    _text(word)
        except ValueError as error:
            raise BadPlugin(str(text), str(error), "fix or uninstall its package") from error
        return offered

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Vocabulary:
        """Read a vocabulary from a TOML file.

        ::

            root = "Bildart"

            [branches]
            kind = "Art"

            [words]
            kind.headshot = "Kopfporträt"
            people.single = false  # never written

        Raises:
            BadVocabulary: the file cannot be read, or contains names that phototag does not know.
        """
        tables = toml_file.read(file, BadVocabulary)
        try:
            return _vocabulary(tables)
        except ValueError as error:
            remedy = "see the page 'Keywords of your own' of the documentation"
            raise BadVocabulary(str(file), str(error), remedy) from error


def lightroom_keywords(vocabulary: Vocabulary, level: Level = Level.FULL) -> str:
    """The controlled list as a keyword file for Lightroom Classic's "Import Keywords".

    One keyword per line, indented by tabs to its level. Square brackets keep the nodes out of exported
    photos.
    """
    lines = [f"[{vocabulary.root}]"]
    for branch, words in vocabulary.entries(level):
        lines += [f"\t[{branch}]", *(f"\t\t{word}" for word in words)]
    return "\n".join(lines) + "\n"


def _vocabulary(tables: Mapping[str, Any]) -> Vocabulary:
    _known(tables, {"root", "branches", "words"}, "entry")
    values = {branch.name: set(map(str, branch.values)) for branch in branches()}
    renamed = _table(tables, "branches")
    _known(renamed, values.keys(), "branch")
    words = {}
    given = _table(tables, "words")
    _known(given, values.keys(), "branch")
    for branch, of_branch in given.items():
        _known(_table(given, branch), values[branch], f"value of {branch}")
        for value, word in of_branch.items():
            words[branch, value] = None if word is False else _text(word)
    return Vocabulary(
        root=_text(tables.get("root", ROOT)),
        branches={name: _text(text) for name, text in renamed.items()},
        words=words,
    )


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{name} is not a table")  # noqa: TRY004 - the file is wrong, not a caller
    return table


def _known(names: Mapping[str, Any], known: Any, what: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                f"there is no {what} {name!r}; it must be one of {', '.join(sorted(known))}"
            )


def _text(word: object) -> str:
    if not isinstance(word, str) or not word.strip() or not word.isprintable():
        raise ValueError(f"{word!r} is not a keyword")
    if any(sign in word for sign in _RESERVED):
        raise ValueError(
            f"{word!r} contains a character that separates levels ({' '.join(_RESERVED)})"
        )
    # In Lightroom's keyword list, [word] is not exported and {word} is a synonym.
    if word != word.strip() or word.startswith(("type=", "[", "{")):
        raise ValueError(f"{word!r} cannot be a keyword")
    return word
