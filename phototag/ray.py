"""Phototag on many machines, with Ray Data.  ``pip install 'phototag[ray]'``.

>>> import phototag.ray
>>> rows = phototag.ray.analyze("/mnt/photos")  # doctest: +SKIP
>>> rows.write_parquet("/mnt/verdicts")  # doctest: +SKIP

Each Ray actor holds one warm ``Analyzer``. If an actor is killed, another one repeats its photos; this is
harmless, since a write is one atomic step and repeating it changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

# Ray sends usage reports to its makers unless this is set before it starts.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import attrs
import pyarrow as pa
import ray
import ray.data

from phototag import errors
from phototag.analyzer import Analyzer
from phototag.catalogue.walk import walk
from phototag.files import arguments
from phototag.files.keyword_arguments import takes
from phototag.options import (
    CalibrationOptions,
    ProfileOptions,
    TagOptions,
    WorkOptions,
    part,
    setting,
)
from phototag.outcome import Done, Failed, Outcome
from phototag.worker.order import check_crop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phototag.criteria.calibration import Calibration
    from phototag.crops import Profile
    from phototag.options import Limits, Workers

BATCH = 16  # photos per call of an actor: the most that a lost actor costs
Photos: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | ray.data.Dataset"

BLOCKS_A_WORKER = 4  # pieces of the list per worker, so that none is idle for long at the end

#: The columns of the results.
SCHEMA = pa.schema(
    {
        "path": pa.string(),
        "kind": pa.string(),
        "confidence": pa.float64(),
        "grade": pa.string(),
        "shot": pa.string(),
        "people": pa.int64(),
        "analysis": pa.string(),
        "changed": pa.bool_(),
        "error": pa.string(),
        "problem": pa.string(),
        "remedy": pa.string(),
    }
)


@attrs.frozen(kw_only=True, slots=False)
class RayOptions(ProfileOptions, CalibrationOptions, WorkOptions):
    """Options of ``analyze``: workers are actors, each on one core of any node.

    ``auto``, the default, takes all of the cluster's cores; but one if the photos are a dataset, which is read there.
    """

    batch: int = attrs.field(
        default=BATCH, metadata=setting("Number of photos per call of an actor.", least=1)
    )


@attrs.frozen(kw_only=True, slots=False)
class RayTagOptions(RayOptions, TagOptions):
    """Options of ``tag``."""


@takes(RayOptions)
def analyze(photos: Photos, options: RayOptions) -> ray.data.Dataset:
    """Analyse photos on a Ray cluster.

    Args:
        photos: a folder that has this path on all nodes, a list of paths, or a dataset with a column ``path``
            or a column ``bytes`` (as made by ``ray.data.read_binary_files``).
        options: see ``RayOptions``; each is a keyword argument.

    Returns:
        A dataset with one row per photo and the columns ``SCHEMA``. ``analysis`` is the JSON of
        ``Analysis.to_dict``; a photo that failed has ``error``, ``problem`` and ``remedy`` instead. Nothing
        is computed until the rows are requested.
    """
    actors = _actors(options.workers, photos)
    return _mapped(_dataset(photos, actors), actors, options, tagging=None)


@takes(RayTagOptions)
def tag(photos: Photos, options: RayTagOptions) -> ray.data.Dataset:
    """Tag photos in place on a Ray cluster, one writer for each file.

    No state is stored: a photo that already contains what would be written is analysed and left unchanged.

    Args:
        photos: a folder that has this path on all nodes and is writable there, or a list of paths.
        options: see ``RayTagOptions``; each is a keyword argument.

    Returns:
        As for ``analyze``; ``changed`` tells whether the photo's bytes have changed.
    """
    tagging = part(options, TagOptions)
    check_crop(tagging, options.profiles)
    actors = _actors(options.workers, photos)
    return _mapped(_dataset(photos, actors), actors, options, tagging=tagging)


def _actors(workers: Workers, photos: Photos) -> int:
    """The number of actors; ``auto`` leaves a core to the tasks that read a dataset."""
    if workers != "auto":
        return workers
    if not ray.is_initialized():
        ray.init()
    resources: Mapping[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(1, int(resources.get("CPU", 1)) - isinstance(photos, ray.data.Dataset))


def _dataset(photos: Any, actors: int) -> ray.data.Dataset:
    if isinstance(photos, ray.data.Dataset):
        columns = set(photos.columns() or ())
        if not columns & {"path", "bytes"}:
            problem = f"a dataset with the columns {', '.join(sorted(columns)) or 'none'}"
            raise errors.BadValue("photos", problem, "add a column path or a column bytes")
        return photos
    roots = [photos] if isinstance(photos, (str, os.PathLike)) else photos
    arguments.check_several("photos", roots)
    # A file with two names must have only one writer.
    found = {os.path.realpath(path): path for path in walk(roots)}
    items = [{"path": os.path.abspath(path)} for path in sorted(found.values())]
    return ray.data.from_items(
        items, override_num_blocks=max(1, min(len(items), actors * BLOCKS_A_WORKER))
    )


def _mapped(
    dataset: ray.data.Dataset, actors: int, options: RayOptions, *, tagging: TagOptions | None
) -> ray.data.Dataset:
    return dataset.map_batches(
        Worker,
        fn_constructor_kwargs={
            "tagging": tagging,
            "profiles": options.profiles,
            "calibration": options.calibration,
            "limits": options.limits,
        },
        batch_size=options.batch,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
        udf_modifying_row_count=False,
    )


class Worker:
    """The actor on a node, with one warm analyzer.

    Args:
        tagging: how to write; None = only analyse.
        profiles, calibration: as for ``phototag.Analyzer``.
        limits: as for ``phototag.Analyzer``.
    """

    def __init__(
        self,
        tagging: TagOptions | None,
        profiles: Sequence[Profile] | None,
        calibration: Calibration | None,
        limits: Limits | None,
    ) -> None:
        self._tagging = tagging
        self._analyzer = Analyzer(
            workers=1, limits=limits, profiles=profiles, calibration=calibration
        )

    def __call__(self, batch: dict[str, Any]) -> pa.Table:
        """Convert rows of pictures to rows of results, in the same order."""
        rows = [_row(path, self._outcome(path, image)) for path, image in _pictures(batch)]
        return pa.Table.from_pylist(rows, SCHEMA)

    def _outcome(self, path: str, image: str | bytes) -> Outcome:
        try:
            if self._tagging is not None:
                return self._analyzer.tag(path, self._tagging)
            return Done(photo=path, analysis=self._analyzer.analyze(image))
        except errors.PhototagError as error:
            return Failed(photo=path, error=error)


def _pictures(batch: Mapping[str, Any]) -> Iterator[tuple[str, str | bytes]]:
    """Name and picture of every row."""
    if "bytes" not in batch:
        yield from ((str(path), str(path)) for path in batch["path"])
        return
    pictures = batch["bytes"]
    paths = batch.get("path", ["<bytes>"] * len(pictures))
    for path, picture in zip(paths, pictures, strict=True):
        yield str(path), bytes(picture)


def _row(path: str, outcome: Outcome) -> dict[str, Any]:
    analysis, error = outcome.analysis, outcome.error
    row: dict[str, Any] = {"path": path}
    if analysis is not None:
        analysis = attrs.evolve(analysis, path=path)
        shot = analysis.cropping.shot
        row |= {
            "kind": str(analysis.kind),
            "confidence": analysis.confidence,
            "grade": None if analysis.grade is None else str(analysis.grade),
            "shot": None if shot is None else str(shot),
            "people": analysis.subjects.count,
            "analysis": json.dumps(analysis.to_dict()),
        }
    if outcome.change is not None:
        row["changed"] = outcome.change.changed
    if error is not None:
        row |= {"error": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
    return row
