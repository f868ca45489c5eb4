"""The methods: what each is given, does and answers. The page ``docs/serve.md`` follows from the table."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import attrs

from phototag.analysis.keywords.vocabulary import branches
from phototag.files.opening import absolute
from phototag.integrations.service import deciding
from phototag.integrations.service.params import (
    OfPhoto,
    OfVocabulary,
    Params,
    ToAnalyze,
    ToCancel,
    ToDecide,
    ToRemove,
    ToTag,
)
from phototag.outcome import Done, Removed, analysis_dict, change_dict, record_dict
from phototag.worker import single, tasks
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool
from phototag.worker.single import Rules
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.integrations.service.messages import Id

P = TypeVar("P", bound=Params)


@attrs.frozen(kw_only=True, eq=False)
class Engine:
    """What does the work.

    Attributes:
        pool: the sealed processes.
        rules: by what scenes are judged.
        state: path of the state file, in which decisions are saved; None = the user's default.
    """

    pool: Pool
    rules: Rules = attrs.Factory(Rules)
    state: str | None = None
    _deciding: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def decide(self, params: ToDecide) -> Done:
        """See ``deciding.decided``; one after the other, for each is a run of its own."""
        with self._deciding:
            return deciding.decided(
                self.pool,
                self.rules,
                self.state,
                absolute(params.path),
                kind=params.kind,
                options=params.options,
            )


class Desk(Protocol):
    """What methods may ask of the service itself."""

    @property
    def engine(self) -> Engine:
        """What does the work."""
        raise NotImplementedError

    def cancel(self, known: Id) -> bool:
        """Cancel the requests with this id that have not been begun; return whether there were any."""
        raise NotImplementedError


class When(enum.Enum):
    """When a request is done."""

    IN_TURN = "in turn"
    AT_ONCE = "as soon as it is read"
    LAST = "after all that came before it"


@attrs.frozen(kw_only=True)
class Method(Generic[P]):
    """One thing that can be asked for.

    Attributes:
        name: its name in requests.
        params: what it is given.
        does: what it does, a sentence for the documentation.
        result: what it answers, for the documentation.
        work: does it; what it returns is JSON.
        when: when it is done.
    """

    name: str
    params: type[P]
    does: str
    result: str
    work: Callable[[Desk, P], Any]
    when: When = When.IN_TURN


def photo_of(params: Params) -> str | None:
    """The real path of the photo that parameters are about; None if they are about none."""
    return os.path.realpath(absolute(params.path)) if isinstance(params, OfPhoto) else None


def _analyze(desk: Desk, params: ToAnalyze) -> dict[str, Any]:
    analysis = single.analyzed(desk.engine.pool, params.path, desk.engine.rules)
    return analysis_dict(analysis, params.options)


def _tag(desk: Desk, params: ToTag) -> dict[str, Any]:
    engine, options = desk.engine, params.options
    check_crop(options, engine.rules.profiles)
    outcome = single.tagged(engine.pool, params.path, options, engine.rules)
    return change_dict(outcome, dry_run=options.dry_run)


def _show(desk: Desk, params: OfPhoto) -> dict[str, Any]:
    record = tasks.read(desk.engine.pool, PhotoFile.of(params.path))
    return record_dict(params.path, record)


def _remove(desk: Desk, params: ToRemove) -> dict[str, Any]:
    change = single.removed(desk.engine.pool, params.path, params.options)
    removed = Removed(photo=params.path, change=change)
    return change_dict(removed, dry_run=params.options.dry_run)


def _decide(desk: Desk, params: ToDecide) -> dict[str, Any]:
    check_crop(params.options, desk.engine.rules.profiles)
    outcome = attrs.evolve(desk.engine.decide(params), photo=params.path)
    return change_dict(outcome, dry_run=params.options.dry_run)


def _words(_: Desk, params: OfVocabulary) -> dict[str, Any]:
    vocabulary = params.options.vocabulary
    found = {
        branch.name: {str(value): vocabulary.word(branch.name, value) for value in branch.values}
        for branch in branches()
    }
    paths = {
        name: {value: word and vocabulary.path(name, word) for value, word in words.items()}
        for name, words in found.items()
    }
    return {"root": vocabulary.root, "words": paths}


def _cancel(desk: Desk, params: ToCancel) -> dict[str, bool]:
    return {"cancelled": desk.cancel(params.id)}


def _shutdown(_: Desk, __: Params) -> None:
    """Nothing is left to be done when it is its turn."""


METHODS: Final[tuple[Method[Any], ...]] = (
    Method(
        name="analyze",
        params=ToAnalyze,
        does="Tells what a photo is, and why.",
        result="the object of `phototag analyze --json`",
        work=_analyze,
    ),
    Method(
        name="tag",
        params=ToTag,
        does="Analyses a photo and writes the verdict into it.",
        result="the object of `phototag tag --json`",
        work=_tag,
    ),
    Method(
        name="show",
        params=OfPhoto,
        does="Tells what phototag has written into a photo. Nothing is analysed.",
        result="the object of `phototag show --json`",
        work=_show,
    ),
    Method(
        name="remove",
        params=ToRemove,
        does="Takes everything that phototag wrote out of a photo.",
        result="the object of `phototag remove --json`",
        work=_remove,
    ),
    Method(
        name="decide",
        params=ToDecide,
        does="Writes a person's word into a photo, where it goes before phototag's own verdict, and saves it in the state "
        "file, as `phototag review` does: `phototag learn` learns from it, and `phototag undo` takes it back.",
        result="the object of `phototag tag --json`",
        work=_decide,
    ),
    Method(
        name="words",
        params=OfVocabulary,
        does="Tells the keywords of a vocabulary, so that a program can search for them.",
        result='`{"root": ..., "words": ...}`: the keyword with its levels by branch and value, such as '
        "`words.kind.headshot`; null for one that is never written",
        work=_words,
    ),
    Method(
        name="cancel",
        params=ToCancel,
        does="Takes back a request that has not been begun: it is answered with the code 130. A photo that is being worked on is "
        "finished.",
        result='`{"cancelled": true}`, or false if there is no such request that has not been begun',
        work=_cancel,
        when=When.AT_ONCE,
    ),
    Method(
        name="shutdown",
        params=Params,
        does="Ends the service, after all requests before it have been answered. Lines after it are not read.",
        result="`null`, as the last line",
        work=_shutdown,
        when=When.LAST,
    ),
)  # fmt: skip
BY_NAME: Final = {method.name: method for method in METHODS}
