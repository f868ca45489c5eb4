"""Learns a person's own lines from what they have decided about the photos of their catalogues."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import attrs

from phototag import criteria
from phototag.analysis.decisions import learned_file
from phototag.analysis.decisions.decision import NOTHING
from phototag.analysis.decisions.evidence import Judged
from phototag.analysis.decisions.learning import Learned, learned
from phototag.catalogue.state import State
from phototag.criteria import calibration as calibrations
from phototag.criteria import personal, verdict
from phototag.criteria.verdict import Kind
from phototag.errors import OutputNotWritable
from phototag.files import new_file, private
from phototag.files.keyword_arguments import takes
from phototag.options import LearnOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.criteria.calibration import Calibration
    from phototag.scene.measures import Scene


@attrs.frozen(kw_only=True)
class ChangedVerdict:
    """A photo whose verdict the learned calibration changes.

    Attributes:
        path: of the photo, where a run has last seen it.
        before, after: the verdicts, with the calibration in use and with the learned one.
    """

    path: str
    before: Kind
    after: Kind


@attrs.frozen(kw_only=True)
class Learning:
    """What was learned, and what it changes.

    Attributes:
        learned: the offsets and the lessons.
        photos: number of photos of catalogues that were judged anew.
        changed: those whose verdict changes; the next ``phototag tag`` writes it.
        unknown: decisions about pictures that this version of phototag has not analysed.
        file: the calibration; None if nothing was learned or nothing was to be written.
    """

    learned: Learned
    photos: int
    changed: tuple[ChangedVerdict, ...]
    unknown: int
    file: str | None


@takes(LearnOptions)
def learn(options: LearnOptions) -> Learning:
    """Learn from the decisions in the state file, and write a personal calibration.

    It needs no photos: what was detected in them is in the state. Decisions that agree with phototag count as much
    as corrections, and what a person has seen and left as it was counts as agreement.

    Args:
        options: see ``LearnOptions``; each is a keyword argument.

    Raises:
        OutputNotWritable: the calibration cannot be written.
        BadCalibration: the calibration in use is damaged.
        StateUnusable: the state file cannot be used.
    """
    file = options.out or personal.default_file()
    with State(options.state) as state:
        evidence, unknown = _evidence(state)
        found = learned(evidence, calibrations.default())
        now = personal.users()
        then = found.offsets.moved(calibrations.default())
        photos, changed = 0, []
        for path, before, after in _judged_anew(state, now, then):
            photos += 1
            if before is not after:
                changed.append(ChangedVerdict(path=path, before=before, after=after))
    written = bool(found.offsets) and not options.dry_run
    if written:
        _write(os.fspath(file), found)
    return Learning(
        learned=found,
        photos=photos,
        changed=tuple(sorted(changed, key=lambda one: one.path)),
        unknown=unknown,
        file=os.fspath(file) if written else None,
    )


def forget(file: str | os.PathLike[str] | None = None) -> str | None:
    """Delete a personal calibration; the decisions stay.

    Args:
        file: the calibration; None = the user's.

    Returns:
        Its path; None if there was none.

    Raises:
        OutputNotWritable: it is something else, or cannot be deleted.
    """
    name = os.fspath(file or personal.default_file())
    if not os.path.lexists(name):
        return None
    new_file.check(name, learned_file.MARK)
    try:
        os.unlink(name)
    except OSError as error:
        problem = f"it cannot be deleted ({error.strerror or error})"
        raise OutputNotWritable(name, problem, "delete it yourself") from error
    return name


def _evidence(state: State) -> tuple[list[Judged], int]:
    """What people have decided, of the pictures that are known; and how many are not."""
    said, left = state.decisions(), state.left()
    judged, unknown = [], 0
    for picture in sorted(said.keys() | left.keys()):
        decision = left.get(picture, NOTHING).with_(said.get(picture, NOTHING))
        scene = state.scene(picture)
        if scene is None:
            unknown += 1
        else:
            judged.append(Judged(scene=scene, decision=decision))
    return judged, unknown


def _judged_anew(
    state: State, now: Calibration, then: Calibration
) -> Iterator[tuple[str, Kind, Kind]]:
    """All photos of which a person has not set the kind, with the kinds of two calibrations."""
    decided = {picture for picture, said in state.decisions().items() if said.kind is not None}
    kinds: dict[str, tuple[Kind, Kind]] = {}
    for path, picture in state.places():
        if picture in decided:
            continue
        if picture not in kinds:
            scene = state.scene(picture)
            if scene is None:
                continue
            kinds[picture] = _kind(scene, now), _kind(scene, then)
        yield path, *kinds[picture]


def _kind(scene: Scene, calibration: Calibration) -> Kind:
    findings = criteria.judge(scene, calibration)
    return verdict.judge(scene, findings, calibration).kind


def _write(file: str, found: Learned) -> None:
    if file == os.fspath(personal.default_file()):
        private.make_folder(os.path.dirname(file))
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    text = learned_file.text(found, calibrations.default().identity, day)
    with new_file.new_file(file, learned_file.MARK) as out:
        out.write(text.encode())
