"""Pages made from tables in the code: mapping, crop profiles, calibration, fields."""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import fault_figures
import service_tables

import command_pages
import figures
import integration_tables
from pages import grouped, table
from phototag.analysis.keywords.claims import SCENE_CODES
from phototag.analysis.keywords.vocabulary import Vocabulary, branches
from phototag.analyzer import Analyzer
from phototag.catalogue.checking import CheckKind, CheckOptions
from phototag.criteria import CRITERIA, Finding, Findings, calibration, installed
from phototag.criteria.verdict import Verdict
from phototag.crops import Crop, built_in
from phototag.crops.profiles import Serves
from phototag.files.formats import FORMATS
from phototag.gallery.template import key_table
from phototag.integrations.ready_made import COLLECTIONS
from phototag.metadata.containers import container_of
from phototag.metadata.properties.table import PROPERTIES
from phototag.options import (
    CatalogueOptions,
    ChangeOptions,
    DecideOptions,
    GalleryOptions,
    Limits,
    RemoveOptions,
    TagOptions,
    UndoOptions,
    WatchOptions,
    settings,
)
from phototag.vision import people_prefilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phototag.files.formats import Format


JSON = {"None": "null", "True": "true", "False": "false"}
_CONSTANT = re.compile(rf"\b({'|'.join(JSON)})\b")
_PHOTOS = re.compile(r"\bn (\d+)\b")  # as the calibration counts them

#: The functions that take options as keyword arguments.
TAKEN_BY = {
    "write, tag": TagOptions,
    "remove": ChangeOptions,
    "tag_catalogue": CatalogueOptions,
    "decide_catalogue": DecideOptions,
    "watch_catalogue": WatchOptions,
    "remove_catalogue": RemoveOptions,
    "undo": UndoOptions,
    "check_catalogue": CheckOptions,
    "gallery.build": GalleryOptions,
}


def write(folder: Path) -> None:
    """Write every generated page that has changed."""
    folder.mkdir(exist_ok=True)
    for name, text in (
        ("mapping.md", mapping()),
        ("options.md", options()),
        ("formats.md", formats()),
        ("scene_codes.md", scene_codes()),
        ("vocabulary.md", vocabulary()),
        ("profiles.md", profiles()),
        *((f"numbers_{name}.md", numbers(name)) for name in (*CRITERIA, "verdict")),
        ("models.md", models()),
        *((name, make()) for name, make in figures.PAGES.items()),
        ("collections.md", collections()),
        ("json_fields.md", json_fields()),
        ("exit_codes.md", command_pages.exit_codes()),
        ("commands.md", command_pages.commands()),
        ("check_kinds.md", check_kinds()),
        ("gallery_keys.md", gallery_keys()),
        ("faults_measured.md", fault_figures.faults_measured()),
        ("serve_methods.md", service_tables.methods()),
        ("serve_parameters.md", service_tables.parameters()),
        ("serve_codes.md", service_tables.codes()),
        ("serve_details.md", service_tables.details()),
        ("service_measured.md", service_tables.measured_service()),
        ("integrations.md", integration_tables.integrations()),
    ):
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    pictures(folder)


def options() -> str:
    """Every option, with its names in Python and on the command line."""
    classes = (
        CatalogueOptions, DecideOptions, WatchOptions, UndoOptions, CheckOptions, GalleryOptions, Limits,
    )  # fmt: skip
    # The same name may stand for different options.
    known = {(name, one.help): one for cls in classes for name, one in settings(cls).items()}
    rows = []
    for (name, _), setting in known.items():
        flag = setting.flag or f"--{name.replace('_', '-')}"
        shown = "" if setting.kind == "internal" else f"<br>`{flag}`"
        taken_by = [who for who, cls in TAKEN_BY.items() if settings(cls).get(name) == setting]
        who = ", ".join(f"`{who.replace(', ', '`, `')}`" for who in taken_by) or "`Limits`"
        does = f"{command_pages.linked(setting.help, above='../')}{' *Decides what is written.*' if setting.decides else ''}"
        rows.append((f"`{name}`{shown}", does, who))
    return table(("option", "what it does", "taken by"), rows)


def gallery_keys() -> str:
    """The keys of the gallery's page."""
    places = {"grid": "photos", "large": "large view", "both": "both"}
    rows = (
        (key.shown, f"{key.does} (`phototag {key.mode}` only)" if key.mode != "both" else key.does, places[key.where])
        for key in key_table()
    )  # fmt: skip
    return table(("key", "what it does", "where"), rows)


def mapping() -> str:
    """The metadata mapping."""
    return table(
        ("property", "kind", "content", "written", "why"),
        (
            (f"`{item.label}`", item.form, item.content, item.written, item.why)
            for item in PROPERTIES
        ),
    )


def formats() -> str:
    """The formats; negatives that are treated alike in one row."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for form in sorted(FORMATS, key=lambda form: form.raw):
        if form.suffixes:
            raw = "DNG" if form.container else "raw files"
            row = (raw if form.raw else form.name, _read(form), _place(form), _crops(form))
            alike.setdefault(row, []).extend(f"`{suffix}`" for suffix in form.suffixes)
    return table(
        ("format", "files", "is read", "metadata go", "crops become"),
        (
            (name, " ".join(sorted(suffixes)), read, place, crops)
            for (name, read, place, crops), suffixes in alike.items()
        ),
    )


def _read(form: Format) -> str:
    return f"with `phototag[{form.extra}]`" if form.extra else "always"


def _place(form: Format) -> str:
    """Where metadata go unless somebody asks for another place."""
    if form.takes_metadata:
        both = container_of(form).holds_iptc
        return f"into the photo: {'XMP and IPTC' if both else 'XMP'}"
    if not form.sidecar_by_stem:
        return "into `name.ext.xmp` beside it"
    beside = (
        "into `name.xmp` (Adobe's programs, Capture One) and `name.ext.xmp` (darktable) beside it"
    )
    return f"{beside}; into the photo with `--sidecar never`" if form.container else beside


def _crops(form: Format) -> str:
    if form.raw:
        return "none is cut"
    return "JPEG" if form.encoder is None else form.name


def scene_codes() -> str:
    """The IPTC scene code of each finding."""
    return table(
        ("finding", "code"), ((str(value), f"`{code}`") for value, code in SCENE_CODES.items())
    )


def vocabulary() -> str:
    """The controlled vocabulary."""
    own = Vocabulary()
    return table(
        ("branch", "written from level", "confidence used", "values and their keywords"),
        (
            (
                f"`{branch.name}`",
                f"`{branch.level}`",
                f"`{branch.confidence_source}`",
                ", ".join(
                    f"`{value}`"
                    if own.word(branch.name, value) == value
                    else f"`{value}` ({own.word(branch.name, value)})"
                    for value in branch.values
                ),
            )
            for branch in branches()
        ),
    )


def profiles() -> str:
    """The crop profiles, and below them where their rules come from."""
    rules = table(
        (
            "profile",
            "ratio",
            "subject",
            "head height",
            "eyes from the top",
            "minimum px",
            "wanted",
        ),
        (
            (
                f"`{profile.name}`",
                profile.ratio_text,
                "one head" if profile.serves is Serves.SINGLE else "everybody",
                _band(profile.head) if profile.serves is Serves.SINGLE else "",
                _band(profile.eyes) if profile.serves is Serves.SINGLE else "",
                " x ".join(map(str, profile.pixels)),
                " x ".join(map(str, profile.wanted)),
            )
            for profile in built_in()
        ),
    )
    sources = "".join(f"- `{profile.name}`: {profile.source}\n" for profile in built_in())
    return f"{rules}\nWhere the rules come from:\n\n{sources}"


def _band(band: tuple[float, float, float]) -> str:
    return f"{100 * band[0]:.0f} to {100 * band[2]:.0f}\N{NO-BREAK SPACE}%"


def numbers(section: str) -> str:
    """The calibrated numbers of a criterion with their evidence."""
    rows = [row for row in calibration.default().numbers() if row.section == section]
    if not rows:
        return "None: this criterion is derived from the others by the rules above.\n"
    return table(
        ("number", "value", "unit", "evidence"),
        (
            (f"`{row.name}`", f"{row.value:g}", row.unit, _PHOTOS.sub(r"\1 photos", row.evidence))
            for row in rows
        ),
    )


def models() -> str:
    """The fitted models with their evidence, and the prefilter."""
    first = people_prefilter.default()
    rows = [
        (
            f"`{name}`",
            ", ".join(model.classes),
            str(len(model.features)),
            str(model.n),
            model.evidence,
        )
        for name, model in calibration.default().models().items()
    ]
    inputs, photos = str(len(first.weights)), str(first.n)
    rows.append(("`people_prefilter`", "nobody, people", inputs, photos, first.evidence))
    return grouped(table(("model", "classes", "inputs", "photos", "evidence"), rows))


def collections() -> str:
    """The ready-made filters."""
    own = Vocabulary()
    return table(
        ("collection", "keywords", "needs `--keywords`", "content"),
        (
            (
                found.title,
                " and ".join(
                    f"`{own.path(branch, own.word(branch, value) or '')}`"
                    for branch, value in found.wanted
                ),
                f"`{found.level}`",
                found.about,
            )
            for found in COLLECTIONS
        ),
    )


def json_fields() -> str:
    """Every key of the JSON, with its description from the class."""
    parts = [
        "## The whole",
        fields(
            {
                "schema": "version of this format",
                "path": "path of the photo, as given",
                "kind": "`headshot`, `portrait` or `other`",
                "confidence": "probability that the kind is right, 0 to 1",
                "grade": "`professional` or `casual` for headshots, else null",
                "verdict": "see below",
                "criteria": "the eleven findings, see below",
                "crops": "crop suggestions, the recommended one first",
                "refusals": "the profiles without a crop suggestion: `profile` and `reason`",
                "keywords": "keywords that would be written: `flat`, `hierarchical`, `scene` (IPTC scene codes)",
                "software": "version of phototag",
                "models": "identifier of the set of models",
                "calibration": "identifier of the calibration",
            }
        ),
        "## `verdict`",
        fields(described(Verdict)),
        "## `crops`",
        fields(
            {
                **described(Crop),
                "inches": "width and height of a print in inches, for several resolutions (dpi)",
            }
        ),
        "## `criteria`",
        "Each criterion has these keys, and its own keys below:\n",
        fields({"value": "the finding, in one or several words", **described(Finding)}),
    ]
    common = described(Finding)
    for name in CRITERIA:
        kind = typing.get_type_hints(Findings)[name]
        own = {key: text for key, text in described(kind).items() if key not in common}
        parts += [f"### `{name}`", fields(own)]
    for name, criterion in sorted(installed().items()):
        if name not in CRITERIA:  # of another package
            own = {k: text for k, text in described(criterion.finding).items() if k not in common}
            parts += [f"### `{name}`", inspect.getdoc(criterion.judge) or "", fields(own)]
    return "\n\n".join(parts)


def described(kind: type) -> dict[str, str]:
    """The fields of a class with their descriptions from its docstring."""
    text = inspect.getdoc(kind) or ""
    found = re.findall(r"^    (\w[\w, ]*): ((?:.|\n(?=      ))+)", text, re.MULTILINE)
    said = {
        name.strip(): " ".join(words.split()) for names, words in found for name in names.split(",")
    }
    return {field.name: said.get(field.name, "") for field in attrs.fields(kind)}


def fields(said: Mapping[str, str]) -> str:
    """Keys with their descriptions, in the words of JSON."""
    rows = (
        (f"`{key}`", _CONSTANT.sub(lambda one: JSON[one[0]], text)) for key, text in said.items()
    )
    return table(("key", "description"), rows)


def check_kinds() -> str:
    """What ``phototag check`` can find."""
    return table(
        ("kind", "severity", "meaning", "with `--repair`"),
        ((f"`{kind}`", str(kind.severity), kind.meaning, kind.repair) for kind in CheckKind),
    )


def pictures(folder: Path) -> None:
    """The public-domain portrait that scikit-image includes, with the analysis drawn over it."""
    target = folder / "astronaut.png"
    if target.exists():
        return
    import skimage  # noqa: PLC0415 - only here

    photo = Path(skimage.__path__[0], "data", "astronaut.png")
    with Analyzer() as analyzer:
        analyzer.draw(photo, analyzer.analyze(photo), target)
