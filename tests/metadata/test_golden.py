"""What exiftool reads in tagged photos, word for word: ``pytest --update-golden`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from phototag.metadata.record import Record, WriteOrder
from phototag.options import WriteOptions
from phototag.scene.geometry import Box
from writing import apply

GOLDEN = Path(__file__).with_name("golden")
# Of exiftool's version and of Pillow's encoders, not of phototag.
FOREIGN = ("File:", "JFIF:", "PNG:", "RIFF:", "Jpeg2000:", "Composite:", "XMP-x:", "IFD0:")


def close(found: Any, golden: Any) -> bool:
    """Equal, but for the last digits of numbers."""
    if isinstance(golden, dict):
        return (
            isinstance(found, dict)
            and found.keys() == golden.keys()
            and all(close(found[key], golden[key]) for key in golden)
        )
    if isinstance(golden, list):
        return (
            isinstance(found, list)
            and len(found) == len(golden)
            and all(close(a, b) for a, b in zip(found, golden, strict=True))
        )
    if isinstance(golden, float):
        return bool(found == pytest.approx(golden, abs=1e-5))
    return bool(found == golden)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "turned.jpg", "a.jpg.xmp"])
def test_the_dump_is_the_golden_one(
    make: Any, dump: Any, headshot: Record, update: bool, name: str
) -> None:
    path = make(name.removesuffix(".xmp"), orientation=6 if name == "turned.jpg" else 1)
    order = WriteOrder(record=headshot, faces=(Box(0.25, 0.125, 0.5, 0.5),), size=(96, 64))
    beside = name.endswith(".xmp")
    apply(path, order, WriteOptions(sidecar="always" if beside else "never"))
    seen = dump(path.with_name(name) if beside else path)
    found = {key: value for key, value in seen.items() if not key.startswith(FOREIGN)}
    golden = GOLDEN / f"{name}.json"
    if update:
        golden.parent.mkdir(exist_ok=True)
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
        golden.write_text(text + "\n", encoding="utf-8")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert close(found[key], value), key
