"""Pages of what was measured of faults: the tables are made here, the sentences are in ``templates``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages import filled, measured, table

if TYPE_CHECKING:
    from collections.abc import Mapping


def _kills(kills: Mapping[str, Any]) -> str:
    return table(
        ("killed", "after a change", "damaged", "lost", "temporary files", "left after next run"),
        (
            (
                f"{name}, {tally['kills']}",
                str(tally["changed"] or ""),
                f"**{tally['damaged']}**",
                str(tally["lost"]),
                str(tally["temporary"]),
                str(tally["left"]),
            )
            for name, tally in kills.items()
        ),
    )


def _calls(calls: Mapping[str, Any]) -> str:
    return table(
        (
            "failing calls in",
            "experiments",
            "done anyway",
            "refused, unchanged",
            "in place, not confirmed",
            "one of two files",
            "wrong",
        ),
        (
            (
                name,
                str(tally["failed"]),
                str(tally["done"]),
                str(tally["refused"]),
                str(tally["uncertain"]),
                str(tally["in_part"]),
                f"**{len(tally['wrong'])}**",
            )
            for name, tally in calls.items()
        ),
    )


# What the documentation calls the files of ``benchmarks.faults.interleavings``.
FORMS = {
    "jpg": "JPEG",
    "tif": "TIFF",
    "png": "PNG",
    "webp": "WebP",
    "jp2": "JPEG 2000",
    "sidecar": "the user's sidecar",
    "own sidecar": "phototag's sidecar",
}


def _interleavings(found: Mapping[str, Any]) -> dict[str, str]:
    """Tables by kind of event, by file, and by the process that was killed."""
    states = ("old", "new", "other's", "moved or deleted", "both kept")
    operations = list(dict.fromkeys(name for row in found["forms"].values() for name in row))
    return {
        "events": table(
            ("at each call", "interleavings", *states, "wrong"),
            (
                (
                    kind,
                    str(row["count"]),
                    *(str(row["states"].get(state, "")) for state in states),
                    f"**{row['lost']}**",
                )
                for kind, row in found["events"].items()
            ),
        ),
        "forms": table(
            ("interleavings in", *operations, "wrong"),
            (
                (
                    FORMS[form],
                    *(str(row[name]["count"]) if name in row else "" for name in operations),
                    f"**{sum(each['lost'] for each in row.values())}**",
                )
                for form, row in found["forms"].items()
            ),
        ),
        "processes": table(
            ("killed", "kills", "old", "new", "wrong"),
            (
                (
                    name,
                    str(row["count"]),
                    str(row["states"].get("old", "")),
                    str(row["states"].get("new", "")),
                    f"**{row['lost']}**",
                )
                for name, row in found["processes"].items()
            ),
        ),
    }


def faults_measured() -> str:
    """The last results of ``benchmarks faults``."""
    found = measured("faults.json", "measured")
    fuzz = found["fuzz"]
    wrong = sum(len(tally["wrong"]) for tally in found["calls"].values())
    errors = ", ".join(f"{name} {count}" for name, count in sorted(fuzz["errors"].items()))
    tables = {"kills": _kills(found["kills"]), "calls": _calls(found["calls"])}
    tables |= _interleavings(found["interleavings"])
    other = found["interleavings"]["another user"]
    return filled("faults", {**found, **tables, "errors": errors, "wrong": wrong, "other": other})
