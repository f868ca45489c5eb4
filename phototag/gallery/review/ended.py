"""What has come of a review, in words for the terminal in which it was started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from phototag.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen(kw_only=True)
class Ended:
    """The results of a review; each is a number of photos, copies included.

    Attributes:
        decided: about which something was decided, and not undone.
        left: that were seen and left as they were.
        written: into which something was written, also what an earlier review had left.
        waiting: that are still to be written.
        empty: all was searched, and there was no photo, not even one that cannot be read.
        problems: why photos could not be written, one reason for each of them.
    """

    decided: int
    left: int
    written: int
    waiting: int
    empty: bool
    problems: Sequence[str]

    def lines(self, *, dry_run: bool) -> list[str]:
        """What was decided and written in one line, and a line for what was not written; none if nothing was done.

        Args:
            dry_run: nothing was to be saved or written.
        """
        counts = [f"{counted(self.decided, 'photo')} decided"]
        counts += [f"{self.left} seen and left"] if self.left else []
        if dry_run:
            done = self.decided or self.left
            return [f"{', '.join(counts)}; nothing is saved: this was a dry run."] if done else []
        counts.append(f"{self.written} written")
        lost = self.waiting + len(self.problems)
        counts += [f"{lost} not written"] if lost else []
        if not (self.decided or self.left or self.written or lost):
            return []
        return [f"{', '.join(counts)}.", *self._not_written()]

    def _not_written(self) -> list[str]:
        lines = []
        if self.waiting:
            are = "photo is" if self.waiting == 1 else "photos are"
            lines.append(
                f"{self.waiting} {are} not written yet; what you decided is saved. The next review of the same folders "
                "writes it, and so does phototag tag"
            )
        if self.problems:
            reasons = sorted(set(self.problems), key=self.problems.count, reverse=True)
            others = "; the page has told the other reasons" if len(reasons) > 1 else ""
            photos = counted(len(self.problems), "photo")
            lines.append(f"{photos} could not be written: {reasons[0]}{others}")
        return lines
