"""An XML tree that is written back byte for byte as it was read.

A photo's XMP belongs to its user, so everything that phototag does not change must be written as it was read.
Every tag, text, comment and instruction keeps its spelling in the source: quotes, white space, character
references, CDATA sections. A tag to which an attribute is added, or from which one is removed, keeps the spelling
of the rest.

No available library preserves as much. The standard library's trees lose prefixes or comments; lxml moves
namespace declarations before the attributes (``docs/negative-results.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Self
from xml.parsers import expat

import attrs

from phototag.files.sizes import MEGABYTE, MOST_XMP
from phototag.metadata.xmp.names import XML, Name

# Characters to escape. A parser replaces an unescaped carriage return, and a line break or tab in an
# attribute.
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE: Final = _IN_TEXT | {ord('"'): "&quot;", ord("\n"): "&#xA;", ord("\t"): "&#x9;"}

_ATTRIBUTES: Final = re.compile(rb"""\s+(?P<name>[^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")

# Real metadata stay below 20; without a limit, a small file could exhaust the stack.
_MAX_DEPTH: Final = 100
# Photoshop has written lists of a hundred thousand ancestors.
_MOST_ELEMENTS: Final = 400_000


@attrs.define(eq=False)
class Leaf:
    """A part of the source that is not a tag: text, a comment, an instruction, the edge of a CDATA section.

    Attributes:
        text: the text that it stands for; empty for anything but text.
        literal: as in the source.
    """

    text: str
    literal: bytes = b""


@attrs.define(eq=False)
class Element:
    """An element; tags and attributes keep the prefixes of the file.

    Attributes:
        name: the resolved name.
        tag: the literal name, ``dc:subject``.
        attributes: literal names and values, including namespace declarations; to be changed only by
            ``set_attribute`` and ``delete_attribute``.
        scope: namespace URIs by prefix, as valid inside this element.
        children: in order.
        start: the start tag as in the source; empty for a new element.
        end: the end tag as in the source; empty for a new element, and for one that is a single tag.
        source: a new element as a whole, with everything in it; it then has no children.
        names: the resolved names of the attributes that are no declarations, by literal name.
    """

    name: Name
    tag: str
    attributes: dict[str, str]
    scope: Mapping[str, str]
    children: list[Element | Leaf] = attrs.Factory(list)
    start: bytes = b""
    end: bytes = b""
    source: bytes = b""
    names: dict[str, Name] = attrs.Factory(dict)

    @classmethod
    def new(
        cls, name: Name, tag: str, attributes: dict[str, str], scope: Mapping[str, str]
    ) -> Self:
        """An element that is not in the source."""
        return cls(name, tag, attributes, scope, names=_names(attributes, scope))

    @property
    def elements(self) -> list[Element]:
        """The child elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(child.text for child in self.children if isinstance(child, Leaf))

    def named_attributes(self) -> Iterator[tuple[str, Name]]:
        """Literal name and resolved name of each attribute that is not a namespace declaration."""
        return iter(self.names.items())

    def attribute(self, name: Name) -> str | None:
        """The value of an attribute; None if missing."""
        for literal, resolved in self.names.items():
            if resolved == name:
                return self.attributes[literal]
        return None

    def set_attribute(self, literal: str, value: str) -> None:
        """Add an attribute after the others."""
        self.attributes[literal] = value
        self.names |= _names({literal: value}, self.scope)
        if self.start:
            place = len(self.start) - (2 if self._is_single else 1)
            new = spelled(literal, value).encode()
            self.start = self.start[:place] + new + self.start[place:]

    def delete_attribute(self, literal: str) -> None:
        """Remove an attribute together with the white space before it."""
        del self.attributes[literal]
        self.names.pop(literal, None)
        for found in _ATTRIBUTES.finditer(self.start):
            if found["name"] == literal.encode():
                self.start = self.start[: found.start()] + self.start[found.end() :]
                return

    @property
    def _is_single(self) -> bool:
        """Whether it is a single tag in the source: ``<a/>``."""
        return self.start.endswith(b"/>")

    def tags(self) -> tuple[bytes, bytes]:
        """Start and end tag; the end tag is empty if it is a single tag."""
        start, end = self.start, self.end
        if not start:
            inside = "".join(spelled(*item) for item in self.attributes.items())
            start = f"<{self.tag}{inside}/>".encode()
        if start.endswith(b"/>") and self.children:
            start, end = start[:-2] + b">", b"</" + self.tag.encode() + b">"
        return start, end


def spelled(name: str, value: str) -> str:
    """A new attribute, with the space before it."""
    return f' {name}="{value.translate(_IN_ATTRIBUTE)}"'


def escaped(text: str) -> str:
    """A new text."""
    return text.translate(_IN_TEXT)


def _resolved(literal: str, scope: Mapping[str, str], default: str) -> Name:
    prefix, colon, local = literal.rpartition(":")
    if not colon:
        return Name.resolved(default, local)
    if prefix not in scope:
        message = f"the prefix of {literal} is not declared"
        raise ValueError(message)
    return Name.resolved(scope[prefix], local)


def _names(attributes: Mapping[str, str], scope: Mapping[str, str]) -> dict[str, Name]:
    """The resolved names of attributes, without declarations."""
    return {
        # Attributes without a prefix have no namespace, not the default one.
        literal: _resolved(literal, scope, default="")
        for literal in attributes
        if literal != "xmlns" and not literal.startswith("xmlns:")
    }


def _inside(scope: Mapping[str, str], attributes: Mapping[str, str]) -> Mapping[str, str]:
    """The namespaces inside an element with these attributes."""
    declared = {
        literal.partition(":")[2]: uri
        for literal, uri in attributes.items()
        if literal == "xmlns" or literal.startswith("xmlns:")
    }
    return {**scope, **declared} if declared else scope


class _Builder:
    """Builds the tree from expat's events, in the order of the document.

    Every event starts where the one before it ends, so the spelling of each is the source between the two.
    """

    def __init__(self, source: bytes, parser: expat.XMLParserType) -> None:
        self._source, self._parser = source, parser
        self.document = Element(Name("", ""), "", {}, {"xml": XML})
        self._open = [self.document]  # the elements not yet closed
        self._elements = 0
        self._at = 0  # where the last event starts
        self._last: Element | Leaf = Leaf("")
        self._is_end = False  # whether the last event is the end of an element
        self._names: dict[
            tuple[int, str], Name
        ] = {}  # by scope, which lives as long as the tree, and tag
        self.document.children.append(self._last)  # a byte order mark
        parser.StartElementHandler = self._start_element
        parser.EndElementHandler = self._end_element
        parser.CharacterDataHandler = self._characters
        # These, and all that has no handler of its own, are kept without being looked at.
        parser.CommentHandler = parser.DefaultHandler = self._other
        parser.ProcessingInstructionHandler = self._other
        parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = self._other
        parser.StartDoctypeDeclHandler = self._document_type

    def finish(self) -> None:
        """Take up the spelling of the last event."""
        self._take_up(len(self._source), self._last)

    def _take_up(self, here: int, node: Element | Leaf, *, is_end: bool = False) -> None:
        """Give the last event its spelling, which ends here, where the event of ``node`` starts."""
        literal, last = self._source[self._at : here], self._last
        if isinstance(last, Leaf):
            last.literal = literal
        elif self._is_end:
            last.end = literal
        else:
            last.start = literal
        self._at, self._last, self._is_end = here, node, is_end

    def _start_element(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > _MAX_DEPTH or self._elements > _MOST_ELEMENTS:
            message = "its XMP is nested too deeply, or has too many elements"
            raise ValueError(message)
        parent = self._open[-1]
        scope, names = parent.scope, {}
        if attributes:
            scope = _inside(scope, attributes)
            names = _names(attributes, scope)  # raises for undeclared prefixes
        name = self._names.get((id(scope), tag))
        if name is None:
            name = self._names[id(scope), tag] = _resolved(tag, scope, scope.get("", ""))
        element = Element(name, tag, attributes, scope, names=names)
        parent.children.append(element)
        self._open.append(element)
        self._take_up(self._parser.CurrentByteIndex, element)

    def _end_element(self, _tag: str) -> None:
        self._take_up(self._parser.CurrentByteIndex, self._open.pop(), is_end=True)

    def _characters(self, text: str) -> None:
        if isinstance(self._last, Leaf) and self._last.text:
            self._last.text += text  # expat splits a text at line breaks and references
        else:
            self._add(Leaf(text))

    def _other(self, *_: object) -> None:
        self._add(Leaf(""))

    def _add(self, leaf: Leaf) -> None:
        self._open[-1].children.append(leaf)
        self._take_up(self._parser.CurrentByteIndex, leaf)

    @staticmethod
    def _document_type(*_: object) -> None:
        message = "it has a document type declaration, which XMP does not allow"
        raise ValueError(message)


def parse(text: bytes) -> list[Element | Leaf]:
    """Parse an XML document; return the root element, and what is around it.

    Raises:
        ValueError: it is too large, nested too deeply, not well-formed or not UTF-8, a prefix is not declared, or
            it has a document type, which XMP forbids (and which could make a small file expand without
            limit).
    """
    _check_size(text)
    parser = expat.ParserCreate("utf-8")  # whatever encoding the document declares
    builder = _Builder(text, parser)
    try:
        parser.Parse(text, True)  # noqa: FBT003 (expat takes no keywords)
    except expat.ExpatError as error:
        raise ValueError(f"its XMP is not well-formed XML ({error})") from error
    builder.finish()
    return builder.document.children


def _check_size(text: bytes) -> None:
    if len(text) > MOST_XMP:
        message = (
            f"it has {len(text) / MEGABYTE:.0f} MB of XMP, at most {MOST_XMP // MEGABYTE} are read"
        )
        raise ValueError(message)


def serialise(node: Element | Leaf) -> bytes:
    """The source of a node, including everything in it."""
    parts: list[bytes] = []
    _collect(node, parts)
    return b"".join(parts)


def _collect(node: Element | Leaf, parts: list[bytes]) -> None:
    if isinstance(node, Leaf):
        parts.append(node.literal)
        return
    if node.source:
        parts.append(node.source)
        return
    start, end = node.tags()
    parts.append(start)
    for child in node.children:
        _collect(child, parts)
    parts.append(end)
