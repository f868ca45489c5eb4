"""Pages of the measured figures: the tables are made here, the sentences are in ``templates``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages import filled, measured, share, table

if TYPE_CHECKING:
    from collections.abc import Mapping


FIELDS = {
    "kind": "kind",
    "subjects": "people, exact (9+ as one)",
    "shot": "shot size",
    "background": "background",
    "environment": "environment",
    "inside": "inside or outdoors",
    "expression": "visible expression",
    "facing": "facing",
    "grade": "grade",
}


def accuracy() -> str:
    """The last results of ``benchmarks accuracy``."""
    found = measured("accuracy.json")
    scores, runs = found["scores"], found["runs"]
    sure = scores["confidence"]
    rows = []
    hard = measured("learning.json")["hard"]
    for name, title in FIELDS.items():
        field = scores["fields"][name]
        each = [run["fields"][name]["accuracy"] for run in runs]
        within = f", within one {share(field['within_one'])}" if field["within_one"] else ""
        rows.append(
            (
                title,
                str(field["n"]),
                f"{share(field['accuracy'])} ({share(min(each))}-{share(max(each))}){within}",
                share(field["macro_recall"]),
                f"{field['coverage']:.2f}",
                share(field["decided"]),
                share(hard[name]["agree"]),
            )
        )
    head = ("field", "photos", "accuracy", "macro recall", "decided", "right if decided")
    return filled("accuracy", {**found, "sure": sure, "fields": table((*head, "two people"), rows)})


def learning() -> str:
    """The last results of ``benchmarks learning``."""
    found = measured("learning.json")
    steps = found["steps"]
    curve = table(
        ("fitted on", "photos", *FIELDS.values()),
        (
            (
                f"{step['sources']} sources",
                str(step["photos"]),
                *(share(step["accuracy"][name]) for name in FIELDS),
            )
            for step in steps
        ),
    )
    hard = table(
        (
            "field",
            "photos",
            "two people agree",
            "right where they agree",
            "gives either where they differ",
        ),
        (
            (
                title,
                str(one["photos"]),
                share(one["agree"]),
                share(one["right_if_agreed"]),
                ""
                if one["right_if_not"] is None
                else f"{share(one['right_if_not'])} of {len(one['differ'])}",
            )
            for title, one in ((title, found["hard"][name]) for name, title in FIELDS.items())
        ),
    )
    return filled("learning", {**found, "curve": curve, "hard": hard})


def personal() -> str:
    """The last results of ``benchmarks learning --part personal``."""
    found = measured("personal.json")
    rows = (
        (
            name if at == 0 else "",
            str(curve["decisions"]),
            share(curve["before"]),
            share(curve["after"]),
            f"{curve['worst_user']:.1f}",
            str(curve["worst_run"]),
            share(curve["followed"]),
        )
        for name, curves in found["personal"].items()
        for at, curve in enumerate(curves)
    )
    head = (
        "what is decided",
        "decisions",
        "right before",
        "right after",
        "worst user, points lost",
        "worst run, photos lost",
        "runs that follow 9 verdicts in 10",
    )
    users = max(curve["users"] for curve in found["personal"]["own rules, kind"])
    return filled("personal", {**found, "users": users, "table": table(head, rows)})


def robustness() -> str:
    """The last results of ``benchmarks robustness``."""
    found = measured("robustness.json")
    changes = table(
        ("change", "same kind", "same number of people", "same shot size"),
        (
            (name, share(one["kind"]), share(one["subjects"]), share(one["shot"]))
            for name, one in found["changes"].items()
        ),
    )
    return filled("robustness", {**found, "table": changes})


def colours() -> str:
    """The last results of ``benchmarks.accuracy.colours``."""
    return filled("colours", measured("colours.json"))


def gallery_measured() -> str:
    """The last results of ``benchmarks gallery``."""
    found = measured("gallery.json", "measured")
    rows = (
        (
            str(page["photos"]),
            f"{page['MB']} MB",
            f"{page['ready s']} s",
            f"{page['filtered ms']} ms",
            f"{page['scrolled ms']} ms",
        )
        for page in found["pages"]
    )
    head = ("photos", "size", "usable after", "applying a filter", "scrolling far")
    return filled("gallery", {**found, "table": table(head, rows)})


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
            "by the preview, ms",
            "`analyze`, ms",
            "`analyze_many`, one worker, ms a photo",
            "times the floor",
            "all cores, ms a photo",
        ),
        (
            (
                row["kind"],
                row["size"],
                str(row["floor"]),
                str(row.get("floor by the preview", "")),
                str(row["analyze"]),
                str(row["analyze_many"]),
                f"**{row['x floor']}**",
                str(row["all cores"]),
            )
            for row in found["whole"]
        ),
    )


def speed_measured() -> str:
    """The last results of ``benchmarks speed``."""
    found = measured("speed.json", "measured")
    machine = found["machine"]
    versions = ", ".join(
        f"{name} {machine[name]}"
        for name in ("mediapipe", "onnxruntime", "opencv-contrib-python", "pillow", "pyexiv2")
    )
    tables = {"stages": _stages(found), "whole": _whole(found)}
    return filled("speed", {**found, **tables, "versions": versions})


def growth_measured() -> str:
    """The last results of ``benchmarks growth``."""
    found = measured("growth.json", "measured")

    def rows(name: str) -> str:
        part = found[name]
        return table(tuple(part[0]), (tuple(map(str, row.values())) for row in part))

    one, two = found["workers"][0], found["workers"][-1]
    ours, bare = (two[name] / one[name] for name in ("photos a second", "bare"))
    tables = {name: rows(name) for name in ("photos", "megapixels", "faces", "workers")}
    return filled("growth", {**tables, "date": found["date"], "ours": ours, "bare": bare})


def throughput() -> str:
    """Estimates for larger machines, calculated from the measurements."""
    speed, growth = measured("speed.json", "measured"), measured("growth.json", "measured")
    rows = [row for row in speed["whole"] if row["size"] == "12 MP"]
    look = sum(row["analyze_many"] for row in rows) / len(rows) / 1000
    write = speed["writes"]["safe write, all"] / 1000
    size = next(row["MB"] for row in growth["megapixels"] if row["MP"] == 12)  # noqa: PLR2004
    one, two = growth["workers"][0]["photos a second"], growth["workers"][-1]["photos a second"]
    beside = two / one / 2
    links = {"local SSD": None, "NAS, 1 Gbit/s": 0.118e3, "NAS, 10 Gbit/s": 1.18e3}  # MB/s

    def rate(cores: int, link: float | None) -> tuple[float, str]:
        by_cores = cores * beside / (look + write)
        by_link = float("inf") if link is None else link / size
        # A full-duplex connection has its full bandwidth in each direction.
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
    head = ("machine", "photos on", "photos a second", "limited by", "hours for 100,000")
    values = {"size": size, "look": look, "write": write, "beside": beside}
    return filled("throughput", {**values, "table": table(head, (line(*plan) for plan in plans))})


def cluster() -> str:
    """From how many actors on a store is the limit: calculated, and measured on a simulated store."""
    speed, growth = measured("speed.json", "measured"), measured("growth.json", "measured")
    found = measured("cluster.json", "measured")
    rows = [row for row in speed["whole"] if row["size"] == "12 MP"]
    each = len(rows) * 1000 / sum(row["analyze_many"] for row in rows)
    size = next(row["MB"] for row in growth["megapixels"] if row["MP"] == 12)  # noqa: PLR2004
    links = (("1 Gbit/s", 118), ("10 Gbit/s", 1180), ("100 Gbit/s", 11_800))  # MB/s
    head = ("store", "actors that it feeds", "photos a second with more", "hours for ten million")
    fed = ((name, rate / size) for name, rate in links)
    stores = ((n, f"{r / each:.0f}", f"{r:.0f}", f"{1e7 / r / 3600:.1f}") for n, r in fed)
    cases = ("the store sends", "calculated", "each read in its turn", "read while one is analysed")
    simulated = (
        (f"{row['store']:g} times", f"{min(1, row['store']):.2f}", f"{row['in turn']:.2f}", f"{row['ahead']:.2f}")
        for row in found["rows"]
    )  # fmt: skip
    tables = {"stores": table(head, stores), "measured": table(cases, simulated)}
    return filled("cluster", {**found, **tables, "each": each, "size": size})


def _memory(memory: Mapping[str, Any]) -> str:
    return table(
        ("process", "MB at the start", "MB at the end", "growth"),
        (
            (who, str(m["MB at the start"]), str(m["MB at the end"]), f"{m['growth %']} %")
            for who, m in memory.items()
        ),
    )


def _runs(runs: Mapping[str, Any]) -> str:
    return table(
        ("", "photos/s", "analysed", "known from earlier", "unchanged", "written", "failed"),
        (
            (
                name,
                str(run["photos a second"]),
                *(
                    "" if name.startswith("`") else str(run["verdicts"].get(way, 0))
                    for way in ("analysed", "recalled", "unchanged")
                ),
                str(run["changed"]),
                str(run["failed"]),
            )
            for name, run in runs.items()
        ),
    )


def catalogue_measured() -> str:
    """The last results of ``benchmarks catalogue``, as tables."""
    found = measured("catalogue.json", "measured")
    life = found["life"]
    runs = {
        "first run": life["first"],
        "second run": life["second"],
        "other keywords": life["other words"],
        "`undo` of that": life["undo"][0],
        "`undo` of the first run": life["undo"][1],
    }
    tables = {"runs": _runs(runs), "memory": _memory(life["first"]["memory"])}
    return filled("catalogue", {**found, **tables})


def ray_measured() -> str:
    """The last results of the part ``ray`` of ``benchmarks catalogue``."""
    found = measured("catalogue.json", "measured")
    return filled("ray", {**found, "rates": found["workers"]["photos a second"]})


def installed() -> str:
    """The last results of ``benchmarks size``."""
    found = measured("size.json", "measured")
    now, before = found["now"], found["before"]
    largest = {row["package"]: row["MB"] for row in before["packages"]}
    names = [row["package"] for row in now["packages"][:-1]]
    gone = [name for name in largest if name not in names and "smaller" not in name]
    weighs = {row["package"]: row["MB"] for row in now["packages"]}
    rows = [(name, _mb(largest.get(name)), _mb(weighs.get(name))) for name in (*gone, *names)]
    rows.append(("smaller ones", _mb(before["packages"][-1]["MB"]), _mb(now["packages"][-1]["MB"])))
    rows.append(("**together**", f"**{before['MB']}**", f"**{now['MB']}**"))
    tables = {
        "packages": table(("package", "before, MB", "now, MB"), rows),
        "extras": table(
            ("extra", "more, MB"),
            ((f"`{row['extra']}`", _mb(row["MB more"])) for row in now["extras"]),
        ),
        "first": table(
            ("command", "after pip", "after uv, first time", "after uv, again"),
            (
                (
                    f"`{row['command']}`",
                    *(f"{row[when]} s" for when in ("compiled", "not compiled", "again")),
                )
                for row in now["first"]
            ),
        ),
    }
    return filled("installed", {**now, **tables, "date": found["date"], "before": before})


def _mb(size: float | None) -> str:
    return "" if size is None else f"{size:.0f}" if size >= 10 else f"{size:.1f}"  # noqa: PLR2004


#: Generated pages by name.
PAGES = {
    "accuracy.md": accuracy,
    "learning.md": learning,
    "personal.md": personal,
    "robustness.md": robustness,
    "colours.md": colours,
    "gallery_measured.md": gallery_measured,
    "speed_measured.md": speed_measured,
    "growth_measured.md": growth_measured,
    "throughput.md": throughput,
    "catalogue_measured.md": catalogue_measured,
    "ray_measured.md": ray_measured,
    "cluster.md": cluster,
    "installed.md": installed,
}
