"""How many workers this process has processor cores and memory for."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phototag.files.sizes import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.options import Workers

MEGABYTES_A_WORKER: Final = 350  # with its models, at work on pictures of usual size

_PROC: Final = Path("/proc")
_GROUPS: Final = Path("/sys/fs/cgroup")
_UNLIMITED: Final = (
    1 << 60
)  # bytes; the first version of control groups writes no limit as a huge number


def number_of(workers: Workers) -> int:
    """How many workers ``auto`` are; any other number is meant as it stands."""
    return automatic() if workers == "auto" else workers


def automatic() -> int:
    """One worker per processor core that this process may use, but no more than there is memory for."""
    free = free_megabytes()
    return max(1, cores() if free is None else min(cores(), int(free // MEGABYTES_A_WORKER)))


def room_beside(workers: int) -> float:
    """Memory for large pictures, MB: half of what is free beside so many workers."""
    free = free_megabytes()
    return math.inf if free is None else max(0.0, (free - workers * MEGABYTES_A_WORKER) / 2)


def cores() -> int:
    """The processor cores that this process may use: those it is bound to, and its group's share of their time."""
    shares = (_share(group) for group in _own_groups("cpu"))
    least = min((share for share in shares if share is not None), default=math.inf)
    return max(
        1, math.ceil(min(_bound_to(), least))
    )  # with a share of 1.5 cores, two workers get all of it


def free_megabytes() -> float | None:
    """The memory that this process and its workers may still take, MB; None if the system does not say."""
    found = [*_free_in_groups(), *_free_in_machine()]
    return min(found) / MEGABYTE if found else None


def _bound_to() -> int:
    """The cores that the system lets this process run on."""
    count = getattr(os, "process_cpu_count", None)  # Python 3.13; a user can set it
    if count is not None:
        return count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _share(group: Path) -> float | None:
    """How many cores' time a control group gets; None for no limit."""
    quota, period, *_ = [
        *_text(group / "cpu.max").split(),
        *_text(group / "cpu.cfs_quota_us").split(),
        *_text(group / "cpu.cfs_period_us").split(),
        *("", ""),
    ]
    if not (quota.isdecimal() and period.isdecimal() and int(period)):  # "max", or -1
        return None
    return int(quota) / int(period)


def _free_in_groups() -> Iterator[int]:
    """Bytes that each control group with a limit may still take; what it caches of files can be given back."""
    for group in _own_groups("memory"):
        for limit, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            most, now = _text(group / limit).strip(), _text(group / used).strip()
            if most.isdecimal() and now.isdecimal() and int(most) < _UNLIMITED:
                cached = _numbers(group / "memory.stat").get("inactive_file", 0)
                yield max(0, int(most) - int(now) + cached)


def _free_in_machine() -> Iterator[int]:
    """Bytes that the machine has left; where it does not say, half of what it has."""
    available = _numbers(_PROC / "meminfo").get("MemAvailable:")
    if available is not None:
        yield available * 1024
    elif {"SC_PAGE_SIZE", "SC_PHYS_PAGES"} <= set(getattr(os, "sysconf_names", {})):
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _own_groups(controller: str) -> Iterator[Path]:
    """This process's control group of this kind and all above it, which limit it, too (Linux)."""
    for line in _text(_PROC / "self" / "cgroup").splitlines():
        _, _, group = line.partition(":")
        kinds, _, path = group.partition(":")
        if kinds and controller not in kinds.split(","):
            continue
        # The second version has one tree of all kinds, the first one a tree for each.
        top = _GROUPS / controller if kinds else _GROUPS
        here = top / path.lstrip("/")
        yield from (group for group in (here, *here.parents) if group.is_relative_to(top))


def _numbers(file: Path) -> dict[str, int]:
    """The lines of a file that begin with a name and a number."""
    rows = (line.split() for line in _text(file).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}


def _text(file: Path) -> str:
    """The content of a file of the system; empty where there is none."""
    try:
        return file.read_text("ascii", "replace")
    except OSError:
        return ""
