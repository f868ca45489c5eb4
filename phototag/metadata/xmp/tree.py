"""An XML tree that is written back exactly as it was read.

A photo's XMP belongs to its user, so everything that phototag does not change must be written as it was read.
The tree keeps elements, attributes and namespace declarations in their order, with the prefixes of the file,
all text, comments and processing instructions. Only the spelling may change: attributes are written in double
quotes, empty elements as one tag, characters unescaped unless XML requires escaping, CDATA sections as text.

No available library preserves as much. The standard library's trees lose prefixes or comments; lxml moves
namespace declarations before the attributes (``docs/negative-results.md``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

import attrs

from phototag.files.sizes import MEGABYTE, MOST_XMP
from phototag.metadata.xmp.names import XML, Name

# Characters to escape. A parser replaces an unescaped carriage return, and a line break or tab in an
# attribute.
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE: Final = _IN_TEXT | {ord('"'): "&quot;", ord("\n"): "&#xA;", ord("\t"): "&#x9;"}

# Real metadata stay below 20; without a limit, a small file could exhaust the stack.
_MAX_DEPTH: Final = 100


@attrs.frozen
class Markup:
    """A comment or a processing instruction, kept literally."""

    literal: str


@attrs.define(eq=False)
class Element:
    """An element; tags and attributes keep the prefixes of the file.

    Attributes:
        name: the resolved name.
        tag: the literal name, ``dc:subject``.
        attributes: literal names and values, including namespace declarations.
        scope: namespace URIs by prefix, as valid inside this element.
        children: in order.
    """

    name: Name
    tag: str
    attributes: dict[str, str]
    scope: Mapping[str, str]
    children: list[Element | Markup | str] = attrs.Factory(list)

    @property
    def elements(self) -> list[Element]:
        """The child elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(child for child in self.children if isinstance(child, str))

    def named_attributes(self) -> Iterator[tuple[str, Name]]:
        """Literal name and resolved name of each attribute that is not a namespace declaration."""
        for literal in self.attributes:
            if literal != "xmlns" and not literal.startswith("xmlns:"):
                # Attributes without a prefix have no namespace, not the default one.
                yield literal, _resolved(literal, self.scope, default="")

    def attribute(self, name: Name) -> str | None:
        """The value of an attribute; None if missing."""
        for literal, resolved in self.named_attributes():
            if resolved == name:
                return self.attributes[literal]
        return None


def _resolved(literal: str, scope: Mapping[str, str], default: str) -> Name:
    prefix, colon, local = literal.rpartition(":")
    if not colon:
        return Name.resolved(default, local)
    if prefix not in scope:
        message = f"the prefix of {literal} is not declared"
        raise ValueError(message)
    return Name.resolved(scope[prefix], local)


class _Builder:
    """Builds the tree from expat's events, in the order of the document."""

    def __init__(self) -> None:
        self._document = Element(Name("", ""), "", {}, {"xml": XML})
        self._open = [self._document]  # the elements not yet closed

    @property
    def top_level(self) -> list[Element | Markup]:
        """The root element, and the comments and instructions around it."""
        return [child for child in self._document.children if not isinstance(child, str)]

    def start_element(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _MAX_DEPTH:
            message = "it is nested too deeply"
            raise ValueError(message)
        parent = self._open[-1]
        declared = {
            literal.partition(":")[2]: uri
            for literal, uri in attributes.items()
            if literal == "xmlns" or literal.startswith("xmlns:")
        }
        scope = {**parent.scope, **declared} if declared else parent.scope
        element = Element(_resolved(tag, scope, scope.get("", "")), tag, attributes, scope)
        if attributes:
            _ = list(element.named_attributes())  # raises for undeclared prefixes
        parent.children.append(element)
        self._open.append(element)

    def end_element(self, _tag: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        self._open[-1].children.append(text)

    def comment(self, text: str) -> None:
        self._open[-1].children.append(Markup(f"<!--{text}-->"))

    def instruction(self, target: str, text: str) -> None:
        self._open[-1].children.append(Markup(f"<?{target} {text}?>"))

    @staticmethod
    def document_type(*_: object) -> None:
        message = "it has a document type declaration, which XMP does not allow"
        raise ValueError(message)


def parse(text: bytes) -> list[Element | Markup]:
    """Parse an XML document; return the root element, and the comments and instructions around it.

    Raises:
        ValueError: it is too large, nested too deeply, not well-formed or not UTF-8, a prefix is not declared, or
            it has a document type, which XMP forbids (and which could make a small file expand without
            limit).
    """
    _check_size(text)
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")  # whatever encoding the document declares
    parser.buffer_text = True
    parser.StartElementHandler = builder.start_element
    parser.EndElementHandler = builder.end_element
    parser.CharacterDataHandler = builder.text
    parser.CommentHandler = builder.comment
    parser.ProcessingInstructionHandler = builder.instruction
    parser.StartDoctypeDeclHandler = builder.document_type
    try:
        parser.Parse(text, True)  # noqa: FBT003 (expat takes no keywords)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return builder.top_level


def _check_size(text: bytes) -> None:
    if len(text) > MOST_XMP:
        message = (
            f"it has {len(text) / MEGABYTE:.0f} MB of XMP, at most {MOST_XMP // MEGABYTE} are read"
        )
        raise ValueError(message)


def serialise(node: Element | Markup | str) -> str:
    """The XML text of a node, including everything in it."""
    if isinstance(node, str):
        return node.translate(_IN_TEXT)
    if isinstance(node, Markup):
        return node.literal
    attributes = "".join(
        f' {name}="{value.translate(_IN_ATTRIBUTE)}"' for name, value in node.attributes.items()
    )
    if not node.children:
        return f"<{node.tag}{attributes}/>"
    inside = "".join(map(serialise, node.children))
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>"
