"""A person's word about one photo, saved and written as a review does it."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

from phototag.catalogue.current_run import CurrentRun
from phototag.catalogue.lock import locked
from phototag.catalogue.run import Catalogue, Task
from phototag.catalogue.run_log import PhotoKey
from phototag.catalogue.state import State
from phototag.catalogue.walk import found_now
from phototag.decisions.decision import NOTHING, Decision
from phototag.options import CatalogueOptions
from phototag.options.setting import settings
from phototag.worker import tasks
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from phototag.criteria.verdict import Kind
    from phototag.options import TagOptions
    from phototag.outcome import Done
    from phototag.worker.pool import Pool
    from phototag.worker.single import Rules


def decided(
    pool: Pool,
    rules: Rules,
    state_file: str | None,
    path: str,
    *,
    kind: Kind | None,
    options: TagOptions,
) -> Done:
    """Save what a person says about a photo, and write it into the photo; ``phototag undo`` takes both back.

    Args:
        pool: does the work.
        rules: by what the photo is judged.
        state_file: where it is saved; None = the user's default.
        path: absolute path of the photo.
        kind: what the person says; None = all that was said about the picture is forgotten.
        options: how the photo is written.

    Raises:
        CatalogueBusy: another run is working in the folder; nothing was done.
        StateUnusable: the state file cannot be used; nothing was done.
        PhotoError: the photo could not be written. If it could be read, what was said is saved, and the next
            ``phototag tag`` of its folder writes it.
    """
    folder = os.path.dirname(path)
    given = {name: getattr(options, name) for name in settings(type(options))}
    tagging = CatalogueOptions(
        **given, state=state_file, calibration=rules.calibration, profiles=rules.profiles
    )
    with locked([os.path.realpath(folder)]), State(state_file) as state:
        # Settings of its own: no other command resumes it.
        run = CurrentRun([folder], tagging, f"decide/{uuid.uuid4()}", state, pool)
        catalogue = Catalogue(folder, tagging, state, pool, run)
        found = found_now(path, "")
        root = state.root(os.fsencode(os.path.realpath(folder)))
        row = state.photo(PhotoKey(root, b"", os.fsencode(found.name)))
        picture = catalogue.identify(found, row)[0].picture
        if kind is None:
            said = NOTHING
        else:
            record = tasks.read(pool, PhotoFile(path, path))
            there = Decision.readable(record.decision) if record else NOTHING
            said = there.with_(run.decision(picture)).with_(Decision(kind=kind))
        run.decide({picture: said})
        (outcome,) = catalogue.work([Task(catalogue, found, row)])
        run.complete()
    if outcome.error is not None:
        raise outcome.error
    return outcome
