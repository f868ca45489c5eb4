"""What a shell offers for the values of options and arguments when the Tab key is pressed.

Nothing that a shell asks for opens a photo or imports what looks at pictures: a user waits for the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.shell_completion import CompletionItem, get_completion_class

from phototag import plugins
from phototag.analysis.keywords.claims import confidence_sources
from phototag.crops import profiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    _Type = click.ParamType[Any]
    Item: TypeAlias = CompletionItem[Any]
else:
    _Type = click.ParamType  # older releases take no argument
    Item = CompletionItem


def offered(names: Iterable[str] | Mapping[str, str], incomplete: str) -> list[Item]:
    """The names that begin with what has been typed; with their titles, if these are given."""
    titles = names if isinstance(names, Mapping) else dict.fromkeys(names)
    return [
        CompletionItem(name, help=title)
        for name, title in titles.items()
        if name.startswith(incomplete)
    ]


def spelt(name: str, known: Iterable[str]) -> str:
    """A name as it is spelt where only capital letters differ; any other as it was typed."""
    names = list(known)
    alike = [one for one in names if one.casefold() == name.casefold()]
    return name if name in names or not alike else alike[0]


def criteria(incomplete: str) -> list[Item]:
    """The criteria for which a threshold can be set, each with a number that is easily changed."""
    return offered((f"{name}=0.8" for name in confidence_sources()), incomplete)


class OneOf(_Type):
    """One of the names that phototag knows; whether a name is one of them is found out when it is used."""

    def titles(self, ctx: click.Context | None) -> dict[str, str]:
        """What the names stand for, by name."""
        raise NotImplementedError

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - the signature is that of click
        ctx: click.Context | None,
    ) -> Any:
        """The name as phototag spells it."""
        return spelt(value, self.titles(ctx))

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002 - the signature is that of click
        ctx: click.Context | None = None,
    ) -> str:
        """All names."""
        return f"Choose one of {', '.join(self.titles(ctx))}."

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - the signature is that of click
        incomplete: str,
    ) -> list[Item]:
        """The names with what they stand for."""
        return offered(self.titles(ctx), incomplete)


class CropProfile(OneOf):
    """The name of a crop profile, of those in use."""

    name = "profile"

    def titles(self, ctx: click.Context | None) -> dict[str, str]:
        """The profiles in use: those of ``--profiles`` if it was given."""
        given = None if ctx is None else ctx.params.get("profiles")
        chosen = given if isinstance(given, tuple) else None  # nothing that was not read yet
        return {profile.name: profile.title for profile in profiles.in_use(chosen)}


class App(OneOf):
    """The name of a program in which phototag can be set up."""

    name = "app"

    def titles(self, ctx: click.Context | None) -> dict[str, str]:  # noqa: ARG002 - the same for all
        """The programs."""
        from phototag.integrations.table import APPLICATIONS  # noqa: PLC0415 - only one command needs it

        return {one.name: one.title for one in APPLICATIONS}


class Folder(click.Path):
    """The path of a folder; whether it is one is found out when it is used.

    Args:
        purpose: what it is for, as the end of a sentence; told where the folder is missing.
        file_okay: whether something else may be there; False: it is refused before the command begins.
    """

    def __init__(self, purpose: str = "", *, file_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay)
        self._purpose = purpose

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002 - the signature is that of click
        ctx: click.Context | None = None,  # noqa: ARG002
    ) -> str | None:
        """What to name."""
        return f"Name the folder {self._purpose}." if self._purpose else None

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - the signature is that of click
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[Item]:
        """The shell's own list of folders."""
        return [CompletionItem(incomplete, type="dir")]


class NewFile(click.Path):
    """The path of a new file."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def get_missing_message(
        self,
        param: click.Parameter,
        ctx: click.Context | None = None,  # noqa: ARG002 - the signature is that of click
    ) -> str:
        """What to name, and with which option."""
        return f"Name the new file: {param.opts[0]} {param.metavar or param.human_readable_name}"


class Named(_Type):
    """A name that an installed package gives, or else a file.

    Args:
        group: the entry points of packages.
        own: names that phototag gives.
    """

    name = "NAME|FILE"

    def __init__(self, group: str, own: tuple[str, ...] = ()) -> None:
        self._group, self._own = group, own

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - the signature is that of click
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[Item]:
        """The names; files if none begins like this."""
        names = [*self._own, *plugins.names(self._group)]
        return offered(names, incomplete) or [CompletionItem(incomplete, type="file")]


class RunNumber(click.IntRange):
    """The number of a run."""

    def __init__(self) -> None:
        super().__init__(1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            told = f"{value!r} is not the number of a run; `phototag undo --list` lists them"
            self.fail(told, param, ctx)


def script(shell: str) -> str:
    """What a shell reads to complete the commands of phototag.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
    """
    from phototag.cli import main  # noqa: PLC0415 - which imports this module for its options

    kind = get_completion_class(shell)
    assert kind is not None
    return kind(main, {}, "phototag", "_PHOTOTAG_COMPLETE").source()
