"""XMP that phototag writes anew: the text, and what is changed again before it is written."""

from __future__ import annotations

import pytest

from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text, Value, bag, lang_alt

SUBJECT, REGIONS = Name.of("dc:subject"), Name.of("Iptc4xmpExt:ImageRegion")
OF_OTHERS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<r:Description r:about="" xmlns:d="http://purl.org/dc/elements/1.1/"><d:subject><r:Seq><r:li>a</r:li>'
    b"<r:li>b</r:li></r:Seq></d:subject></r:Description></r:RDF></x:xmpmeta>"
)
VALUES: list[Value] = [
    Text(""),
    Text("<&>\"'\r\n\t é \U0001f600"),
    Text("https://phototag.example/a?b=1&c", uri=True),
    Array("Bag", ()),
    Array("Seq", (Text("b"), Text("a"), Text("a"))),
    lang_alt('"quoted"'),
    Struct({}),
    Struct({Name.of("xmp:Identifier"): bag("one", "two"), Name("https://phototag.example/new/", "x"): Text("1")}),
    Array("Bag", (Struct({SUBJECT: Struct({SUBJECT: lang_alt("deep")})}), Text("flat", lang="de"))),
]  # fmt: skip


def again(packet: Packet) -> Packet:
    return Packet(packet.to_bytes())


@pytest.mark.parametrize("before", [None, OF_OTHERS], ids=["new", "with prefixes of its own"])
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_value_is_read_back_as_it_was_set(value: Value, before: bytes | None) -> None:
    packet = Packet(before)
    for name in (REGIONS, SUBJECT):
        packet.put(name, value)
        assert packet.get(name) == again(packet).get(name) == value
    packet.put(REGIONS, None)
    assert again(packet).names() == packet.names() == {SUBJECT}


def test_a_new_list_can_be_changed_before_it_is_written() -> None:
    packet = Packet(None)
    packet.put(SUBJECT, Array("Seq", (Text("a"), Text("b"), Text("c"))))
    packet.splice(SUBJECT, {1}, (Text("d"),))
    packet.replace_item(SUBJECT, 0, Text("e"))
    wanted = Array("Seq", (Text("e"), Text("c"), Text("d")))
    assert packet.get(SUBJECT) == again(packet).get(SUBJECT) == wanted


def test_new_items_of_an_old_list_can_be_changed_before_they_are_written() -> None:
    packet = Packet(OF_OTHERS)
    packet.splice(SUBJECT, set(), (Text("c"), Struct({SUBJECT: Text("d")})))
    packet.splice(SUBJECT, {0, 2}, (Text("e"),))
    packet.replace_item(SUBJECT, 1, Text("f"))
    wanted = Array("Seq", (Text("b"), Text("f"), Text("e")))
    assert packet.get(SUBJECT) == again(packet).get(SUBJECT) == wanted
    assert packet.to_bytes().startswith(OF_OTHERS[: OF_OTHERS.index(b"<r:li>a")])


def test_the_last_property_takes_its_description_with_it() -> None:
    packet = Packet(None)
    empty = packet.to_bytes()
    packet.put(SUBJECT, bag("a"))
    packet.put(SUBJECT, None)
    assert packet.to_bytes() == empty
