"""What each method is given: JSON is made into these classes, with the same checks as the arguments of functions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from cattrs.gen import make_dict_structure_fn
from cattrs.preconf.json import JsonConverter

from phototag.analysis.keywords.claims import Vocabulary
from phototag.criteria.verdict import Kind
from phototag.errors import BadType, BadValue, UnknownOption
from phototag.files import arguments
from phototag.integrations.service.messages import Id
from phototag.options import (
    ChangeOptions,
    KeptTagOptions,
    Setting,
    TagOptions,
    VocabularyOptions,
    WordOptions,
)
from phototag.options.setting import Checked, settings
from phototag.scene import serialization

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

P = TypeVar("P", bound="Params")


def _path(given: str) -> str:
    return arguments.path("path", given)


def _kind(given: Kind | str | None) -> Kind | None:
    return None if given is None else arguments.one_of("kind", given, Kind)


def _forget(given: bool) -> bool:  # noqa: FBT001 - attrs calls it
    arguments.check(forget=(given, bool))
    return given


def _id(given: Id) -> Id:
    if isinstance(given, bool) or not isinstance(given, str | int | float | None):
        raise BadType("id", f"it must be a text, a number or null, not {type(given).__name__}")
    return given


@attrs.frozen(kw_only=True)
class Params:
    """The parameters of a method; what does not fit raises ``BadArgument``."""


@attrs.frozen(kw_only=True)
class OfPhoto(Params):
    r"""Those of a method that is about one photo.

    Attributes:
        path: the path of the photo. Give an absolute one. A byte that is no text is written as a lone surrogate, ``\udcXX``.
    """

    path: str = attrs.field(converter=_path)


@attrs.frozen(kw_only=True)
class ToAnalyze(OfPhoto):
    """Those of ``analyze``.

    Attributes:
        options: which keywords are named; with ``min_confidence``, ``notes`` say what these thresholds would hold back.
    """

    options: WordOptions = attrs.Factory(WordOptions)


@attrs.frozen(kw_only=True)
class ToTag(OfPhoto):
    """Those of ``tag``.

    Attributes:
        options: those of ``phototag.tag``.
    """

    options: TagOptions = attrs.Factory(TagOptions)


@attrs.frozen(kw_only=True)
class ToRemove(OfPhoto):
    """Those of ``remove``.

    Attributes:
        options: those of ``phototag.remove``.
    """

    options: ChangeOptions = attrs.Factory(ChangeOptions)


@attrs.frozen(kw_only=True)
class ToDecide(OfPhoto):
    """Those of ``decide``: either ``kind`` or ``forget``.

    Attributes:
        kind: ``headshot``, ``portrait`` or ``other``: what a person says that the photo is.
        forget: true to forget all that was said about the picture.
        options: those of ``phototag.tag``: the photo is written with them; what is not given is as it was written last.
    """

    kind: Kind | None = attrs.field(default=None, converter=_kind)
    forget: bool = attrs.field(default=False, converter=_forget)
    options: KeptTagOptions = attrs.Factory(KeptTagOptions)

    def __attrs_post_init__(self) -> None:
        if (self.kind is None) is not self.forget:
            raise BadValue("kind", "give either kind, or forget: true")


@attrs.frozen(kw_only=True)
class OfVocabulary(Params):
    """Those of ``words``.

    Attributes:
        options: the words with which photos are tagged.
    """

    options: VocabularyOptions = attrs.Factory(VocabularyOptions)


@attrs.frozen(kw_only=True)
class ToCancel(Params):
    """Those of ``cancel``.

    Attributes:
        id: of the request that is no longer wanted.
    """

    id: Id = attrs.field(converter=_id)


def params_of(cls: type[P], given: Mapping[str, Any]) -> P:
    """The parameters in a request.

    Raises:
        BadArgument: one of them is missing, unknown or wrong.
        SetupError: a file that an option names cannot be used.
    """
    return _converter().structure(given, cls)


@functools.cache
def _converter() -> JsonConverter:
    made = serialization.converter().copy(prefer_attrib_converters=True)
    made.register_structure_hook_factory(_is_a(Params), lambda cls: _of_params(cls, made))
    made.register_structure_hook_factory(_is_a(Checked), _of_options)
    made.register_structure_hook(Id, lambda value, _: value)  # its class checks it
    return made


def _is_a(base: type[Any]) -> Callable[[Any], bool]:
    return lambda cls: isinstance(cls, type) and issubclass(cls, base)


def _of_params(cls: type[P], made: JsonConverter) -> Callable[[Any, Any], P]:
    """Makes the parameters of a method, after a look at their names."""
    plain = make_dict_structure_fn(cls, made, _cattrs_prefer_attrib_converters=True)
    known = attrs.fields_dict(attrs.resolve_types(cls))

    def structured(given: Any, _: Any) -> P:
        unknown = [name for name in given if name not in known]
        if unknown:
            names = ", ".join(known) or "none"
            raise UnknownOption(unknown[0], f"there is no such parameter; there are: {names}")
        for name, field in known.items():
            if field.default is attrs.NOTHING and name not in given:
                raise BadValue(name, "it is missing")
        found: P = plain(given, cls)
        return found

    return structured


def _of_options(cls: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """Makes options of what was given: as for functions, but files stand as their names."""
    known = {name: one for name, one in settings(cls).items() if one.kind != "internal"}  # type: ignore[arg-type]  # a class

    def structured(given: Any, _: Any) -> Any:
        if not isinstance(given, dict):
            raise BadType("options", f"it must be an object, not {type(given).__name__}")
        arguments.check_options(given, known)
        return cls(**{name: _loaded(name, value, known[name]) for name, value in given.items()})

    return structured


def _loaded(name: str, value: Any, setting: Setting) -> Any:
    """The value of an option; what is in a file is read."""
    if name == "vocabulary" or setting.kind != "option":
        if not isinstance(value, str):
            raise BadType(name, f"it must be the path of a file, not {type(value).__name__}")
        return Vocabulary.named(value) if name == "vocabulary" else value
    return value
