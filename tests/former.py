"""Photos as phototag wrote them before its lists of structures were kept short."""

from __future__ import annotations

from pathlib import Path

from phototag.metadata.containers import open_container
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Array, Struct, Text


def make_former(path: Path, record: Record) -> None:
    """Put the contributions of a tagged photo, or of a sidecar, into the structures of the first form."""
    data = path.read_bytes()
    container = None if path.suffix == ".xmp" else open_container(data, path.name)
    packet = Packet(data if container is None else container.xmp)
    items = tuple(
        Struct(
            {
                Name.of("phototag:Criterion"): Text(name),
                Name.of("phototag:LogOdds"): Text(repr(float(value))),
            }
        )
        for name, value in record.contributions.items()
    )
    packet.put(Name.of("phototag:Contributions"), Array("Bag", items))
    for later in ("StartingPoint", "LogOdds"):
        packet.put(Name.of(f"phototag:{later}"), None)
    xmp = packet.to_bytes()
    path.write_bytes(xmp if container is None else container.replaced(xmp, container.iptc))
