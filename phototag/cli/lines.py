"""The output for one photo and for one run: lines of text, or one line of JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from phototag.analysis.keywords.claims import Level, notes_on, withheld
from phototag.errors import printable_name
from phototag.metadata.record import KIND
from phototag.options import WordOptions
from phototag.outcome import VerdictSource, analysis_dict, change_dict, record_dict
from phototag.scene import serialization
from phototag.version import SCHEMA
from phototag.wording import counted, plain, said_and_thought, sure

if TYPE_CHECKING:
    from phototag.catalogue.run_log import Run
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record
    from phototag.outcome import AnyOutcome


# What is written without any keyword, such as of a landscape.
RECORD = "phototag's record of the verdict"
# With ten, darktable would drop the XMP of the photo (``metadata.properties.structures``).
NO_ROOM = "left out, because a list holds at most nine regions, of"


def analysis_lines(
    outcome: AnyOutcome, *, as_json: bool, words: WordOptions | None = None
) -> list[str]:
    """A verdict and the reasons for it; with thresholds, also what these hold back.

    Args:
        outcome: what has happened to the photo.
        as_json: as one line of JSON.
        words: which keywords are named in the JSON; None = those that ``tag`` writes by default.
    """
    analysis, words = outcome.analysis, words or WordOptions()
    assert analysis is not None
    if as_json:
        return [json.dumps(analysis_dict(analysis, words))]
    judged, least = analysis.verdict, words.min_confidence
    notes = notes_on(withheld(analysis, judged, Level.FULL, least=least))
    return [
        str(analysis),
        *(f"  note: {note}" for note in notes),
    ]


def change_lines(
    outcome: AnyOutcome, *, as_json: bool, dry_run: bool = False, verbose: bool = False
) -> list[str]:
    """What was written into a photo, or would be; empty if there was nothing to do.

    Args:
        outcome: what has happened to the photo.
        as_json: as one line of JSON.
        dry_run: nothing was changed, and all that would be is listed.
        verbose: list what was added and removed.
    """
    analysis, change = outcome.analysis, outcome.change
    if as_json:
        return [json.dumps(change_dict(outcome, dry_run=dry_run))]
    if change is None:
        return []
    said = [] if analysis is None else [analysis.explain().splitlines()[0]]
    name = printable_name(outcome.photo)
    if verbose or dry_run:
        taken = outcome.verdict_from is VerdictSource.REMOVED and not any(change.added.values())
        return [": ".join([name, *said]), *_change_lines(change, dry_run=dry_run, taken=taken)]
    if not change.changed:
        said = [*(one.rstrip(".") for one in said), "nothing to change"]
    elif analysis is None:
        said = ["changed"]
    return [f"{name}: {'; '.join(said)}", *_notes(change), *_not_kept(change)]


def _change_lines(change: Change, *, dry_run: bool, taken: bool) -> list[str]:
    if not change.changed:
        return [
            "  nothing to change",
            *_listed("deleted by you, not written again to", change.declined),
            *_listed(NO_ROOM, change.left_out),
            *_notes(change),
        ]
    would = "would be " if dry_run else ""
    beside = [printable_name(name) for name in change.files if name.lower().endswith(".xmp")]
    where, done = ("taken out of", "removed") if taken else ("written to", "written")
    words = [
        *_listed(f"{would}added to", change.added),
        *_listed(f"{would}removed from", change.removed),
    ]
    return [
        *([f"  {would}{where} {', '.join(beside)}"] if beside else []),
        *(words or [f"  {would}{done}: {RECORD}"]),
        *_listed("deleted by you, not written again to", change.declined),
        *_listed(NO_ROOM, change.left_out),
        *_notes(change),
        *_not_kept(change),
    ]


def _not_kept(change: Change) -> list[str]:
    return [f"  not kept: {', '.join(change.not_kept)}"] if change.not_kept else []


def _notes(change: Change) -> list[str]:
    return [f"  note: {note}" for note in change.notes]


def _listed(what: str, values: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"  {what} {name}: {', '.join(words)}" for name, words in values.items() if words]


def record_json(photo: str, record: Record | None) -> str:
    """The record in a photo, as JSON."""
    return json.dumps(record_dict(photo, record))


def record_text(photo: str, record: Record | None) -> str:
    """The record in a photo, as text."""
    if record is None:
        return f"{printable_name(photo)}\n  no phototag metadata"
    grade = f", {record.grade}" if record.grade else ""
    verdict_from = sure(record.confidence)
    if record.corrected:
        verdict_from = said_and_thought(record.kind, record.thought, record.thought_confidence)
    others = {field: said for field, said in record.decision.items() if field != KIND}
    lines = [
        printable_name(photo),
        f"  {record.kind}{grade}, {verdict_from}",
        *(f"  you said: {field} {plain(said)}" for field, said in others.items()),
        f"  by phototag {record.software} (models {record.models}, calibration {record.calibration})",
        f"  keywords: {', '.join(record.keywords.hierarchical) or 'none'}",
        f"  scene codes: {', '.join(record.keywords.scene) or 'none'}",
        *(f"  note: {note}" for note in notes_on(record.withheld)),
    ]
    for crop in record.crops:
        mark = " (recommended)" if crop.recommended else ""
        lines.append(
            f"  crop {crop.profile}, {crop.ratio}, {crop.pixels[0]} x {crop.pixels[1]} px{mark}"
        )
    return "\n".join(lines)


def run_line(run: Run, *, as_json: bool) -> str:
    """A run that can be undone."""
    if as_json:
        return json.dumps({"schema": SCHEMA, **serialization.to_json(run)})
    begun = dt.datetime.fromtimestamp(run.started).astimezone()
    perhaps = f" and perhaps {run.unfinished} more" if run.unfinished else ""
    interrupted = "" if run.ended else ", interrupted"
    corrected = f", {counted(run.corrections, 'correction')}" if run.corrections else ""
    changed = "photo" if run.changes == 1 else "photos"
    folders = ", ".join(map(printable_name, run.roots))
    return (
        f"{run.number:5}  {begun:%Y-%m-%d %H:%M}  {run.changes:7} {changed}{perhaps}{corrected}{interrupted}"
        f"  {folders}"
    )
