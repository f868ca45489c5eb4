"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from phototag.crops import Profile, built_in, named
from phototag.errors import PhototagError
from phototag.keywords.claims import Level, Vocabulary, thresholds
from phototag.limits import Limits

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType  # older releases take no argument

Shared: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


class Threshold(_Type):
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
        except (ValueError, PhototagError) as error:
            self.fail(str(error), param, ctx)
        return found, least


class OwnProfiles(_Type):
    """The name under which a package offers crop profiles, or a TOML file with some."""

    name = "NAME|FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Profile, ...]:
        """The profiles in the file."""
        try:
            return value if isinstance(value, tuple) else named(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


own_profiles: Shared = click.option(
    "--profiles",
    type=OwnProfiles(),
    default=None,
    help="Own crop profiles instead of phototag's, in a TOML file or of an installed package.",
)


class OwnWords(_Type):
    """The name under which a package offers a vocabulary, or a TOML file with own words."""

    name = "NAME|FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Vocabulary:
        """The vocabulary in the file."""
        try:
            return value if isinstance(value, Vocabulary) else Vocabulary.named(value)
        except PhototagError as error:
            self.fail(str(error), param, ctx)


own_vocabulary: Shared = click.option(
    "--vocabulary",
    type=OwnWords(),
    default=Vocabulary(),
    show_default="phototag's own words",
    help="Own words for what is found, in a TOML file or of an installed package.",
)

photos_argument: Shared = click.argument(
    "photos", nargs=-1, required=True, type=click.Path(), metavar="PHOTO..."
)
paths_argument: Shared = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(), metavar="PATH..."
)
json_lines: Shared = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line, for machines."
)
workers_number: Shared = click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Photos under way at once; one for each processor core is right.",
)


def limits_of_a_photo(command: Callable[..., Any]) -> Callable[..., Any]:
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


keyword_level: Shared = click.option(
    "--keywords",
    type=click.Choice([level.value for level in Level]),
    default=Level.MINIMAL.value,
    show_default=True,
    help="How many words are written.",
)
dry_run_only: Shared = click.option(
    "--dry-run", is_flag=True, help="Say what would change; change nothing."
)


wait_for_others: Shared = click.option(
    "--wait", is_flag=True, help="If another run is at work on the same folders, wait for its end."
)
follow_links: Shared = click.option(
    "--follow-links", "links", is_flag=True, help="Follow symbolic links to folders."
)
hard_links: Shared = click.option(
    "--allow-hard-links",
    is_flag=True,
    help="Replace files that have several names; the others keep the old content.",
)
state_file: Shared = click.option(
    "--state",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where it is kept what runs saw and wrote (a file of yours unless said).",
)


_TAGGING = (
    workers_number,
    keyword_level,
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
    own_vocabulary,
    own_profiles,
    click.option(
        "--lightroom-crop",
        metavar="PROFILE",
        help="Make Lightroom show this crop; darktable does, too. Into sidecars only: beware, "
        "it changes how the photos look there.",
    ),
    click.option("--faces", is_flag=True, help="Mark faces as regions; applications list them."),
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
    click.option("--keep-mtime", is_flag=True, help="Keep the modification times of the files."),
    hard_links,
    click.option("--force", is_flag=True, help="Write words again that you have deleted."),
    limits_of_a_photo,
    state_file,
)


def tagging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that tag; `asked` makes the library's arguments of them."""
    for option in reversed(_TAGGING):
        command = option(command)
    return command


def asked(given: Mapping[str, Any]) -> Any:
    """Arguments of ``tag_catalogue`` from the options of `tagging_options`."""
    crop, profiles = given["lightroom_crop"], given["profiles"] or built_in()
    if crop is not None and crop not in {profile.name for profile in profiles}:
        known = ", ".join(profile.name for profile in profiles)
        raise click.BadParameter(f"there is no profile {crop}, there are {known}")
    return {**given, "min_confidence": dict(given["min_confidence"])}
