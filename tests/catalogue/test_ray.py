"""Ray: a cluster of two nodes on this machine."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from trees import content

pytest.importorskip("ray", reason="Ray is not installed")
# Ray's own threads and sockets outlive the tests, and its parts warn of one another.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False, logging_level=logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()
    made.shutdown()  # type: ignore[no-untyped-call]


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {Path(row["path"]).name: row for row in rows}
    assert len(named) == len(rows)
    return named


def test_a_cluster_says_what_one_machine_says(cluster: None, tree: Path, tmp_path: Path) -> None:
    import phototag.ray

    dataset = phototag.ray.analyze(tree, workers=2, batch=1)
    dataset.write_parquet(str(tmp_path / "verdicts"))
    rows = by_name(dataset.take_all())
    assert len(rows) == 4
    assert (rows["broken.jpg"]["error"], rows["broken.jpg"]["kind"]) == ("NotAPhoto", None)
    for name in ("2023/portrait.jpg", "2023/May/headshot.JPG", "cat.jpg"):
        expected = phototag.analyze(tree / name)
        row = rows[Path(name).name]
        assert json.loads(row["analysis"]) == json.loads(json.dumps(expected.to_dict()))
        assert (row["kind"], row["people"]) == (str(expected.kind), expected.subjects.count)
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path / "verdicts")
    assert by_name(table.to_pylist()) == rows


def test_photos_are_analysed_from_rows_of_bytes(cluster: None, tree: Path) -> None:
    import ray

    import phototag.ray

    dataset = ray.data.read_binary_files(str(tree / "2023" / "portrait.jpg"), include_paths=True)
    (row,) = phototag.ray.analyze(dataset).take_all()
    assert (row["kind"], Path(row["path"]).name) == ("portrait", "portrait.jpg")
    with pytest.raises(phototag.PhototagError, match="column"):
        phototag.ray.analyze(ray.data.from_items([{"name": "a.jpg"}]))


def test_tagging_in_place_writes_each_file_once(cluster: None, tree: Path, tmp_path: Path) -> None:
    import phototag.ray

    (tree / "again.jpg").symlink_to(tree / "cat.jpg")
    first = phototag.ray.tag(tree, workers=2, batch=1, keywords="standard").take_all()
    assert sum(row["changed"] is True for row in first) == 3  # the link is no second writer
    tagged = content(tree)
    again = phototag.ray.tag(tree, workers=2, batch=1, keywords="standard").take_all()
    assert [row["changed"] for row in again if row["error"] is None] == [False] * 3
    assert content(tree) == tagged
    record = phototag.read(tree / "2023" / "portrait.jpg")
    assert record is not None
    assert record.keywords.flat.count("portrait") == 1


def test_photos_of_a_killed_actor_are_done_again(cluster: None, tree: Path) -> None:
    import phototag.ray

    for number in range(40):
        (tree / f"{number:02}.jpg").write_bytes((tree / "2023" / "portrait.jpg").read_bytes())
    killed: list[int] = []

    def kill_one() -> None:
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            time.sleep(0.2)
            tagged = sum(
                phototag.read(tree / f"{number:02}.jpg") is not None for number in range(40)
            )
            if 5 < tagged < 35:
                for process in psutil.process_iter(["name", "cmdline"]):
                    if any("MapWorker" in part for part in process.info["cmdline"] or ()):
                        os.kill(process.pid, signal.SIGKILL)
                        killed.append(process.pid)
                        return

    killer = threading.Thread(target=kill_one)
    killer.start()
    rows = by_name(phototag.ray.tag(tree, workers=2, batch=2).take_all())
    killer.join(90)
    assert killed, "no actor was found to be killed"
    assert len(rows) == 44
    assert {name for name, row in rows.items() if row["error"]} == {"broken.jpg"}
    for number in range(40):
        record = phototag.read(tree / f"{number:02}.jpg")
        assert record is not None
        assert record.keywords.flat == ("portrait",)
