"""What is shown of the sum behind a verdict, read from where it is shown, and whether it adds up."""

from __future__ import annotations

import html.parser
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import ImageDraw

from phototag.analysis.result import Analysis
from phototag.analysis.shapes import bars
from phototag.cli.lines import record_json
from phototag.criteria.verdict import Kind
from phototag.gallery.build import row
from phototag.metadata import plan
from phototag.metadata.draft import Draft
from phototag.metadata.ledger import Ledger
from phototag.metadata.properties import record_fields
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.options import TagOptions, WriteOptions
from phototag.worker.order import order_of, record_of

NUMBER = r"[+-]?\d+\.\d"
Shown = tuple[list[Decimal], Decimal]  # the parts, and what they are said to add up to


def exact(number: float) -> Decimal:
    """A number as JSON and XMP write it."""
    assert str(number) != "-0.0"
    return Decimal(repr(number))


def in_text(analysis: Analysis) -> Shown | None:
    """None where no person is the subject: then no number is said."""
    lines = analysis.explain().splitlines()
    found = [line for line in lines if line.startswith("With the starting point (")]
    if analysis.kind is Kind.OTHER:
        assert not found
        return None
    (last,) = found
    reasons = [line for line in lines if line.startswith(("For it: ", "Against it: "))]
    assert lines[1 : len(reasons) + 2] == [*reasons, last]  # right after the reasons
    parts = re.findall(rf"\(({NUMBER})\)", last)
    parts += re.findall(rf"\(\w+ ({NUMBER})\)", " ".join(reasons))
    (total,) = re.findall(rf"the sum is ({NUMBER}):", last)
    return list(map(Decimal, parts)), Decimal(total)


def in_bars(analysis: Analysis) -> Shown:
    first, *criteria, last = bars(analysis)
    assert (first.name, last.name, last.total) == ("starting point", "sum", True)
    return [exact(bar.amount) for bar in (first, *criteria)], exact(last.amount)


def in_gallery(analysis: Analysis) -> Shown:
    values = json.loads(json.dumps(row(analysis, "", Path("/"))))
    start, total = values[14]
    assert (start[0], total[0]) == ("starting point", "sum")
    parts = [start[1], *(finding[3] for finding in values[9])]
    return list(map(exact, parts)), exact(total[1])


def in_record(analysis: Analysis) -> Shown:
    """From what ``phototag show --json`` prints of a photo."""
    record = record_of(analysis, TagOptions())
    said = json.loads(record_json("a.jpg", record), parse_float=Decimal)["record"]
    return [said["starting_point"], *said["contributions"].values()], said["log_odds"]


def in_xmp(analysis: Analysis) -> Shown:
    """From the serialised packet, which is read afresh."""
    draft = Draft(Packet(None), None, takes_iptc=False, orientation=1, ledger=Ledger())
    plan.tag(draft, order_of(analysis, TagOptions()), WriteOptions())
    again = Packet(draft.packet.to_bytes())
    record = record_fields.read(again, 1)
    assert record is not None
    assert record.starting_point is not None
    start, total = (again.text(Name.of(f"phototag:{n}")) for n in ("StartingPoint", "LogOdds"))
    assert (exact(record.starting_point), record.log_odds) == (Decimal(start), float(total))
    assert record.contributions.keys() == analysis.contributions.keys()
    return [Decimal(start), *map(exact, record.contributions.values())], Decimal(total)


def in_json(analysis: Analysis) -> Shown:
    """From its text, to the last digit."""
    said = json.loads(json.dumps(analysis.to_dict()), parse_float=Decimal)
    parts = [finding["contribution"] for finding in said["criteria"].values()]
    numbers = [said["verdict"]["starting_point"], *parts, said["verdict"]["log_odds"]]
    assert "-0.0" not in map(str, numbers)
    return numbers[:-1], numbers[-1]


class _Cells(html.parser.HTMLParser):
    """The texts in the cells of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"td", "th"}:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1] += data.strip()


def in_notebook(analysis: Analysis) -> Shown:
    """From the table that a notebook shows."""
    cells = _Cells()
    cells.feed(analysis._repr_html_())
    rows = list(batched(cells.found, 4))[1:]
    assert (rows[0][0], rows[-1][0]) == ("starting point", "sum")
    *parts, total = (Decimal(row[2]) for row in rows)
    return parts, total


def batched(cells: list[str], width: int) -> Iterator[tuple[str, ...]]:
    """The rows of a table."""
    return zip(*[iter(cells)] * width, strict=True)


def check(analysis: Analysis) -> None:
    """All of them, the same numbers wherever as many digits are shown."""
    said = analysis.to_dict()
    given = said["verdict"]["starting_point"]
    parts = [given, *(finding["contribution"] for finding in said["criteria"].values())]
    assert in_json(analysis) == ([exact(part) for part in parts], sum(map(exact, parts)))
    assert in_record(analysis) == in_xmp(analysis)
    for digits, (shown, total) in {1: in_bars(analysis), 3: in_xmp(analysis)}.items():
        assert sum(shown) == total
        assert total == exact(analysis.verdict.log_odds).quantize(Decimal(10) ** -digits)
        assert [max(0, -int(number.as_tuple().exponent)) <= digits for number in shown]
        for number, part in zip(shown, parts, strict=True):
            assert abs(float(number) - part) < 10**-digits
    assert in_gallery(analysis) == in_bars(analysis)
    assert in_notebook(analysis) == in_bars(analysis)
    text = in_text(analysis)
    if text is not None:
        assert (sum(text[0]), text[1]) == (text[1], in_bars(analysis)[1])


def painted(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The numbers beside the bars of ``analyze --picture``, as they are drawn."""
    from phototag.worker.requests import Draw
    from phototag.worker.sealed import drawing

    texts: list[str] = []

    def text(_: object, at: object, said: str, *__: object, **___: object) -> None:
        texts.append(said)

    order = Draw(
        title="",
        verdict="",
        shapes=(),
        bars=bars(analysis),
        words="",
        max_pixels=1,
    )
    with monkeypatch.context() as patched:
        patched.setattr(ImageDraw.ImageDraw, "text", text)
        drawing._panel(order)
    assert texts.index("starting point") < texts.index("focus") < texts.index("sum")
    found = [re.match(rf"({NUMBER})  ", text) for text in texts]
    *parts, total = (Decimal(match.group(1)) for match in found if match)
    return parts, total
