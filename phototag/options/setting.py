"""What defines an option, and the base of every class of options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar

import attrs

from phototag.analysis.decisions.decision import Decision
from phototag.files import arguments
from phototag.options.group import Group

O = TypeVar("O")  # noqa: E741 - an options class
T = TypeVar("T")

_CORRECTIONS: Final = Mapping[str, Decision]
_KEY: Final = "phototag"  # key in a field's metadata


@attrs.frozen(kw_only=True)
class Setting:
    """What defines an option, apart from its name, type and default.

    Attributes:
        help: its meaning, in one or two sentences; for ``--help`` and the documentation.
        group: the heading below which ``--help`` and the documentation show it; None for an option that is not
            on the command line.
        flag: its name on the command line; by default the name with dashes.
        short: one letter for the command line.
        metavar: placeholder for the value in ``--help``.
        least, most: range of a number.
        default: description of the default, if its value is not informative.
        kind: ``option``; ``file``, ``file or -`` (standard input) or ``new file`` for a path; ``internal`` for
            an option that is not on the command line.
        completes: what a shell offers for its value, where the type does not tell.
        decides: whether keywords, crops or regions depend on it: photos are then done again when it changes.
    """

    help: str
    group: Group | None = None
    flag: str | None = None
    short: str | None = None
    metavar: str | None = None
    least: float | None = None
    most: float | None = None
    default: str | None = None
    kind: Literal["option", "file", "file or -", "new file", "internal"] = "option"
    completes: Literal["crop profiles", "folders", "paths"] | None = None
    decides: bool = False

    @classmethod
    def of(cls, field: attrs.Attribute[Any]) -> Setting:
        """The setting in a field's metadata."""
        setting: Setting = field.metadata[_KEY]
        return setting


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Checked:
    """Options whose values are checked against the types and ranges of their fields.

    Raises:
        BadType: a value has the wrong type.
        BadValue: a value is out of its range, or not one of the allowed values.
    """

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(attrs.resolve_types(type(self))):
            name, setting, value = field.name, Setting.of(field), getattr(self, field.name)
            if setting.kind in {"file", "file or -", "new file"} and field.type != _CORRECTIONS:
                if value is not None or field.default is attrs.NOTHING:
                    arguments.path(name, value)
            elif value is None and field.default is None:
                continue
            elif setting.least is not None:
                numbers = arguments.Number.of(field.type, setting.least, setting.most)
                arguments.check(**{name: (value, numbers)})
            else:
                arguments.check(**{name: (value, field.type)})


def option(default: T, help: str, **more: Any) -> T:  # noqa: A002 - as click calls it
    """Make a field for an option with a default; see ``Setting``."""
    field: T = attrs.field(default=default, metadata=setting(help, **more))
    return field


def setting(help: str, **more: Any) -> dict[str, Setting]:  # noqa: A002 - as click calls it
    """Make the metadata of an option's field; see ``Setting``."""
    return {_KEY: Setting(help=help, **more)}


def settings(cls: type[Any]) -> dict[str, Setting]:
    """The options of a class, by field name."""
    return {field.name: Setting.of(field) for field in attrs.fields(cls)}


def part(of: Any, cls: Callable[..., O]) -> O:
    """Make options of another class: shared fields are copied, the others get their defaults."""
    names = set(settings(type(of))) & set(settings(cls))  # type: ignore[arg-type]
    return cls(**{name: getattr(of, name) for name in names})
