"""An XML tree that gives back what it was made from: prefixes, comments, processing instructions.

The standard library's trees lose one or another of these, or a line break in an attribute. A
photo's XMP belongs to its user, so what phototag does not change must come out as it went in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

import attrs

from phototag.files.sizes import MEGABYTE, MOST_XMP
from phototag.metadata.xmp.names import XML, Name

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE: Final = _TEXT | {ord('"'): "&quot;", ord("\n"): "&#xA;", ord("\t"): "&#x9;"}

# Real metadata stay below 20; without a limit a small file could exhaust the stack.
_DEEPEST: Final = 100


@attrs.frozen
class Markup:
    """A comment or a processing instruction, literally."""

    literal: str


@attrs.define(eq=False)
class Element:
    """An element; tags and attributes keep the prefixes of the file.

    Attributes:
        name: the resolved name.
        tag: the literal name, ``dc:subject``.
        attributes: literal names and values, namespace declarations included.
        scope: namespace URIs by prefix that hold inside this element.
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
        """Literal name and resolved name of each attribute that is no namespace declaration."""
        for literal in self.attributes:
            if literal != "xmlns" and not literal.startswith("xmlns:"):
                # Attributes without prefix have no namespace, whatever the default one is.
                yield literal, _resolved(literal, self.scope, default="")

    def attribute(self, name: Name) -> str | None:
        """The value of an attribute, None where it is missing."""
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


def parse(text: bytes) -> list[Element | Markup]:
    """The top level of an XML document: one element and what stands around it.

    Raises:
        ValueError: too large, not well-formed, not UTF-8, a prefix that is not declared, or a document type,
            which XMP forbids (and which could make a small file expand without end).
    """
    _check_size(text)
    top = Element(Name("", ""), "", {}, {"xml": XML})
    path = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        declared = {
            key.partition(":")[2]: uri
            for key, uri in attributes.items()
            if key == "xmlns" or key.startswith("xmlns:")
        }
        if len(path) > _DEEPEST:
            message = "it is nested too deeply"
            raise ValueError(message)
        outer = path[-1].scope
        scope = {**outer, **declared} if declared else outer
        element = Element(_resolved(tag, scope, scope.get("", "")), tag, attributes, scope)
        if attributes:
            _ = list(element.named_attributes())  # finds undeclared prefixes before any change
        path[-1].children.append(element)
        path.append(element)

    def end(_tag: str) -> None:
        path.pop()

    def characters(data: str) -> None:
        path[-1].children.append(data)

    def comment(data: str) -> None:
        path[-1].children.append(Markup(f"<!--{data}-->"))

    def instruction(target: str, data: str) -> None:
        path[-1].children.append(Markup(f"<?{target} {data}?>"))

    def doctype(*_: object) -> None:
        message = "it has a document type, which XMP forbids"
        raise ValueError(message)

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.CommentHandler = comment
    parser.ProcessingInstructionHandler = instruction
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003 (expat takes no keywords)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return [child for child in top.children if not isinstance(child, str)]


def _check_size(text: bytes) -> None:
    if len(text) > MOST_XMP:
        message = (
            f"it has {len(text) / MEGABYTE:.0f} MB of XMP, at most {MOST_XMP // MEGABYTE} are read"
        )
        raise ValueError(message)


def serialise(node: Element | Markup | str) -> str:
    """The XML text of a node and everything in it."""
    if isinstance(node, str):
        return node.translate(_TEXT)
    if isinstance(node, Markup):
        return node.literal
    attributes = "".join(
        f' {name}="{value.translate(_ATTRIBUTE)}"' for name, value in node.attributes.items()
    )
    if not node.children:
        return f"<{node.tag}{attributes}/>"
    inside = "".join(map(serialise, node.children))
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>"
