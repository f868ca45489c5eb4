"""The mapping: which property of a photo's metadata gets what. This table is the code.

Writer, reader, remover and verification all go over ``ROWS``; a property is added to phototag by
adding a row. Each row says why it is there.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from phototag.metadata.xmp.names import Name

Content = Literal["flat", "hierarchical", "scene", "regions", "faces"]

#: Structures in one XMP array, the user's counted.  darktable (4.2 and 5.0) cannot serialise an array of ten
#: or more: it then exports photos without any XMP, and never saves their sidecars again.
MOST_STRUCTURES: Final = 9


@attrs.frozen(kw_only=True)
class Row:
    """One property that phototag adds values to.

    Attributes:
        label: its name for people and in the ledger.
        content: what goes in.
        store: ``xmp``, or ``iim`` for the IPTC-IIM block.
        array: the kind of array; a new one is made of this kind.
        separator: between the levels of a hierarchical word.
        only_where_present: written only into photos that have the property already.
        on_request: written only when asked for.
        exiv2: the key under which exiv2 knows it.
        why: the reason for the row.
    """

    label: str
    content: Content
    store: Literal["xmp", "iim"] = "xmp"
    array: Literal["Bag", "Seq", "repeated", "Struct"] = "Bag"
    separator: str = "|"
    only_where_present: bool = False
    on_request: bool = False
    exiv2: str
    why: str

    @property
    def name(self) -> Name:
        """The XMP name."""
        return Name.of(self.label)


SUBJECT: Final = Row(
    label="dc:subject",
    content="flat",
    exiv2="Xmp.dc.subject",
    why="the keywords that every application reads",
)
IPTC_KEYWORDS: Final = Row(
    label="IPTC:Keywords",
    content="flat",
    store="iim",
    array="repeated",
    exiv2="Iptc.Application2.Keywords",
    why="viewers that know only the older block; all keywords, since they read nothing else",
)
REGIONS: Final = Row(
    label="Iptc4xmpExt:ImageRegion",
    content="regions",
    exiv2="Xmp.iptcExt.ImageRegion",
    why="the standard place for the area to be used for a crop of another shape",
)
FACES: Final = Row(
    label="mwg-rs:Regions",
    content="faces",
    array="Struct",
    on_request=True,
    exiv2="Xmp.mwg-rs.Regions",
    why="applications list the faces, unnamed; never crops, which digiKam would take for people",
)
HIERARCHY: Final = Row(
    label="lr:hierarchicalSubject",
    content="hierarchical",
    exiv2="Xmp.lr.hierarchicalSubject",
    why="digiKam, darktable and Immich read it instead of dc:subject, so it is kept complete",
)
SCENE: Final = Row(
    label="Iptc4xmpCore:Scene",
    content="scene",
    exiv2="Xmp.iptc.Scene",
    why="a published vocabulary, without language, for exactly this verdict",
)
ROWS: Final = (
    SUBJECT,
    HIERARCHY,
    Row(
        label="digiKam:TagsList",
        content="hierarchical",
        array="Seq",
        separator="/",
        only_where_present=True,
        exiv2="Xmp.digiKam.TagsList",
        why="digiKam and Immich prefer it to all others: one without our words would hide them",
    ),
    Row(
        label="MicrosoftPhoto:LastKeywordXMP",
        content="hierarchical",
        separator="/",
        only_where_present=True,
        exiv2="Xmp.MicrosoftPhoto.LastKeywordXMP",
        why="Windows shows it; one without our words would hide them",
    ),
    IPTC_KEYWORDS,
    SCENE,
    REGIONS,
    FACES,
)
#: The keywords with their levels.
HIERARCHIES: Final = tuple(row for row in ROWS if row.content == "hierarchical")
