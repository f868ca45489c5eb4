"""The table of properties: what is written, read back, taken out, verified and documented.

To add one of a kind that is there, add its entry here.  One of another kind is a class of the shape of
``property.Property``: write it here above the table, or in a file beside this one if it is long.  Each says why
it is there.  Those further down may build on those above, which are written first.
"""

from __future__ import annotations

from typing import Final

from phototag.metadata.properties.bag import SceneCodes, WordBag
from phototag.metadata.properties.faces import Faces
from phototag.metadata.properties.keywords import (
    HIERARCHY,
    HierarchicalWords,
    IptcKeywords,
    Subject,
)
from phototag.metadata.properties.lightroom import LightroomCrop
from phototag.metadata.properties.property import Property
from phototag.metadata.properties.record_fields import Statement
from phototag.metadata.properties.regions import CropRegions

PROPERTIES: Final[tuple[Property, ...]] = (
    Subject(),
    HierarchicalWords(
        label=HIERARCHY,
        why="digiKam, darktable and Immich read it instead of dc:subject, so it is kept complete",
    ),
    HierarchicalWords(
        label="digiKam:TagsList",
        array="Seq",
        separator="/",
        only_where_present=True,
        why="digiKam and Immich read it before all others, so phototag's keywords must be in it",
    ),
    HierarchicalWords(
        label="MicrosoftPhoto:LastKeywordXMP",
        separator="/",
        only_where_present=True,
        why="Windows shows it, so phototag's keywords must be in it",
    ),
    IptcKeywords(),
    SceneCodes(
        label="Iptc4xmpCore:Scene",
        why="a published, language-independent vocabulary that contains this verdict",
    ),
    CropRegions(),
    Faces(),
    LightroomCrop(),
    # Last: it says what has become of the others.
    Statement(),
)

#: The lists of words.
WORD_BAGS: Final = tuple(p for p in PROPERTIES if isinstance(p, WordBag))
#: The keywords with their levels.
HIERARCHIES: Final = tuple(p for p in WORD_BAGS if isinstance(p, HierarchicalWords))
