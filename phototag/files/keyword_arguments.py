"""Turns options objects into the keyword arguments of functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import attrs

from phototag.errors import BadType
from phototag.files import arguments

O = TypeVar("O")  # noqa: E741 - an options class
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
U = TypeVar("U")


class takes(Generic[P, O]):  # noqa: N801 - a decorator
    """Turn a function's last parameter, an options object, into keyword arguments.

    ``f(photo, options)`` becomes ``f(photo, *, keywords=..., faces=...)`` for callers, for the type checker,
    and for ``help``.
    """

    def __init__(self, cls: Callable[P, O]) -> None:
        self._cls = cls

    @overload
    def __call__(self, function: Callable[[O], R]) -> Callable[P, R]: ...
    @overload
    def __call__(self, function: Callable[[T, O], R]) -> Callable[Concatenate[T, P], R]: ...
    @overload
    def __call__(self, function: Callable[[T, U, O], R]) -> Callable[Concatenate[T, U, P], R]: ...
    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with keyword arguments."""
        cls: Any = self._cls
        own = inspect.signature(function)
        *leading, last = own.parameters.values()

        @functools.wraps(function)
        def called(*given: Any, **chosen: Any) -> Any:
            if len(given) > len(leading):
                raise BadType(
                    function.__name__,
                    f"too many values without a name: {len(given)}, of at most {len(leading)}",
                    "give each option by its name",
                )
            named = {p.name: chosen.pop(p.name) for p in leading[len(given) :] if p.name in chosen}
            return function(*given, **named, **{last.name: made(cls, chosen)})

        choices = [_with_default(cls, one) for one in inspect.signature(cls).parameters.values()]
        hints = {p.name: p.annotation for p in (*leading, *choices)}
        called.__annotations__ = {**hints, "return": own.return_annotation}
        called.__signature__ = own.replace(parameters=[*leading, *choices])  # type: ignore[attr-defined]
        return called


def _with_default(cls: Any, parameter: inspect.Parameter) -> inspect.Parameter:
    """A parameter with the default that attrs makes anew for each object, which it shows as ``NOTHING``."""
    field = attrs.fields_dict(cls).get(parameter.name)
    made_by: Any = getattr(field, "default", None)
    own: Any = attrs.Factory  # typed as a function
    if not isinstance(made_by, own) or made_by.takes_self:
        return parameter
    return parameter.replace(default=made_by.factory())


def made(cls: Callable[..., O], chosen: Mapping[str, Any]) -> O:
    """Make options from a caller's keyword arguments.

    Raises:
        BadArgument: an option or its value is unknown.
    """
    arguments.check_options(chosen, attrs.fields_dict(cls))  # type: ignore[arg-type]
    return cls(**chosen)
