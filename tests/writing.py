"""Tag a photo in this process and say what changed, as most tests of metadata want it."""

from __future__ import annotations

import os

from benchmarks.faults import unsealed
from phototag.metadata.change import Change
from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions


def apply(
    path: os.PathLike[str] | str, order: WriteOrder | Record, options: WriteOptions | None = None
) -> Change:
    """What ``unsealed.write`` changed; a record alone is an order."""
    order = WriteOrder(record=order) if isinstance(order, Record) else order
    change = unsealed.write(path, order, options).change
    assert change is not None
    return change
