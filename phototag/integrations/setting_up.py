"""Sets applications up, takes it back, and tells what is set up."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from pathlib import Path

import attrs

from phototag.analysis.keywords.vocabulary import Vocabulary
from phototag.errors import BadValue, OutputNotWritable
from phototag.files.opening import absolute
from phototag.integrations import disk, ledger
from phototag.integrations.application import Application, Command
from phototag.integrations.ledger import Installed, Ledger
from phototag.integrations.placing import Piece, Placed, Standing, foreign
from phototag.integrations.table import APPLICATIONS
from phototag.version import __version__


class Deed(enum.StrEnum):
    """What was done with a piece."""

    WRITTEN = enum.auto()
    UNCHANGED = enum.auto()  # it was there as it is wanted
    NOT_WRITTEN = enum.auto()  # it cannot be written now, after others were
    TAKEN_BACK = enum.auto()
    LEFT = enum.auto()  # changed since it was written
    SHARED = enum.auto()  # another application still needs it
    FAILED = enum.auto()  # it cannot be taken back now


@attrs.frozen(kw_only=True)
class Done:
    """What was done with one piece.

    Attributes:
        path: of the file.
        what: what of the file it is, in words; empty for the whole file.
        deed: what was done.
        note: why it was left, or what else the user should know, in a sentence; empty for nothing.
    """

    path: str
    what: str
    deed: Deed
    note: str = ""


class Setup(enum.StrEnum):
    """Whether phototag is set up in an application."""

    NONE = enum.auto()
    CURRENT = enum.auto()
    OLDER = (
        enum.auto()
    )  # by an earlier version, or one that was ended, or for another place of phototag
    CHANGED = enum.auto()  # somebody has changed what was written


@attrs.frozen(kw_only=True)
class Overview:
    """An application on this computer.

    Attributes:
        name: as ``phototag integrate`` takes it.
        title: as it calls itself.
        version: the installed one; None if none was found.
        setup: whether phototag is set up in it.
        paths: the files with what was placed for it.
    """

    name: str
    title: str
    version: str | None
    setup: Setup
    paths: tuple[str, ...]


def integrate(
    application: Application, folder: str | None = None, vocabulary: str | None = None
) -> list[Done]:
    """Place what an application loads, and take back what an earlier version has placed and this one does not.

    Nothing is written if something of somebody else is in the way.

    Args:
        application: from the table.
        folder: for the files of an application that lets the user choose; None: the one of an earlier call, or the
            usual one.
        vocabulary: a TOML file, or a name, with which photos are tagged; None: the one of an earlier call, or
            phototag's own.

    Raises:
        BadVocabulary: there is no such vocabulary.
        BadValue: the application has a fixed place.
        OutputNotWritable: something of somebody else is in the way, or the first file cannot be written: nothing was
            written. If it is a later one, the result tells so, and nothing after it was written; all is in the ledger.
        StateUnusable: the ledger is damaged.
        CatalogueBusy: another call is at work.
        PackageMissing: applications could not start phototag.
    """
    if folder is not None and application.pieces_in is None:
        raise BadValue("folder", f"the files for {application.title} have a fixed place", "")
    own = Command.own()
    own.check()
    if vocabulary is not None:
        Vocabulary.named(vocabulary)
        vocabulary = absolute(vocabulary) if Path(vocabulary).is_file() else vocabulary
    with ledger.locked():
        book = ledger.load()
        before = book.applications.get(application.name)
        chosen = before.folder if folder is None and before else folder and absolute(folder)
        words = before.vocabulary if vocabulary is None and before else vocabulary
        pieces = application.wanted(attrs.evolve(own, vocabulary=words), chosen)
        for piece in pieces:
            if piece.standing(book.placed(piece.key)) is Standing.FOREIGN:
                raise foreign(piece.path, piece.what)
        plans = {piece.key: piece.plan(book.placed(piece.key)) for piece in pieces}
        book = book.with_application(
            application.name, Installed(version=__version__, folder=chosen, vocabulary=words)
        )
        for piece in pieces:
            book = book.with_folders(disk.missing_folders(piece.path))
            book = book.with_entry(plans[piece.key], application.name)
        ledger.save(book)
        book, done = _place(book, [(piece, plans[piece.key]) for piece in pieces], application.name)
        if all(one.deed is not Deed.NOT_WRITTEN for one in done):
            unwanted = [one for one in book.of(application.name) if one.key not in plans]
            book, taken = _take_back(book, unwanted, application.name)
            done += taken
        ledger.save(book)
        return done


def take_back(application: Application) -> list[Done]:
    """Take back all that was placed for an application, by the ledger alone.

    Raises:
        OutputNotWritable: the ledger cannot be written. What cannot be taken back is told in the result, and stays in
            the ledger.
        StateUnusable: the ledger is damaged.
        CatalogueBusy: another call is at work.
    """
    with ledger.locked():
        book = ledger.load()
        book, done = _take_back(book, book.of(application.name), application.name)
        if not book.of(application.name):
            book = book.with_application(application.name, None)
        ledger.save(book)
        return done


def overview() -> list[Overview]:
    """All applications of the table, whether installed or not.  Nothing is written.

    Raises:
        StateUnusable: the ledger is damaged.
        OutputNotWritable: it cannot be read.
    """
    command, book = Command.own(), ledger.load()
    return [
        Overview(
            name=one.name,
            title=one.title,
            version=one.version(),
            setup=_setup(one, command, book),
            paths=tuple(dict.fromkeys(placed.path for placed in book.of(one.name))),
        )
        for one in APPLICATIONS
    ]


def _place(
    book: Ledger, planned: Iterable[tuple[Piece, Placed]], application: str
) -> tuple[Ledger, list[Done]]:
    """Write pieces, one after the other, up to the first that cannot be written."""
    done: list[Done] = []
    for piece, plan in planned:
        try:
            there = piece.standing(plan) is Standing.CURRENT
            placed = piece.place(plan)
        except OutputNotWritable as error:
            if all(one.deed is Deed.UNCHANGED for one in done):
                raise
            failed = Done(path=piece.path, what=piece.what, deed=Deed.NOT_WRITTEN, note=_why(error))
            return book, [*done, failed]
        book = book.with_entry(placed, application)
        deed = Deed.UNCHANGED if there else Deed.WRITTEN
        done.append(Done(path=piece.path, what=placed.what, deed=deed, note=placed.note))
    return book, done


def _why(error: OutputNotWritable) -> str:
    return f"{error.problem}; {error.remedy}".removesuffix("; ")


def _take_back(
    book: Ledger, entries: Iterable[Placed], application: str
) -> tuple[Ledger, list[Done]]:
    done = []
    for placed in entries:
        deed, note = Deed.TAKEN_BACK, ""
        if others := book.others(placed.key, application):
            deed, note = Deed.SHARED, f"{' and '.join(others)} still needs it"
        else:
            try:
                book.refuse_if_away(placed)
                if not placed.take_back():
                    deed, note = Deed.LEFT, placed.left()
            except OutputNotWritable as error:
                deed, note = Deed.FAILED, _why(error)
        if deed in {Deed.TAKEN_BACK, Deed.SHARED}:
            book = book.without(placed.key, application)
        done.append(Done(path=placed.path, what=placed.what, deed=deed, note=note))
    return book.without_empty_folders(), done


def _setup(application: Application, command: Command, book: Ledger) -> Setup:
    installed = book.applications.get(application.name)
    if installed is None:
        return Setup.NONE
    own = attrs.evolve(command, vocabulary=installed.vocabulary)
    pieces = application.wanted(own, installed.folder)
    keys = {placed.key for placed in book.of(application.name)}
    standings = set()
    for piece in pieces:
        try:
            standings.add(piece.standing(book.placed(piece.key)))
        except OutputNotWritable:  # a link or a folder in its place
            standings.add(Standing.FOREIGN)
    if Standing.FOREIGN in standings:
        return Setup.CHANGED
    complete = standings <= {Standing.CURRENT} and keys == {piece.key for piece in pieces}
    return Setup.CURRENT if complete else Setup.OLDER
