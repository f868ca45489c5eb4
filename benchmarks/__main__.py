"""The commands: ``python -m benchmarks COMMAND --photos DIR``."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.accuracy import report as accuracies
from benchmarks.photos import labelled, store
from benchmarks.photos.labelled import Label
from benchmarks.results import write_dated, write_found
from benchmarks.speed import installed
from phototag.criteria import calibration as calibrations
from phototag.scene.measures import Scene
from phototag.vision import mouth_cover, people_prefilter

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_WIDTH = 130  # columns of the tables where no terminal says how wide it is

_photos = click.option(
    "--photos",
    type=_FOLDER,
    required=True,
    metavar="DIR",
    help="Folder of photographs with labels.jsonl.",
)
_workers = click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    metavar="N",
    help="Photos under way at once.",
)


def _parts(*every: str) -> Callable[[Any], Any]:
    """The option for a part of a measurement."""
    return click.option(
        "--part",
        "parts",
        type=click.Choice(every),
        multiple=True,
        help="Only this; the rest stays in the JSON file as it is. May be given several times.",
    )


def _looking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that needs the scenes."""
    for option in (
        click.option(
            "--store",
            "kept",
            type=_FILE,
            metavar="FILE",
            help="Where scenes are kept between runs (the user's cache folder unless said).",
        ),
        click.option("--refresh", is_flag=True, help="Look at every photo again."),
        _workers,
        _photos,
    ):
        command = option(command)
    return command


@click.group()
def main() -> None:
    """Measure phototag on labelled photographs, and fit its calibration to them."""


@main.command()
@_looking
@click.option(
    "--cross-validate/--shipped",
    "held_out",
    default=True,
    show_default=True,
    help="Fit anew without the sources that are asked about, or use the shipped calibration.",
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Draw the figures into this folder, as SVG.",
)
@click.option(
    "--worst",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help="Show this many of the most confident mistakes.",
)
@click.option("--all", "every", is_flag=True, help="Score labels that are not sure as well.")
def accuracy(
    *,
    photos: Path,
    workers: int,
    refresh: bool,
    kept: Path | None,
    held_out: bool,
    json_file: Path | None,
    plots: Path | None,
    worst: int,
    every: bool,
) -> None:
    """How often each answer is right, and how far its confidence can be believed."""
    labels = labelled.load(photos)
    seen = store.scenes(photos, labels, workers, refresh, store=kept)
    runs = _judge(labels, seen, held_out=held_out)
    found = accuracies.report(runs, held_out=held_out, every=every)
    accuracies.show(found, _console(), worst)
    if json_file:
        write_dated(json_file, accuracies.to_json(found))
    if plots:
        from benchmarks.accuracy.plots import draw  # noqa: PLC0415 - matplotlib is slow to load

        draw(found, runs, plots)


@main.command()
@_looking
@click.option(
    "--out",
    type=_FILE,
    default=calibrations.FILE,
    metavar="FILE",
    help="Where to write it (phototag's own calibration.toml unless said).",
)
@click.option(
    "--corrections",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Learn from what was set right in a gallery, too.",
)
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The date that the evidence states (today unless said).",
)
def calibrate(
    *,
    photos: Path,
    workers: int,
    refresh: bool,
    kept: Path | None,
    out: Path,
    corrections: Path | None,
    date: dt.datetime | None,
) -> None:
    """Fit every number of the calibration to the labels that are sure."""
    from benchmarks.training.calibrate import fit  # noqa: PLC0415 - scikit-learn is slow to load

    labels = labelled.load(photos)
    seen = store.scenes(photos, labels, workers, refresh, store=kept)
    day = (date or dt.datetime.now(tz=dt.UTC)).date().isoformat()
    rows = store.rows(labels, seen)
    if corrections is not None:
        rows += store.corrected(corrections, workers)
    out.write_text(fit(rows, day), encoding="utf-8")
    click.echo(f"{out}: fitted on the sure ones of {len(rows)} photos")


@main.command()
@_photos
@_workers
def prefilter(*, photos: Path, workers: int) -> None:
    """Fit the prefilter, by which slow steps are left out for pictures without people."""
    from benchmarks.training.prefilter import fit  # noqa: PLC0415 - scikit-learn is slow to load

    file, day = people_prefilter.FILE, dt.datetime.now(tz=dt.UTC).date().isoformat()
    file.write_text(fit(photos, labelled.load(photos), day, workers), "utf-8")
    click.echo(f"{file}: {people_prefilter.default().evidence}; raise SCENE_VERSION if it changed")


@main.command("mouth-cover")
@_photos
@_workers
def covered_mouths(*, photos: Path, workers: int) -> None:
    """Fit the detection of covered mouths, on mouths that are covered for it."""
    from benchmarks.training.mouth_cover import fit  # noqa: PLC0415 - scikit-learn is slow to load

    file, day = mouth_cover.FILE, dt.datetime.now(tz=dt.UTC).date().isoformat()
    file.write_text(fit(photos, labelled.load(photos), day, workers), "utf-8")
    click.echo(f"{file}: {mouth_cover.default().evidence}; raise SCENE_VERSION if it changed")


@main.command()
@_looking
@_parts("sources", "personal")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def learning(
    *,
    photos: Path,
    workers: int,
    refresh: bool,
    kept: Path | None,
    parts: tuple[str, ...],
    json_file: Path | None,
) -> None:
    """How accuracy grows with sources, and with a person's own decisions; which photos are hard for people too."""
    from benchmarks.accuracy import learning as curve  # noqa: PLC0415 - only here
    from benchmarks.accuracy import personal  # noqa: PLC0415
    from benchmarks.training.calibrate import fit  # noqa: PLC0415 - scikit-learn is slow to load

    labels = labelled.load(photos)
    seen = store.scenes(photos, labels, workers, refresh, store=kept)
    found: dict[str, Any] = {}
    if "personal" not in parts:
        found |= curve.to_dict(curve.measure(labels, labelled.load_second(photos), seen, fit))
    if "sources" not in parts:
        found["personal"] = personal.to_dict(personal.measure(labels, seen, fit, click.echo))
    click.echo(json.dumps(found, indent=1))
    write_found(json_file, found, parts)


@main.command()
@_photos
@_workers
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def robustness(photos: Path, workers: int, json_file: Path | None) -> None:
    """Whether the answers survive what happens to photos: resizing, mirroring, re-encoding."""
    from benchmarks.accuracy import robustness as robust  # noqa: PLC0415 - only here

    found = robust.measure(photos, labelled.load(photos), workers)
    robust.show(found, _console())
    if json_file:
        write_dated(json_file, robust.to_json(found))


@main.command()
@_photos
@click.option(
    "--work",
    type=_FOLDER,
    metavar="DIR",
    help="Where trees are made (a temporary folder unless said).",
)
@click.option("--count", type=click.IntRange(100), default=10_000, show_default=True, metavar="N")
@_parts("life", "kills", "stop", "workers", "ray", "rescan", "lists", "store")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def catalogue(
    photos: Path, work: Path | None, count: int, parts: tuple[str, ...], json_file: Path | None
) -> None:
    """The life of a catalogue: first run, next run, other words, kills, undo; Ray; a store for many machines."""
    from benchmarks.speed import catalogue as lives  # noqa: PLC0415 - psutil is needed here alone
    from benchmarks.speed import cluster, lists, rescan  # noqa: PLC0415

    small = max(100, count // 20)
    every: dict[str, Callable[[Path], Any]] = {
        "life": lambda here: lives.life(photos, here, count, click.echo),
        "kills": lambda here: lives.kills(photos, here, small, 20, click.echo),
        "stop": lambda here: lives.stop(photos, here, small, click.echo),
        "workers": lambda here: lives.workers(photos, here, small, 3, click.echo),
        "ray": lambda here: lives.cluster(photos, here, click.echo),
        "rescan": lambda here: rescan.measure(here, 10 * count, 5, click.echo),
        "lists": lambda here: lists.measure(here, count, 5, click.echo),
        "store": lambda _: cluster.measure(photos, click.echo),
    }
    found = {}
    for part in parts or every:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            found[part] = every[part](Path(folder))
    write_found(json_file, found, parts)


@main.command()
@_photos
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def gallery(photos: Path, json_file: Path | None) -> None:
    """How soon a page of 542 and of 5,000 photos can be used."""
    from benchmarks.speed import gallery as galleries  # noqa: PLC0415 - selenium is needed here alone

    with tempfile.TemporaryDirectory() as folder:
        found = galleries.measure(photos, Path(folder), (542, 5000), click.echo)
    if json_file:
        write_dated(json_file, json.dumps(found))


@main.command()
@_photos
@_parts("analysis", "writes", "tagging", "service")
@click.option("--count", type=click.IntRange(1), default=2_000, show_default=True, metavar="N")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def speed(photos: Path, parts: tuple[str, ...], count: int, json_file: Path | None) -> None:
    """Every stage, the whole, the floor under it, N photos tagged, and peers; in one run."""
    from benchmarks.speed import stages as speeds  # noqa: PLC0415 - native code is loaded here alone

    with tempfile.TemporaryDirectory() as folder:
        found = speeds.measure(photos, Path(folder), click.echo, parts or speeds.PARTS, count)
    write_found(json_file, found, parts)


@main.command()
@_photos
@click.option("--count", type=click.IntRange(10), default=10_000, show_default=True, metavar="N")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
@click.option("--plot", type=_FILE, metavar="FILE", help="Draw it as SVG.")
@_parts("megapixels", "faces", "workers", "photos")
def growth(
    photos: Path, count: int, json_file: Path | None, plot: Path | None, parts: tuple[str, ...]
) -> None:
    """How the cost grows with photos, megapixels, faces and workers."""
    from benchmarks.speed import growth as growths  # noqa: PLC0415 - matplotlib is slow to load

    with tempfile.TemporaryDirectory() as folder:
        found = growths.measure(photos, Path(folder), count, click.echo, parts or growths.PARTS)
    write_found(json_file, found, parts)
    if plot:
        growths.draw(found, plot)


@main.command()
@_parts("kills", "calls", "interleavings", "odd", "fuzz")
@click.option("--kills", type=click.IntRange(1), default=10_000, show_default=True, metavar="N")
@click.option("--inputs", type=click.IntRange(1), default=200_000, show_default=True, metavar="N")
@click.option("--first", type=click.IntRange(0), default=0, metavar="N", help="Number of an input.")
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help="Only so many interleavings of a change, and errors of a call (all unless said).",
)
@_workers
@click.option("--work", type=_FOLDER, metavar="DIR", help="Where files are made and kept.")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write everything as JSON.")
def faults(
    *,
    parts: tuple[str, ...],
    kills: int,
    inputs: int,
    first: int,
    most: int | None,
    workers: int,
    work: Path | None,
    json_file: Path | None,
) -> None:
    """Kills, failing calls, other programs, hostile files: what is left of the photos."""
    from benchmarks.faults import parts as every  # noqa: PLC0415 - native code is loaded here alone

    plan = every.Plan(kills, inputs, first, most, workers)
    found = every.measure(plan, parts or every.PARTS, work, click.echo)
    write_found(json_file, found, parts)


main.add_command(installed.size)


def _judge(
    labels: list[Label], seen: dict[str, Scene], *, held_out: bool
) -> list[list[accuracies.Judged]]:
    """One run with the shipped calibration, or one a shuffle."""
    if not held_out:
        return [accuracies.judge_shipped(labels, seen)]
    from benchmarks.training.calibrate import fit  # noqa: PLC0415 - scikit-learn is slow to load

    return [
        accuracies.judge_held_out(labels, seen, fit, seed=seed)
        for seed in range(accuracies.SHUFFLES)
    ]


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
