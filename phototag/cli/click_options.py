"""The options of the command line, made from the fields of options classes.

``@takes_options(CatalogueOptions)`` gives a command one ``--flag`` per field, and passes an object of
the class to it as the argument ``options``.
"""

from __future__ import annotations

import enum
import functools
import os
import types
from collections.abc import Callable, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import attrs
import click

from phototag.analysis.keywords import vocabulary
from phototag.analysis.keywords.claims import Vocabulary, thresholds
from phototag.cli.completing import CropProfile, Folder, Item, Named, NewFile, criteria
from phototag.cli.helping import GroupedOption
from phototag.cli.report import Report
from phototag.criteria import personal
from phototag.criteria.calibration import Calibration
from phototag.crops import Profile, profiles
from phototag.crops.size import Size, size
from phototag.errors import BadValue
from phototag.files import path_list
from phototag.files.arguments import Number
from phototag.options import Group, Limits, PathsOptions, Setting, setting
from phototag.options.number_range import NumberRange, number_range

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType  # older releases take no argument

O = TypeVar("O")  # noqa: E741 - an options class
Command: TypeAlias = Callable[..., Any]


# ------------------------------------------------------------------- options of the command line


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class JsonOptions:
    """How a command prints."""

    json: bool = attrs.field(
        default=False, metadata=setting("Print one JSON object per line.", group=Group.OUTPUT)
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class QuietOptions:
    """Whether a command prints anything."""

    quiet: bool = attrs.field(
        default=False,
        metadata=setting(
            "Print nothing but errors; the exit code says the rest.",
            group=Group.OUTPUT,
            short="-q",
        ),
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class PrintOptions(QuietOptions, JsonOptions):
    """How a command prints what it does with each photo."""


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class ChangePrintOptions(PrintOptions):
    """How a command prints what it changes in each photo."""

    verbose: bool = attrs.field(
        default=False,
        metadata=setting(
            "Print what is added and removed, and photos left as they are.",
            group=Group.OUTPUT,
            short="-v",
        ),
    )


# ------------------------------------------------------------------------------- types of values


class Threshold(_Type):
    """A threshold: ``0.9`` for the verdict, ``cropping=0.8`` for a criterion."""

    name = "P|NAME=P"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """A name and a number."""
        if isinstance(value, tuple):
            return value
        name, _, number = value.rpartition("=")
        try:
            ((found, least),) = thresholds({name.lower() or "kind": float(number)}).items()
        except BadValue as error:
            self.fail(error.problem, param, ctx)
        except ValueError:
            self.fail(f"{number!r} is not a number from 0 to 1", param, ctx)
        return found, least

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - the signature is that of click
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[Item]:
        """The criteria, each with a number to be changed."""
        return criteria(incomplete)


class OfText(_Type):
    """A value that is made from what is typed, such as ``600x600``.

    Args:
        name: placeholder for what is typed.
        make: makes the value, or raises ``BadValue``.
    """

    def __init__(self, name: str, make: Callable[[Any], object]) -> None:
        self.name: str = name
        self._make = make

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value."""
        try:
            return self._make(value)
        except BadValue as error:
            self.fail(error.problem, param, ctx)


class NameOrFile(Named):
    """Something in a TOML file, or under the name that an installed package gives it.

    Args:
        kind: the type of the value.
        load: makes the value from the name or path.
        group: the entry points of packages that give such names.
        own: names that phototag gives.
    """

    name = "NAME|FILE"

    def __init__(
        self,
        kind: type[Any],
        load: Callable[[str], object],
        group: str,
        own: tuple[str, ...] = (),
    ) -> None:
        super().__init__(group, own)
        self._kind, self._load = kind, load

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - the signature is that of click
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Any:
        """The value; a default is one already."""
        return value if isinstance(value, self._kind) else self._load(value)


class NumberOrWord(_Type):
    """A number, or a word that stands for one.

    Args:
        numbers: the type of the number.
        words: the words.
    """

    def __init__(self, numbers: click.ParamType[Any], words: tuple[str, ...]) -> None:
        self._numbers, self._words = numbers, words
        self.name: str = "|".join([*words, "N"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or the word."""
        if isinstance(value, str) and value.lower() in self._words:
            return value.lower()
        try:
            float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor {' or '.join(self._words)}", param, ctx)
        return self._numbers.convert(value, param, ctx)


def _type_of(field: attrs.Attribute[Any]) -> Any:
    """The click type of an option, from the type of its field."""
    setting, kind = Setting.of(field), _plain(field.type)
    known = _TYPES.get(kind) or _COMPLETED.get(setting.completes)
    if known is not None:
        return known
    if setting.kind != "option":
        there = click.Path(exists=True, dir_okay=False, allow_dash=setting.kind == "file or -")
        return NewFile() if setting.kind == "new file" else there
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind), case_sensitive=False)
    if issubclass(kind, enum.StrEnum):
        return click.Choice([member.value for member in kind], case_sensitive=False)
    if setting.least is None:
        return kind
    number = Number.of(field.type, setting.least, setting.most)
    ranges = click.IntRange if number.kind is int else click.FloatRange
    numbers = ranges(setting.least, setting.most)  # type: ignore[arg-type]  # whole numbers for int
    return NumberOrWord(numbers, number.words) if number.words else numbers


_THRESHOLDS = Mapping[str, float]
_PATHS = tuple[str, ...]
_SEVERAL = (_THRESHOLDS, _PATHS)  # options that can be given several times
_TYPES: Mapping[Any, click.ParamType[Any]] = {
    Vocabulary: NameOrFile(Vocabulary, Vocabulary.named, vocabulary.GROUP),
    tuple[Profile, ...]: NameOrFile(tuple, profiles.named, profiles.GROUP),
    Calibration: NameOrFile(Calibration, personal.named, personal.GROUP, (personal.SHIPPED,)),
    _THRESHOLDS: Threshold(),
    Size: OfText("WxH", size),
    NumberRange: OfText("N|N-M|N-", functools.partial(number_range, "people")),
    _PATHS: click.Path(exists=True),
}
_COMPLETED: Mapping[str | None, click.ParamType[Any]] = {
    "crop profiles": CropProfile(),
    "folders": Folder(),
    "paths": click.Path(),
}


def _plain(kind: Any) -> Any:
    """``X`` of ``X | None``."""
    if get_origin(kind) in {Union, types.UnionType}:
        (kind, *_) = [one for one in get_args(kind) if one is not type(None)]
    return kind


# ------------------------------------------------------------------------------------- decorators


def takes_options(cls: type[Any]) -> Callable[[Command], Command]:
    """Give a command the options of a class, as its argument ``options``."""

    def decorated(command: Command) -> Command:
        fields = list(_fields(cls))

        @functools.wraps(command)
        def called(**given: Any) -> Any:
            chosen = {field.name: given.pop(field.name) for field in fields}
            return command(options=_made(cls, chosen), **given)

        with_options: Command = called
        for field in reversed(fields):
            with_options = _option(field)(with_options)
        return with_options

    return decorated


def _fields(cls: type[Any]) -> list[attrs.Attribute[Any]]:
    """The fields that are options; ``Limits`` is replaced by its own fields."""
    found = []
    for field in attrs.fields(attrs.resolve_types(cls)):
        if field.type is Limits:
            found += _fields(Limits)
        elif Setting.of(field).kind != "internal":
            found.append(field)
    return found


def _made(cls: Callable[..., O], chosen: Mapping[str, Any]) -> O:
    given = dict(chosen)
    if "min_confidence" in given:
        given["min_confidence"] = dict(given["min_confidence"])
    names = {field.name for field in _fields(Limits)}
    if names <= set(given):
        given["limits"] = Limits(**{name: given.pop(name) for name in names})
    return cls(**given)


def _option(field: attrs.Attribute[Any]) -> Callable[[Command], Command]:
    setting = Setting.of(field)
    flag = setting.flag or f"--{field.name.replace('_', '-')}"
    names = [*([setting.short] if setting.short else []), flag, field.name]
    more: dict[str, Any] = {"cls": GroupedOption, "group": setting.group, "help": setting.help}
    if field.type is bool:
        return click.option(*names, is_flag=True, default=field.default, **more)
    default: Any = field.default
    kind: Any = field.type
    if setting.metavar:
        more["metavar"] = setting.metavar
    if default is attrs.NOTHING:
        more["required"] = True
    elif kind in _SEVERAL:
        more["multiple"] = True
    elif kind is Vocabulary:
        more["default"] = Vocabulary()
    elif _plain(kind) is Calibration:
        more["default"] = personal.users  # click calls it, when the command is run
    elif isinstance(default, str | int | float):
        plain = default.value if isinstance(default, enum.Enum) else default
        more["default"], more["show_default"] = plain, True
    if setting.default:
        more["show_default"] = setting.default
    return click.option(*names, type=_type_of(field), **more)


# ------------------------------------------------------------------------------------- arguments


def paths_argument(command: Command) -> Command:
    """Give a command photos and folders as its argument ``paths``: the PATHs, then those in a file.

    It is not called if that file names none, and there is no PATH.
    """
    (field,) = _fields(PathsOptions)

    @functools.wraps(command)
    def called(paths: tuple[str, ...], **given: Any) -> Any:
        options = PathsOptions(paths_from=given.pop(field.name))
        if options.paths_from is not None:
            paths += path_list.read(os.fspath(options.paths_from))
            if not paths:  # a search that has found nothing is no wrong usage
                Report(as_json=False, quiet=given.get("quiet", False)).none_found()
                return None
        if not paths:
            raise click.MissingParameter(
                "Name photos or folders.", ctx=click.get_current_context(), param=_PATHS_ARGUMENT
            )
        return command(paths=paths, **given)

    with_option: Command = called
    taken: Command = click.argument(
        "paths", nargs=-1, type=click.Path(), metavar=_PATHS_ARGUMENT.metavar
    )(_option(field)(with_option))
    return taken


# Not required by click itself: a file may name the paths.
_PATHS_ARGUMENT: Final = click.Argument(["paths"], nargs=-1, required=True, metavar="PATH...")
