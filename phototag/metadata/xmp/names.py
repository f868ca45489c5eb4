"""Names of XMP properties: a namespace URI and a local name."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
META: Final = "adobe:ns:meta/"

# The top-level domain "example" is reserved (RFC 2606): this is only an identifier, not a real host.
PHOTOTAG: Final = "https://phototag.example/ns/1.0/"

PREFIXES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "phototag": PHOTOTAG,
}
_PREFIX_OF: Final = {uri: prefix for prefix, uri in PREFIXES.items()}


def prefix_of(uri: str) -> str | None:
    """The usual prefix of a namespace; None for a namespace that phototag does not know."""
    return "rdf" if uri == RDF else _PREFIX_OF.get(uri)


# Namespaces for which exiv2 uses another prefix.
_EXIV2: Final = {"Iptc4xmpCore": "iptc", "Iptc4xmpExt": "iptcExt"}


def exiv2_key(qualified: str) -> str:
    """The key that exiv2 uses for ``prefix:local``."""
    prefix, _, local = qualified.partition(":")
    return f"Xmp.{_EXIV2.get(prefix, prefix)}.{local}"


# Windows writes the namespace with a final slash, exiftool without.
_SPELLINGS: Final = {"http://ns.microsoft.com/photo/1.0": PREFIXES["MicrosoftPhoto"]}


class Name(NamedTuple):
    """A property's name; independent of the prefix that a file uses for the namespace."""

    uri: str
    local: str

    @classmethod
    @functools.cache
    def of(cls, text: str) -> Name:
        """Make a name from ``prefix:local`` with a prefix of ``PREFIXES``."""
        prefix, _, local = text.partition(":")
        return cls(PREFIXES[prefix], local)

    @classmethod
    def resolved(cls, uri: str, local: str) -> Name:
        """Make a name as read from a file, with the usual spelling of the namespace."""
        return cls(_SPELLINGS.get(uri, uri), local)

    @property
    def qualified(self) -> str:
        """``prefix:local`` with the usual prefix; only for names of known namespaces."""
        return f"{_PREFIX_OF[self.uri]}:{self.local}"

    def __str__(self) -> str:
        return self.qualified if self.uri in _PREFIX_OF else f"{{{self.uri}}}{self.local}"
