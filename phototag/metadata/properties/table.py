"""The table of properties: what is written, read back, removed, verified and documented.

To add a property of an existing kind, add its entry here. For a new kind, write a subclass of
``property.Property``: above the table or, if it is long, in a new module of this package. Each entry gives
the reason why it is written. An entry may build on those above it, which are written first.
"""

from __future__ import annotations

from typing import Final

from phototag.metadata.properties.bag import FlatWords, SceneCodes, WordBag
from phototag.metadata.properties.faces import Faces
from phototag.metadata.properties.keywords import (
    HIERARCHY,
    XMP_KEYWORDS,
    HierarchicalWords,
    IptcKeywords,
    Subject,
)
from phototag.metadata.properties.lightroom import LightroomCrop
from phototag.metadata.properties.property import Property
from phototag.metadata.properties.record_fields import RecordFields
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
    FlatWords(
        label=XMP_KEYWORDS,
        only_where_present=True,
        why="gThumb writes it and reads it before dc:subject, so phototag's keywords must be in it",
    ),
    SceneCodes(
        label="Iptc4xmpCore:Scene",
        why="a published, language-independent vocabulary that contains this verdict",
    ),
    CropRegions(),
    Faces(),
    LightroomCrop(),
    # Last: its ledger records what happened to the others.
    RecordFields(),
)

#: The lists of words.
WORD_BAGS: Final = tuple(p for p in PROPERTIES if isinstance(p, WordBag))
#: The properties with hierarchical keywords.
HIERARCHIES: Final = tuple(p for p in WORD_BAGS if isinstance(p, HierarchicalWords))
