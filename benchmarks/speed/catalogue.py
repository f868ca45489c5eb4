"""The life of a catalogue, at full size: first run, next run, other words, kills, undo.

A tree of many photos is made of a few: the same pictures with small changes of pixels, under odd
names, in nested folders, some of them damaged.  Everything is done by the command line, as a user
would, in processes that are watched from outside.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
from PIL import Image, ImageFile

from benchmarks.faults.ending import kill_all

Say = Callable[[str], None]

SEED = 6
DAMAGED = 0.01  # share of the photos
ODD = ("{}", "Ünïcode {}", "it's {}", 'quote " {}', "line\nbreak {}", "\U0001f600 {}", "-dash {}")
FOLDERS = ("2019/Wedding", "2021", "2021/May/day 3", "Köln", "a b/c d/e f", "x")
NODES = 2
COMMAND = [sys.executable, "-m", "phototag"]
SAMPLE_SECONDS = 1.0


def make_tree(photos: Path, root: Path, count: int) -> dict[str, int]:
    """Fill a folder with photos; how many of them are damaged."""
    dice = random.Random(SEED)
    sources = sorted(path for path in photos.rglob("*") if path.suffix.lower() in {".jpg", ".png"})
    damaged = set(dice.sample(range(count), round(count * DAMAGED)))
    for number in range(count):
        source = sources[number % len(sources)]
        folder = root / FOLDERS[number % len(FOLDERS)] / f"{number // 1000:03}"
        folder.mkdir(parents=True, exist_ok=True)
        name = ODD[number % len(ODD)].format(f"{number:06}")
        target = folder / f"{name}{source.suffix}"
        if number < len(sources):
            shutil.copyfile(source, target)
        else:
            _changed(source, target, number)
        if number in damaged:
            data = target.read_bytes()
            target.write_bytes(data[: len(data) // 3])
    return {"photos": count, "damaged": len(damaged)}


def _changed(source: Path, target: Path, number: int) -> None:
    """The same picture, cut by a pixel or two: another hash, the same verdict."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(source) as image:
        turn = number // 500
        box = (turn % 3, turn // 3 % 3, image.width - turn // 9 % 3, image.height - turn // 27 % 3)
        exif = image.info.get("exif", b"")
        cut = image.crop(box)
        if source.suffix == ".png":
            cut.save(target, compress_level=1, exif=exif)
        else:
            cut.convert("RGB").save(target, quality=90, exif=exif)


class Watched:
    """A command, and what it and its children take in memory and read from the disk."""

    def __init__(self, arguments: Sequence[str | Path], state: Path, **options: Any) -> None:
        environment = {**os.environ, "XDG_STATE_HOME": str(state)}
        self.samples: list[tuple[int, dict[str, float]]] = []
        self._start = time.monotonic()
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """JSON lines as they come, with the memory sampled meanwhile."""
        assert self.process.stdout is not None
        last = 0.0
        for number, line in enumerate(self.process.stdout):
            if time.monotonic() - last > SAMPLE_SECONDS:
                last = time.monotonic()
                self.samples.append((number, self._memory()))
            yield json.loads(line)
        self.process.wait()
        self.seconds = time.monotonic() - self._start

    def _memory(self) -> dict[str, float]:
        """MB in use by the parent and by each worker."""
        found: dict[str, float] = {}
        try:
            parent = psutil.Process(self.process.pid)
            found["parent"] = parent.memory_info().rss / 2**20
            for number, child in enumerate(parent.children()):
                found[f"worker {number + 1}"] = child.memory_info().rss / 2**20
        except psutil.NoSuchProcess:
            pass
        return found


def dump(root: Path) -> list[str]:
    """What exiftool reads in every file, without the times of the files."""
    command = [
        "exiftool", "-r", "-q", "-q", "-m", "-G1", "-a", "-s", "-struct", "-j", "--System:all",
        "--ExifTool:all", str(root),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(done.stdout or "[]"))


def digests(root: Path) -> dict[str, bytes]:
    """The content of every file."""
    import hashlib  # noqa: PLC0415

    return {
        str(path.relative_to(root)): hashlib.blake2b(path.read_bytes()).digest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def left_over(root: Path) -> int:
    """Temporary files."""
    return sum(1 for _ in root.rglob(".phototag-*"))


def known(state: Path) -> list[tuple[Any, ...]]:
    """What the state file says of every photo, without times and the numbers of runs."""
    with contextlib.closing(sqlite3.connect(state / "phototag" / "catalogues.sqlite3")) as sql:
        return sql.execute(
            "SELECT folder, name, picture, kind, mark, error IS NOT NULL,"
            " (SELECT count(*) FROM changes WHERE changes.folder = photos.folder"
            "  AND changes.name = photos.name AND before IS NULL) FROM photos ORDER BY 1, 2"
        ).fetchall()


# --------------------------------------------------------------------------- what is measured


def life(photos: Path, work: Path, count: int, say: Say) -> dict[str, Any]:
    """First run, second run, other words, undo."""
    root, state = work / "tree", work / "state"
    made = make_tree(photos, root, count)
    say(f"made {made}")
    before = dump(root)
    first = run(["tag", root, "--workers", "2", "--json"], state, say)
    first["memory"] = _flatness(first.pop("samples"), first["photos"])
    say(f"memory: {first['memory']}")
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    second = run(["tag", root, "--workers", "2", "--json"], state, say)
    second["files written"] = sum(path.stat().st_mtime_ns != at for path, at in times.items())
    words = work / "words.toml"
    words.write_text('[words]\nkind.headshot = "Kopf"\nkind.portrait = "Bildnis"\n', "utf-8")
    third = run(["tag", root, "--workers", "2", "--json", "--vocabulary", words], state, say)
    undone = [run(["undo", "--workers", "2", "--json"], state, say) for _ in range(2)]
    same = dump(root) == before
    say(f"exiftool reads what it read before: {same}")
    for one in (second, third, *undone):
        one.pop("samples")
    return {
        "made": made, "first": first, "second": second, "other words": third, "undo": undone,
        "as before": same,
    }  # fmt: skip


def run(arguments: Sequence[str | Path], state: Path, say: Say) -> dict[str, Any]:
    """One command with ``--json``, and its figures."""
    watched = Watched(arguments, state)
    counts: dict[str, int] = {}
    failed: dict[str, int] = {}
    changed = photos = 0
    for row in watched.rows():
        photos += 1
        if "error" in row:
            failed[row["path"]] = failed.get(row["path"], 0) + 1
            continue
        way = row.get("verdict_from", "taken back")
        counts[way] = counts.get(way, 0) + 1
        changed += row["changed"]
    found = {
        "command": " ".join(str(a) if not isinstance(a, Path) else a.name for a in arguments),
        "photos": photos, "seconds": round(watched.seconds, 2),
        "photos a second": round(photos / watched.seconds, 1), "verdicts": counts,
        "changed": changed, "failed": len(failed), "failed twice": sum(n > 1 for n in failed.values()),
        "status": watched.process.returncode, "samples": watched.samples,
    }  # fmt: skip
    say(str({name: value for name, value in found.items() if name != "samples"}))
    return found


def _flatness(samples: list[tuple[int, dict[str, float]]], photos: int) -> dict[str, Any]:
    """Memory from the thousandth photo (or a tenth of the way) to the end."""
    start = min(1000, photos // 10)
    found = {}
    for who in ("parent", "worker 1", "worker 2"):
        later = [memory[who] for number, memory in samples if number >= start and who in memory]
        if later:
            tenth = max(1, len(later) // 10)
            at_start, at_end = sum(later[:tenth]) / tenth, sum(later[-tenth:]) / tenth
            found[who] = {
                "MB at the start": round(at_start, 1), "MB at the end": round(at_end, 1),
                "highest MB": round(max(later), 1), "growth %": round(100 * (at_end / at_start - 1), 1),
            }  # fmt: skip
    return found


def kills(photos: Path, work: Path, count: int, times: int, say: Say) -> dict[str, Any]:
    """Kill a run again and again; is the end that of a run that nobody disturbed?"""
    root, calm = work / "tree", work / "calm"
    make_tree(photos, root, count)
    shutil.copytree(root, calm / "tree")
    before = dump(root)
    run(["tag", calm / "tree", "--workers", "2", "--json"], calm / "state", say)
    dice, killed, state = random.Random(SEED), 0, work / "state"
    step = count / (times + 2)
    while killed < times:
        watched = Watched(["tag", root, "--workers", "2", "--json"], state)
        assert watched.process.stdout is not None
        # Somewhere on the way to the next piece of the tree, and not always between two photos.
        done = 0
        while done < step * (killed + 1) and watched.process.stdout.readline():
            done += 1
        time.sleep(dice.uniform(0, 0.2))
        if watched.process.poll() is None:
            kill_all(watched.process.pid)
            killed += 1
        watched.process.communicate()
    last = run(["tag", root, "--workers", "2", "--json"], state, say)
    last.pop("samples")
    found = {
        "killed": killed, "last run": last,
        "same files": digests(root) == digests(calm / "tree"),
        "same state": known(state) == known(calm / "state"),
        "temporary files": left_over(root),
    }  # fmt: skip
    undone = run(["undo", "--workers", "2", "--json"], state, say)
    found["undone"] = undone["changed"]
    found["as before"] = dump(root) == before
    say(str(found))
    return found


def stop(photos: Path, work: Path, count: int, say: Say) -> dict[str, Any]:
    """Ctrl-C in the middle of a run."""
    root, state = work / "tree", work / "state"
    make_tree(photos, root, count)
    watched = Watched(["tag", root, "--workers", "2"], state)
    assert watched.process.stdout is not None
    for _ in range(200):
        watched.process.stdout.readline()
    start = time.monotonic()
    os.killpg(watched.process.pid, signal.SIGINT)
    _, said = watched.process.communicate()
    seconds = time.monotonic() - start
    rest = run(["tag", root, "--workers", "2", "--json"], state, say)
    rest.pop("samples")
    found = {
        "seconds": round(seconds, 2), "status": watched.process.returncode,
        "said": said.strip().splitlines()[-1:], "temporary files": left_over(root), "rest": rest,
    }  # fmt: skip
    say(str(found))
    return found


def workers(photos: Path, work: Path, count: int, rounds: int, say: Say) -> dict[str, Any]:
    """One worker against two, turn by turn, on copies of one tree that are warm in memory."""
    make_tree(photos, work / "tree", count)
    rates: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(rounds):
        for number in (1, 2):
            root, state = work / f"copy {turn} {number}", work / f"state {turn} {number}"
            shutil.copytree(work / "tree", root)
            watched = Watched(["tag", root, "--workers", str(number), "--json"], state)
            # From the first result to the last: the start of the workers is another figure.
            moments = [time.monotonic() for _ in watched.rows()]
            rates[number].append((len(moments) - 1) / (moments[-1] - moments[0]))
            shutil.rmtree(root)
    middle = {n: sorted(found)[len(found) // 2] for n, found in rates.items()}
    found = {
        "photos": count, "photos a second": {n: round(rate, 2) for n, rate in middle.items()},
        "two to one": round(middle[2] / middle[1], 3),
    }  # fmt: skip
    say(str(found))
    return found


def cluster(photos: Path, work: Path, say: Say) -> dict[str, Any]:
    """Ray on two nodes of this machine against one machine without it; then with a kill."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray  # noqa: PLC0415
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    import phototag  # noqa: PLC0415
    import phototag.ray  # noqa: PLC0415

    names = sorted(path for path in photos.rglob("*") if path.suffix.lower() in {".jpg", ".png"})
    with phototag.Analyzer(2) as analyzer:
        start = time.monotonic()
        alone = {
            outcome.photo: None if outcome.analysis is None else outcome.analysis.to_dict()
            for outcome in analyzer.analyze_many(map(str, names))
        }
        alone_seconds = time.monotonic() - start
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    made.add_node(num_cpus=1)
    made.wait_for_nodes()
    ray.init(address=made.address, log_to_driver=False)
    start = time.monotonic()
    rows = phototag.ray.analyze([str(name) for name in names], workers=2).take_all()
    seconds = time.monotonic() - start
    together = {row["path"]: row["analysis"] and json.loads(row["analysis"]) for row in rows}
    expected = json.loads(json.dumps(alone))
    found: dict[str, Any] = {
        "photos": len(rows), "twice": len(rows) - len(together), "nodes": NODES,
        "same results": together == expected,
        "seconds alone": round(alone_seconds, 1), "seconds on Ray": round(seconds, 1),
    }  # fmt: skip
    tree = work / "tree"
    for number, name in enumerate(names):
        target = tree / str(number % 7) / f"{number}{name.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, target)
    found |= _killed_actor(tree)
    ray.shutdown()
    made.shutdown()  # type: ignore[no-untyped-call]
    say(str(found))
    return found


def _killed_actor(tree: Path) -> dict[str, Any]:
    import threading  # noqa: PLC0415

    import phototag  # noqa: PLC0415
    import phototag.ray  # noqa: PLC0415

    killed: list[int] = []

    def kill() -> None:
        while not any(path.stat().st_mtime > started for path in tree.rglob("*.*")):
            time.sleep(0.2)
        time.sleep(5)
        actors = [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if any("MapWorker" in part for part in process.info["cmdline"] or ())
        ]
        os.kill(actors[0], signal.SIGKILL)
        killed.append(actors[0])

    started = time.time()
    time.sleep(0.1)
    killer = threading.Thread(target=kill)
    killer.start()
    rows = phototag.ray.tag(tree, workers=2).take_all()
    killer.join()
    words = [phototag.read(row["path"]) for row in rows if row["error"] is None]
    return {
        "actors killed": len(killed), "tagged": len(rows),
        "tagged twice": len(rows) - len({row["path"] for row in rows}),
        "failed": sum(row["error"] is not None for row in rows),
        "without a statement": sum(record is None for record in words),
        "words twice": sum(
            len(set(record.keywords.flat)) < len(record.keywords.flat) for record in words if record
        ),
    }  # fmt: skip
