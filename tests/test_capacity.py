"""How many workers there are room for: cores, shares of control groups, memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import phototag
from phototag.options import CatalogueOptions
from phototag.worker import capacity
from phototag.worker.pool import Pool

GIGABYTE = 1 << 30


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the root of a Linux system of 16 cores and 64 GB."""
    monkeypatch.setattr(capacity, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(capacity, "_GROUPS", tmp_path / "sys")
    monkeypatch.setattr(capacity, "_bound_to", lambda: 16)
    put(tmp_path, "proc/meminfo", "MemTotal: 99999 kB\nMemAvailable: 67108864 kB\n")
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    return tmp_path


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_one_worker_a_core(system: Path) -> None:
    assert capacity.cores() == 16
    assert capacity.free_megabytes() == 65536
    assert capacity.automatic() == 16


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", 16), ("200000 100000", 2), ("150000 100000", 2), ("5000 100000", 1)],
)
def test_a_share_of_time_limits_the_cores(system: Path, quota: str, cores: int) -> None:
    put(system, "proc/self/cgroup", "0::/user/one\n")
    put(system, "sys/user/cpu.max", quota)
    put(system, "sys/user/one/cpu.max", "max 100000")
    assert capacity.cores() == cores


@pytest.mark.parametrize(("quota", "cores"), [("-1", 16), ("400000", 4)])
def test_the_first_version_of_control_groups(system: Path, quota: str, cores: int) -> None:
    # In a container, the path is the host's, and only the top is there.
    put(
        system,
        "proc/self/cgroup",
        "3:name=systemd:/\n2:cpu,cpuacct:/docker/1\n1:memory:/docker/1\n",
    )
    put(system, "sys/cpu/cpu.cfs_quota_us", f"{quota}\n")
    put(system, "sys/cpu/cpu.cfs_period_us", "100000\n")
    put(system, "sys/memory/memory.limit_in_bytes", f"{2 * GIGABYTE}\n")
    put(system, "sys/memory/memory.usage_in_bytes", f"{GIGABYTE}\n")
    assert capacity.cores() == cores
    assert capacity.free_megabytes() == 1024
    assert capacity.automatic() == 2  # of 350 MB


def test_memory_limits_the_workers(system: Path) -> None:
    put(system, "proc/self/cgroup", "0::/a/b\n")
    put(system, "sys/a/memory.max", str(3 * GIGABYTE))
    put(system, "sys/a/memory.current", str(2 * GIGABYTE))
    put(system, "sys/a/memory.stat", f"anon 5\ninactive_file {GIGABYTE}\n")
    put(system, "sys/a/b/memory.max", "max")
    put(system, "sys/a/b/memory.current", str(GIGABYTE))
    assert capacity.free_megabytes() == 2048
    assert capacity.automatic() == 5
    put(system, "sys/a/memory.current", str(9 * GIGABYTE))
    assert capacity.automatic() == 1


def test_a_system_that_says_nothing(system: Path) -> None:
    (system / "proc/self/cgroup").unlink()
    (system / "proc/meminfo").unlink()
    free = capacity.free_megabytes()
    if sys.platform == "linux":
        pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        assert free == pages // 2 / (1 << 20)
    assert capacity.automatic() >= 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux")
def test_a_process_bound_to_one_core_has_one_worker() -> None:
    code = (
        "import os; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1]);"
        "import phototag; print(phototag.Analyzer('auto')._pool.workers)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "1\n"


def test_the_functions_take_the_word_and_any_number(tmp_path: Path) -> None:
    assert Pool("auto").workers == capacity.automatic()
    assert Pool(7).workers == 7
    assert CatalogueOptions().workers == "auto"
    assert not list(phototag.tag_catalogue(tmp_path, workers="auto", state=tmp_path / "s.sqlite3"))
