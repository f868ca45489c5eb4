"""The command line: options in, a library call, outcomes out."""

from __future__ import annotations

import datetime as dt
import functools
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.markup import escape

from phototag import ready_made
from phototag.analyzer import QUALITY, Analyzer
from phototag.catalogue import remove_catalogue, runs, tag_catalogue, walk
from phototag.catalogue import undo as take_back
from phototag.crops import Profile, load
from phototag.errors import PhototagError, shown
from phototag.keywords import Level, Vocabulary, thresholds
from phototag.limits import Limits
from phototag.report import (
    SOME_FAILED,
    DiffTables,
    Report,
    analysis_lines,
    change_lines,
    command,
    record_dict,
    record_text,
    summary,
)
from phototag.version import __version__
from phototag.vocabulary import lightroom_keywords

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from phototag.analyzer import Outcome

T = TypeVar("T")


# --------------------------------------------------------------------------- shared options


class Threshold(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """``0.9``, a threshold of the verdict, or ``cropping=0.8``, one of a criterion."""

    name = "P|NAME=P"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """A name and a number."""
        if isinstance(value, tuple):
            return value
        name, _, number = value.rpartition("=")
        try:
            ((found, least),) = thresholds({name or "kind": float(number)}).items()
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return found, least


class OwnProfiles(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """A TOML file with crop profiles."""

    name = "FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Profile, ...]:
        """The profiles in the file."""
        try:
            return value if isinstance(value, tuple) else load(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


_profiles = click.option(
    "--profiles",
    type=OwnProfiles(),
    default=None,
    help="Own crop profiles instead of phototag's, in a TOML file.",
)


class OwnWords(click.ParamType):  # type: ignore[type-arg] # older releases take none
    """A TOML file with own words."""

    name = "FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Vocabulary:
        """The vocabulary in the file."""
        try:
            return value if isinstance(value, Vocabulary) else Vocabulary.load(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


_vocabulary = click.option(
    "--vocabulary",
    type=OwnWords(),
    default=Vocabulary(),
    show_default="phototag's own words",
    help="Own words for what is found, in a TOML file.",
)

_photos = click.argument("photos", nargs=-1, required=True, type=click.Path(), metavar="PHOTO...")
_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
_json = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line, for machines."
)
_workers = click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Photos under way at once; one for each processor core is right.",
)


def _limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that limit what one photo may take, as one argument ``limits``."""
    usual = Limits()

    @functools.wraps(command)
    def limited(*, max_pixels: int, max_memory: int, timeout: float, **given: Any) -> Any:
        limits = Limits(pixels=max_pixels, memory=max_memory, seconds=timeout)
        return command(limits=limits, **given)

    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            default=usual.seconds,
            show_default=True,
            metavar="SECONDS",
            help="Give up a photo that takes longer.",
        ),
        click.option(
            "--max-memory",
            type=click.IntRange(512),
            default=usual.memory,
            show_default=True,
            metavar="MB",
            help="Give up a photo for which a worker would take more, on Linux.",
        ),
        click.option(
            "--max-pixels",
            type=click.IntRange(1),
            default=usual.pixels,
            show_default=True,
            metavar="N",
            help="Refuse pictures with more pixels.",
        ),
    ):
        limited = option(limited)
    return limited


_level = click.option(
    "--keywords",
    type=click.Choice([level.value for level in Level]),
    default=Level.MINIMAL.value,
    show_default=True,
    help="How many words are written.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")


_wait = click.option(
    "--wait", is_flag=True, help="If another run is at work on the same folders, wait for its end."
)
_state = click.option(
    "--state",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where it is kept what runs saw and wrote (a file of yours unless said).",
)


def _tagging(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that tag; `_asked` makes the library's arguments of them."""
    options = (
        _workers,
        _level,
        click.option(
            "--iptc",
            type=click.Choice(["always", "auto", "never"]),
            default="always",
            show_default=True,
            help="IPTC keywords beside XMP: always, only where the photo has some, or never.",
        ),
        click.option(
            "--sidecar",
            type=click.Choice(["auto", "never", "always"]),
            default="auto",
            show_default=True,
            help="XMP files beside the photos: where the format needs one or one is there, never, "
            "always.",
        ),
        click.option(
            "--min-confidence",
            type=Threshold(),
            multiple=True,
            help="Claim nothing below this confidence (0..1) of the verdict, or of one criterion: "
            "cropping=0.8. Earlier claims go away. May be given several times.",
        ),
        _vocabulary,
        _profiles,
        click.option(
            "--lightroom-crop",
            metavar="PROFILE",
            help="Make Lightroom show this crop; darktable does, too. Into sidecars only: beware, "
            "it changes how the photos look there.",
        ),
        click.option(
            "--faces", is_flag=True, help="Mark faces as regions; applications list them."
        ),
        click.option(
            "--corrections",
            type=click.Path(exists=True, dir_okay=False),
            metavar="FILE",
            help="What you have set right in a gallery; folders remember it.",
        ),
        click.option(
            "--pairs",
            is_flag=True,
            help="A raw file takes the verdict of the developed photo of its name.",
        ),
        click.option(
            "--keep-mtime", is_flag=True, help="Keep the modification times of the files."
        ),
        click.option(
            "--allow-hard-links",
            is_flag=True,
            help="Replace files that have several names; the others keep the old content.",
        ),
        click.option("--force", is_flag=True, help="Write words again that you have deleted."),
        _limits,
        _state,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _asked(given: Mapping[str, Any]) -> Any:
    """Arguments of ``tag_catalogue`` from the options of `_tagging`."""
    return {**given, "min_confidence": dict(given["min_confidence"])}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="phototag")
def main() -> None:
    """Tell headshots from portraits, and write what was found into the photos."""


@main.command()
@_photos
@_json
@_workers
@_limits
@_profiles
@click.option(
    "--picture",
    type=click.Path(dir_okay=False),
    metavar="OUT.png",
    help="Draw faces, crop and reasons of one PHOTO as a picture; never over a file that is there.",
)
def analyze(
    photos: tuple[str, ...],
    *,
    as_json: bool,
    workers: int,
    limits: Limits,
    profiles: tuple[Profile, ...] | None,
    picture: str | None,
) -> None:
    """Print the verdict on each PHOTO and the reasons for it."""
    if picture and len(photos) > 1:
        raise click.UsageError("--picture takes one photo")
    report = Report(as_json=as_json, total=len(photos))

    def lines(done: Outcome) -> list[str]:
        if picture and done.analysis is not None:
            analyzer.paint(done.photo, done.analysis, picture)
        return analysis_lines(done, as_json=as_json)

    with Analyzer(workers, limits=limits, profiles=profiles) as analyzer:
        stopped = _run(report, lambda stop: analyzer.analyze_many(photos, stop=stop), lines)
    _close(report, stopped=stopped, dry_run=False, commands=[])


@main.command()
@_paths
@_dry_run
@_tagging
@click.option("--failed", is_flag=True, help="Only the photos that failed last time.")
@click.option("--follow-links", "links", is_flag=True, help="Follow symbolic links to folders.")
@_wait
@_json
def tag(
    paths: tuple[str, ...],
    *,
    dry_run: bool,
    failed: bool,
    links: bool,
    wait: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Analyse the photos of each PATH (a photo or a folder) and write the verdict into them.

    What is as it was since an earlier run is passed over. A run that was killed or stopped is gone
    on with by the same command.
    """
    report = Report(
        as_json=as_json,
        total=_total(paths),
        count=lambda: sum(1 for _ in walk(paths, links=links)),
    )
    whole_tree = report.total is None
    tables = DiffTables(report) if dry_run and whole_tree and not as_json else None

    def stream(stop: threading.Event) -> Iterator[Outcome]:
        return tag_catalogue(
            *paths,
            failed=failed,
            links=links,
            wait=wait,
            dry_run=dry_run,
            stop=stop,
            **_asked(given),
        )

    def lines(done: Outcome) -> list[str]:
        if tables is not None:
            return tables.add(done)
        if whole_tree and not as_json and not (done.change and done.change.changed):
            return []  # of a whole tree, only what is new
        return change_lines(done, as_json=as_json, dry_run=dry_run)

    stopped = _run(report, stream, lines)
    if tables is not None:
        tables.print()
    again = ["phototag", "tag", *paths, "--failed"]
    take_back = ["phototag", "undo"]
    commands = [("Try just the failed ones again", again)] if report.tally.failed else []
    if report.tally.changed and not dry_run:
        commands.append(("Take it all back", take_back))
    _close(report, stopped=stopped, dry_run=dry_run, commands=commands)


@main.command()
@click.argument("run", type=click.IntRange(1), required=False)
@click.option("--list", "listed", is_flag=True, help="List the runs that can be taken back.")
@_dry_run
@_workers
@_state
@_wait
@_json
def undo(
    run: int | None,
    *,
    listed: bool,
    dry_run: bool,
    workers: int,
    state: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Take back what the RUN of that number wrote, or the last run: photos say what they said before."""
    if listed:
        for row in _known(lambda: runs(state)):
            begun = dt.datetime.fromtimestamp(row.started).astimezone()
            click.echo(
                f"{row.number:5}  {begun:%Y-%m-%d %H:%M}  {row.changes:7} photos"
                f"{'' if row.ended else ', interrupted'}  {shown(os.fsdecode(row.root))}"
            )
        return
    report = Report(as_json=as_json)
    stopped = _run(
        report,
        lambda stop: take_back(
            run, state=state, workers=workers, dry_run=dry_run, wait=wait, stop=stop
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    _close(report, stopped=stopped, dry_run=dry_run, commands=[])


@main.command()
@click.argument("folder", type=click.Path())
@_tagging
@click.option(
    "--settled",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="A file is touched when it has not changed for so long.",
)
@click.option("--poll", is_flag=True, help="Look again and again; for folders on other computers.")
@_json
def watch(folder: str, *, settled: float, poll: bool, as_json: bool, **given: Any) -> None:
    """Tag the photos in FOLDER, then every one that arrives there, until Ctrl-C."""
    from phototag.catalogue.watch import watch_catalogue  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=as_json, total=0)
    _run(
        report,
        lambda stop: watch_catalogue(
            folder, settled=settled, poll=poll, stop=stop, **_asked(given)
        ),
        lambda done: change_lines(done, as_json=as_json),
    )
    report.end()


@main.command()
@_paths
@click.option(
    "-o", "--out", type=click.Path(), required=True, metavar="OUT.html", help="The page to write."
)
@click.option("--title", default="phototag", show_default=True, help="Of the page.")
@_workers
@_limits
@_profiles
@_state
def gallery(
    paths: tuple[str, ...],
    *,
    out: str,
    title: str,
    workers: int,
    limits: Limits,
    profiles: tuple[Profile, ...] | None,
    state: str | None,
) -> None:
    """Write a page to look through the verdicts of each PATH: one file, for any browser."""
    from phototag.gallery import stream  # noqa: PLC0415 - only this command needs it

    report = Report(as_json=False, total=_total(paths), count=lambda: sum(1 for _ in walk(paths)))
    stopped = _run(
        report,
        lambda stop: stream(
            *paths,
            out=out,
            title=title,
            workers=workers,
            limits=limits,
            profiles=profiles,
            state=state,
            stop=stop,
        ),
        lambda _: [],
    )
    report.say(f"{shown(out)}: {report.tally.photos - report.tally.failed} photos")
    _close(report, stopped=stopped, dry_run=False, commands=[])


@main.command()
@_photos
@_json
def show(photos: tuple[str, ...], *, as_json: bool) -> None:
    """Print what phototag wrote in each PHOTO, without a second analysis."""
    report = Report(as_json=as_json, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            try:
                record = analyzer.read(photo)
            except PhototagError as error:
                report.failed(error)
                continue
            report.print(record_dict(photo, record) if as_json else record_text(photo, record))
    report.end()


@main.command()
@_paths
@_dry_run
@_workers
@_wait
@_json
def remove(
    paths: tuple[str, ...], *, dry_run: bool, workers: int, wait: bool, as_json: bool
) -> None:
    """Take back everything phototag wrote in the photos of each PATH."""
    report = Report(as_json=as_json, total=_total(paths), count=lambda: sum(1 for _ in walk(paths)))
    stopped = _run(
        report,
        lambda stop: remove_catalogue(
            *paths, workers=workers, dry_run=dry_run, wait=wait, stop=stop
        ),
        lambda done: change_lines(done, as_json=as_json, dry_run=dry_run),
    )
    _close(report, stopped=stopped, dry_run=dry_run, commands=[])


@main.command()
@click.argument("photo", type=click.Path())
@click.option(
    "--profile", required=True, metavar="NAME", help="Name of the crop profile: casting_8x10 ..."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    metavar="OUT",
    help="The new file (NAME.PROFILE.jpg unless said).",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=QUALITY,
    show_default=True,
    metavar="N",
    help="Of a JPEG or WebP that is encoded anew.",
)
@click.option(
    "--lossless", is_flag=True, help="Cut a JPEG at its own blocks instead of encoding it anew."
)
@click.option(
    "--lightroom",
    is_flag=True,
    help="Copy the whole photo with a crop setting that Lightroom applies. darktable does, too.",
)
@_profiles
def crop(
    photo: str,
    *,
    profile: str,
    out: str | None,
    quality: int,
    lossless: bool,
    lightroom: bool,
    profiles: tuple[Profile, ...] | None,
) -> None:
    """Write the crop of a profile out of PHOTO as a new file."""
    if lossless and lightroom:
        raise click.UsageError("--lossless and --lightroom exclude each other")
    report = Report(as_json=False, total=1)
    with Analyzer(profiles=profiles) as analyzer:
        try:
            target, made = analyzer.crop(
                photo, profile, out, quality=quality, lossless=lossless, lightroom=lightroom
            )
        except PhototagError as error:
            report.failed(error)
        else:
            size = "the whole photo, to be cropped to " if lightroom else ""
            wide, high = made.pixels
            report.print(f"{shown(target)}: {size}{wide} x {high} px, {made.reason}")
    report.end()


@main.command()
@click.option(
    "--keywords",
    type=click.Choice([level.value for level in Level]),
    default=Level.FULL.value,
    show_default=True,
    help="How many words are listed.",
)
@_vocabulary
def keywords(*, keywords: str, vocabulary: Vocabulary) -> None:
    """Print all words that phototag may write, as a keyword file for Lightroom Classic."""
    sys.stdout.write(lightroom_keywords(vocabulary, Level(keywords)))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False))
@_vocabulary
def lightroom(folder: str, *, vocabulary: Vocabulary) -> None:
    """Write smart collections for Lightroom Classic into FOLDER, and how to use them."""
    for file in _known(lambda: ready_made.lightroom(folder, vocabulary)):
        click.echo(shown(str(file)))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False))
@_vocabulary
def digikam(folder: str, *, vocabulary: Vocabulary) -> None:
    """Write into FOLDER how to find phototag's keywords in digiKam."""
    for file in _known(lambda: ready_made.digikam(folder, vocabulary)):
        click.echo(shown(str(file)))


@main.command()
def doctor() -> None:
    """Print versions and models, and what is wrong with this installation."""
    from phototag.doctor import examine  # noqa: PLC0415 - only this command needs it

    console = Console(highlight=False, soft_wrap=True)
    healthy = True
    for line in examine():
        healthy = healthy and line.fine
        console.print(f"{'ok' if line.fine else '[red]!![/]'}  {escape(line.text)}")
    sys.exit(0 if healthy else SOME_FAILED)


@main.command()
@click.argument("folder", type=click.Path(), default="phototag-demo")
def demo(folder: str) -> None:
    """Go the whole way on a public-domain photo, in a new FOLDER."""
    from phototag.demo import make_photos  # noqa: PLC0415 - only this command needs it

    try:
        photos = make_photos(folder)
    except PhototagError as error:
        raise click.ClickException(str(error)) from error
    report = Report(as_json=False, total=len(photos))
    with Analyzer() as analyzer:
        for photo in photos:
            outcome = analyzer.tag(photo)
            report.print("\n".join(analysis_lines(outcome, as_json=False)))
            report.print("\n".join(change_lines(outcome, as_json=False)[1:]))
            report.print("")
    report.print(
        f"The photos are in {shown(folder)}. Next: phototag show {shown(photos[0])}, "
        "or phototag tag YOUR_FOLDER"
    )
    report.end()


# --------------------------------------------------------------------------- running


def _run(
    report: Report,
    stream: Callable[[threading.Event], Iterator[Outcome]],
    lines: Callable[[Outcome], list[str]],
) -> bool:
    """Run a stream; what keeps it from running at all ends the command."""
    return _known(lambda: report.run(stream, lines))


def _known(work: Callable[[], T]) -> T:
    try:
        return work()
    except PhototagError as error:
        raise click.ClickException(str(error)) from error


def _total(paths: tuple[str, ...]) -> int | None:
    """The number of photos, where it is known at once."""
    return None if any(os.path.isdir(path) for path in paths) else len(paths)  # noqa: PTH112


def _close(
    report: Report, *, stopped: bool, dry_run: bool, commands: list[tuple[str, list[str]]]
) -> NoReturn:
    """Say what became of a run, what can be done next, and end with its status."""
    if not report.as_json and report.tally.photos > 1:
        for line in summary(report.tally, dry_run=dry_run):
            report.say(line)
        for what, words in commands:
            report.say(f"{what}: {command(words)}")
    if stopped:
        of = "" if report.total is None else f" of {report.total}"
        report.say(
            f"Stopped after {report.tally.photos}{of} photos; run the same command again to go on."
        )
        sys.exit(SOME_FAILED)
    report.end()
    sys.exit(0)
