"""Ready-made filters: smart collections for Lightroom Classic, and instructions for digiKam.

They use the words of the current vocabulary, so that they find the keywords written.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from phototag.analysis.keywords.vocabulary import (
    SEPARATOR,
    Level,
    PeopleCount,
    Vocabulary,
    branches,
    lightroom_keywords,
)
from phototag.criteria.cropping import Shot
from phototag.criteria.subjects import Subjects
from phototag.criteria.verdict import Grade, Kind, Review
from phototag.errors import OutputNotWritable
from phototag.files import arguments, new_file

if TYPE_CHECKING:
    import enum
    import os
    from collections.abc import Iterator

#: Namespace of the collections' identifiers, which are unique and the same every time.
_SPACE: Final = uuid.UUID("5c1a7a0e-7f57-4f4c-9a3e-3a5b3f0e9d61")
_COLLECTION: Final = """\
s = {{
\tid = "{name}",
\tinternalName = {title},
\ttitle = {title},
\ttype = "LibrarySmartCollection",
\tvalue = {{
{rules}\t\tcombine = "intersect",
\t}},
\tversion = 0,
}}
"""
_RULE: Final = """\
\t\t{{
\t\t\tcriteria = "keywords",
\t\t\toperation = "words",
\t\t\tvalue = {},
\t\t\tvalue2 = "",
\t\t}},
"""
KEYWORD_FILE: Final = "phototag-keywords.txt"
LIGHTROOM_HOW_TO: Final = "lightroom-how-to.md"
DIGIKAM_HOW_TO: Final = "digikam-how-to.md"
_TAG: Final = """`phototag tag YOUR_FOLDER` is enough for the rows with `minimal` below. The rows with `standard`
   stay empty unless you tag with `phototag tag --keywords standard YOUR_FOLDER`."""
_NAME_OF: Final = re.compile(r'\tid = "[0-9A-F-]{36}"')  # of a smart collection


@attrs.frozen(kw_only=True)
class Collection:
    """The photos that have all of certain words.

    Attributes:
        title: readable name.
        wanted: branch and value of every word that they must have.
        about: a description in one sentence.
    """

    title: str
    wanted: tuple[tuple[str, enum.StrEnum], ...]
    about: str

    @property
    def level(self) -> Level:
        """The lowest level at which its words are written."""
        levels = {branch.name: branch.level for branch in branches()}
        return max((levels[name] for name, _ in self.wanted), key=tuple(Level).index)


COLLECTIONS: Final = (
    Collection(
        title="Headshots",
        wanted=(("kind", Kind.HEADSHOT),),
        about="Everything framed as a headshot, doubtful ones too.",
    ),
    Collection(
        title="Portraits",
        wanted=(("kind", Kind.PORTRAIT),),
        about="Pictures that show more than the head, including groups; doubtful ones too.",
    ),
    Collection(
        title="Doubtful verdicts",
        wanted=(("review", Review.DOUBTFUL),),
        about="Check these: the confidence of the verdict is below 80 %.",
    ),
    Collection(
        title="Headshots, strict",
        wanted=(("kind", Kind.HEADSHOT), ("grade", Grade.PROFESSIONAL)),
        about="Headshots that look professional by all criteria, not only by their framing.",
    ),
    Collection(
        title="Headshots, casual",
        wanted=(("kind", Kind.HEADSHOT), ("grade", Grade.CASUAL)),
        about="Snapshots and selfies that are framed like a headshot.",
    ),
    Collection(
        title="Portraits of one person",
        wanted=(("kind", Kind.PORTRAIT), ("people", Subjects.SINGLE)),
        about="Exactly one person is the subject.",
    ),
    Collection(
        title="Two people",
        wanted=(("people", Subjects.COUPLE),),
        about="Exactly two people are the subject, whether or not they are a couple.",
    ),
    Collection(
        title="Three people",
        wanted=(("people", PeopleCount.THREE),),
        about="Exactly three people are counted; there is such a keyword for each number from 2 to 9.",
    ),
    Collection(
        title="Groups",
        wanted=(("people", Subjects.GROUP),),
        about="Three people or more.",
    ),
    Collection(
        title="Full-length",
        wanted=(("shot", Shot.FULL_BODY),),
        about="From head to feet.",
    ),
    Collection(
        title="Half-length",
        wanted=(("shot", Shot.HALF_BODY),),
        about="Head to waist.",
    ),
)


def lightroom(
    folder: str | os.PathLike[str],
    vocabulary: Vocabulary | None = None,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write smart collections for Lightroom Classic, the list of keywords, and a how-to.

    Args:
        folder: a new or empty folder, or the folder of an earlier call.
        vocabulary: the vocabulary with which the photos were tagged; None = phototag's own.
        overwrite: replace files of these names that are not from an earlier call, too.

    Returns:
        The files.

    Raises:
        OutputNotWritable: a file of somebody else has one of the names, or the folder cannot be written.
    """
    arguments.check(vocabulary=(vocabulary, Vocabulary | None), overwrite=(overwrite, bool))
    vocabulary = vocabulary or Vocabulary()
    texts = {f"{c.title}.lrsmcol": smart_collection(c, vocabulary) for c in available(vocabulary)}
    texts[KEYWORD_FILE] = lightroom_keywords(vocabulary, Level.STANDARD)
    texts[LIGHTROOM_HOW_TO] = _lightroom_how_to(vocabulary)
    return _written(Path(arguments.path("folder", folder)).expanduser(), texts, overwrite=overwrite)


def digikam(
    folder: str | os.PathLike[str],
    vocabulary: Vocabulary | None = None,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write instructions for finding each collection in digiKam.

    digiKam keeps saved searches only in its database and cannot import them from a file; `phototag integrate digikam` writes
    them there.

    Args:
        folder: as for ``lightroom``.
        vocabulary: as for ``lightroom``.
        overwrite: as for ``lightroom``.

    Returns:
        The files.

    Raises:
        OutputNotWritable: a file of somebody else has one of the names, or the folder cannot be written.
    """
    arguments.check(vocabulary=(vocabulary, Vocabulary | None), overwrite=(overwrite, bool))
    text = _digikam_how_to(vocabulary or Vocabulary())
    target = Path(arguments.path("folder", folder)).expanduser()
    return _written(target, {DIGIKAM_HOW_TO: text}, overwrite=overwrite)


def smart_collection(collection: Collection, vocabulary: Vocabulary) -> str:
    """One smart collection as Lightroom exports it: a table in Lua."""
    rules = "".join(_RULE.format(lua_text(word)) for word in _words(collection, vocabulary))
    title = lua_text(collection.title)
    name = str(uuid.uuid5(_SPACE, collection.title)).upper()
    return _COLLECTION.format(name=name, title=title, rules=rules)


def lua_text(text: str) -> str:
    """A text as Lua writes it in a program."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    )
    return f'"{escaped}"'


def available(vocabulary: Vocabulary) -> Iterator[Collection]:
    """The collections whose words are all in the vocabulary."""
    for collection in COLLECTIONS:
        if all(vocabulary.word(branch, value) is not None for branch, value in collection.wanted):
            yield collection


def _words(collection: Collection, vocabulary: Vocabulary) -> list[str]:
    found = (vocabulary.word(branch, value) for branch, value in collection.wanted)
    return [word for word in found if word is not None]


def _paths(collection: Collection, vocabulary: Vocabulary) -> list[str]:
    """The words with the nodes above them, as in an application's keyword tree."""
    return [
        vocabulary.path(branch, word).replace(SEPARATOR, " > ")
        for branch, value in collection.wanted
        if (word := vocabulary.word(branch, value)) is not None
    ]


def _table(vocabulary: Vocabulary) -> str:
    rows = [
        f"| {c.title} | {' and '.join(_paths(c, vocabulary))} | {c.level} | {c.about} |\n"
        for c in available(vocabulary)
    ]
    return (
        "| collection | keywords | needs `--keywords` | content |\n|---|---|---|---|\n"
        + "".join(rows)
    )


def _lightroom_how_to(vocabulary: Vocabulary) -> str:
    return f"""# phototag's smart collections in Lightroom Classic

1. Tag your photos: {_TAG}
2. In the Library, select the photos and choose *Metadata > Read Metadata from File*. This reads the
   metadata in the files and discards changes made in Lightroom that are not yet saved to the files
   (*Metadata > Save Metadata to Files* saves them; do that before tagging).
3. In the Collections panel, right-click and choose *Import Smart Collection Settings*. Choose one of
   the `.lrsmcol` files here; repeat it for each one you want.
4. To create the keyword list for tagging by hand, choose *Metadata > Import Keywords* and `{KEYWORD_FILE}`.

{_table(vocabulary)}"""


def _digikam_how_to(vocabulary: Vocabulary) -> str:
    return f"""# phototag's keywords in digiKam

1. Tag your photos: {_TAG}
2. For photos that digiKam already knows, it shows the old tags until it reads the files again: select
   them and choose *Item > Reread Metadata From File*.
3. In the left sidebar open *Tags* and choose *Existing Tags*. The tree contains
   `{vocabulary.root}`; click on it or on a tag below it to see the photos that have it. *No Tags* shows
   photos in which no person is the subject, unless they have tags of your own.
4. To combine two tags, click the first in the tree, open *Filters* in the right sidebar, and tick
   the second under *Tags Filter*.

{_table(vocabulary)}"""


def _written(folder: Path, texts: dict[str, str], *, overwrite: bool) -> list[Path]:
    files = {folder / name: text for name, text in texts.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the files cannot be written ({error.strerror or error})"
        raise OutputNotWritable(str(folder), problem, "choose another folder") from error
    for file, text in files.items():  # all, before the first is written
        new_file.check(str(file), _mark(text), overwrite=overwrite)
    for file, text in files.items():
        with new_file.new_file(str(file), _mark(text), overwrite=overwrite) as stream:
            stream.write(text.encode())
    return list(files)


def _mark(text: str) -> bytes:
    """What tells a file of an earlier call from one of somebody else: its name in it, or its heading."""
    found = _NAME_OF.search(text)
    return (found[0] if found else text.partition("\n")[0]).encode()
