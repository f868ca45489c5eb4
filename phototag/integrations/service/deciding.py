"""A person's word about one photo, as a program asks for it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from phototag.analysis.decisions.decision import Decision
from phototag.catalogue.deciding import said_of
from phototag.catalogue.kept import given
from phototag.errors import PhotoNotReadable
from phototag.files.opening import is_folder
from phototag.outcome import Done

if TYPE_CHECKING:
    from phototag.criteria.verdict import Kind
    from phototag.options import KeptTagOptions
    from phototag.worker.pool import Pool
    from phototag.worker.single import Rules


def decided(
    pool: Pool,
    rules: Rules,
    state_file: str | None,
    path: str,
    *,
    kind: Kind | None,
    options: KeptTagOptions,
) -> Done:
    """Save what a person says about a photo, and write it into the photo; ``phototag undo`` takes both back.

    Args:
        pool: does the work.
        rules: by what the photo is judged.
        state_file: where it is saved; None = the user's default.
        path: absolute path of the photo.
        kind: what the person says; None = all that was said about the picture is forgotten.
        options: how the photo is written; what is not given is as it was written last.

    Raises:
        CatalogueBusy: another run is working in the folder; nothing was done.
        StateUnusable: the state file cannot be used; nothing was done.
        PhotoError: the photo could not be written. If it could be read, what was said is saved, and the next
            ``phototag tag`` of its folder writes it.
    """
    if is_folder(path):
        raise PhotoNotReadable(path, "this is a folder", "give the photos in it")
    tagging, kept = given(
        options, state=state_file, calibration=rules.calibration, profiles=rules.profiles
    )
    with contextlib.closing(said_of([path], Decision(kind=kind), tagging, pool, kept)) as outcomes:
        *_, outcome = outcomes  # before it, files that a killed run has left in the folder
    if outcome.error is not None:
        raise outcome.error
    assert isinstance(outcome, Done)  # a photo that is named is never skipped
    return outcome
