"""How sealed processes have ended at work on a photo, and whose fault it is."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.worker.start import REMEDY

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_MOST: Final = 2  # processes that may end at the same request
UNSEALED: Final = "see `phototag doctor`, or leave out --require-seal"
# Signals that need not be the fault of the process or the photo: shutdown, kill, the out-of-memory killer.
STOPPED_BY: Final = {
    -int(getattr(signal, name))
    for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGKILL")
    if hasattr(signal, name)  # Windows has only some of them
}


@attrs.frozen(kw_only=True)
class Ended:
    """How a process has ended.

    Attributes:
        status: its exit status; negative for a signal.
        by_itself: it was not ended by its caller.
        late: the limit that it has exceeded, s; 0 for none.
        started: it had sent its greeting.
        loading: it was not yet at work on the photo, but loading models.
        unsealed: its seal does not hold, although one is required.
        said: the last lines of its log.
        python: the interpreter that ran it.
    """

    status: int
    by_itself: bool
    late: float
    started: bool
    loading: bool
    unsealed: bool
    said: str
    python: str

    @property
    def stopped_by(self) -> str | None:
        """The signal that ended it from outside; None if none did."""
        if not self.by_itself or self.late or self.status not in STOPPED_BY:
            return None
        return signal.Signals(-self.status).name

    @property
    def may_be_bad_luck(self) -> bool:
        """Whether another process may do better."""
        crashed = self.by_itself and not self.late and self.started
        return crashed or self.stopped_by is not None

    @property
    def at_work(self) -> bool:
        """Whether it was at work on the photo itself."""
        return self.started and not self.loading


def failure(name: str, ends: Sequence[Ended]) -> errors.PhototagError:
    """The error for a photo: why processes ended at it, the last one last, and what the user can do.

    Args:
        name: of the photo.
        ends: how they ended.
    """
    last = ends[-1]
    if last.stopped_by:
        if len(ends) == AT_MOST and all(end.at_work for end in ends):
            return errors.WorkerDied(
                name,
                f"the sealed process was ended twice while it worked on this photo ({last.stopped_by})",
                "if there is too little memory, use fewer --workers, and try this photo with --failed",
            )
        return errors.WorkerStopped(
            name,
            f"the sealed process was ended by {last.stopped_by} from outside",
            "run the same command again; if there is too little memory, use fewer --workers",
        )
    if not last.started:
        why = f"no answer within {last.late:g} s" if last.late else f"status {last.status}"
        problem = f"the sealed process did not start ({last.said or why})"
        remedy = UNSEALED if last.unsealed else REMEDY
        return errors.WorkerNotStarted(last.python, problem, remedy)
    if last.late:
        return errors.WorkerDied(
            name,
            f"took longer than {last.late:g} s and was stopped",
            "raise the limit with --timeout or Limits(seconds=...)",
        )
    said = f" ({last.said})" if last.said else ""
    if last.loading:
        return errors.WorkerStopped(
            name,
            f"the sealed process ended with status {last.status} while it loaded its models{said}",
            "run the same command again; `phototag doctor` checks the installation",
        )
    return errors.WorkerDied(
        name,
        f"made the sealed process end with status {last.status}{said}",
        "leave this photo out, or save it anew with another program; if it can be shown to others, please report it",
    )
