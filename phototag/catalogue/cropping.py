"""Crops of whole trees of photos as new files: what is done is not done again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.catalogue.crop_names import Template
from phototag.catalogue.options_fingerprint import options_fingerprint
from phototag.catalogue.run import Catalogue, Task, run_on
from phototag.catalogue.state import CroppedRow, Made, State
from phototag.catalogue.walk import Found, clean_folder, fingerprint
from phototag.criteria import personal
from phototag.crops.profiles import Serves
from phototag.errors import BadValue, CropRefused, NotMade, PhototagError, printable_name
from phototag.files import StrPath
from phototag.files.formats import PHOTO_SUFFIXES, suffix_of
from phototag.files.keyword_arguments import takes
from phototag.files.opening import FileState, absolute, names_of
from phototag.options import CatalogueOptions, CropOptions, part
from phototag.worker import single
from phototag.worker.areas import NOBODY, Area, CutOptions, areas, profile_for
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phototag.catalogue.current_run import CurrentRun
    from phototag.crops import Profile

_DELETE: Final = "delete it to have it made again, or choose another folder"


@attrs.frozen(kw_only=True)
class CropOutcome:
    """A crop of a photo, or why there is none.

    Attributes:
        photo: path of the photo.
        target: path of the new file; empty if there is none.
        person: number of the person, from 1; 0 if the crop is not of one person of several.
        pixels: width and height of the new file.
        made: whether this call has made it; False for one that was there already.
        reason: why the crop fits; empty for one that was there already.
        error: what went wrong; None if all went well, and for a photo of nobody.
    """

    photo: str
    target: str = ""
    person: int = 0
    pixels: tuple[int, int] = (0, 0)
    made: bool = False
    reason: str = ""
    error: PhototagError | None = None


@takes(CropOptions)
def crop_catalogue(
    roots: StrPath | Iterable[StrPath], options: CropOptions
) -> Generator[CropOutcome]:
    """Write a crop of every photo below the roots as a new file; see ``phototag.crop``.

    Yields one ``CropOutcome`` per crop, in order of the photos' names. The folders below the roots are made below
    ``out``. What earlier calls with the same options have made is left as it is, and no existing file is written over.

    Args:
        roots: a folder or photo, or several.
        options: see ``CropOptions``; each is a keyword argument.

    Raises:
        BadValue: ``out`` is missing or is one of the roots; options that exclude each other; a bad ``name``.
        StateUnusable: the state file cannot be used.
    """
    return crop_trees(roots, options)


def crop_trees(roots: StrPath | Iterable[StrPath], options: CropOptions) -> Generator[CropOutcome]:
    """As ``crop_catalogue``, with an options object."""
    given = names_of(roots)
    how = CutOptions(**{name: getattr(options, name) for name in attrs.fields_dict(CutOptions)})
    profile = profile_for(options.profile, options.profiles, how)
    out = _out(given, options, profile)
    looking = attrs.evolve(part(options, CatalogueOptions), dry_run=True)
    with ExitStack() as held:
        pool = held.enter_context(Pool(options.workers, options.limits))
        state = held.enter_context(State(options.state))
        run = run_on([], looking, state, pool)
        job = _Job(options, profile=profile, how=how, out=out, state=state, run=run, pool=pool)
        every = job.items(given, looking)
        for outcomes in pool.stream(job.work, every, ready=job.ready, stop=options.stop):
            yield from outcomes


def crop_photo(photo: str, options: CropOptions) -> CropOutcome:
    """One crop of one photo, as ``phototag.crop`` makes it, into the new file ``options.out``; None = beside the photo.

    A file that is there already is no failure if it is this crop, whatever metadata it has got since.

    Raises:
        PhotoError: the crop cannot be made.
        BadValue: options that exclude each other.
    """
    how = CutOptions(**{name: getattr(options, name) for name in attrs.fields_dict(CutOptions)})
    profile = profile_for(options.profile, options.profiles, how)
    rules = single.Rules(
        calibration=personal.chosen(options.calibration), profiles=options.profiles
    )
    with Pool(1, options.limits) as pool:
        target, area, made = single.cropped(
            pool, photo, profile, options.out, rules=rules, options=how, same=True
        )
    crop = area.as_crop(profile, options.size)
    reason = crop.reason if made else ""
    return CropOutcome(photo=photo, target=target, pixels=crop.pixels, made=made, reason=reason)


def _out(roots: Sequence[str], options: CropOptions, profile: Profile) -> str:
    """The absolute path of the folder of new files, after the options for many photos have been checked."""
    if not options.out:
        raise BadValue("out", "it is missing", "give the folder of the new files, with -o (out=)")
    if options.people == "each":
        if options.lightroom:
            problem = "each cannot be combined with lightroom"
            raise BadValue("people", problem, "leave out one of the two")
        if profile.serves is Serves.EVERYBODY:
            problem = f"{profile.name} is for all people of a photo together"
            raise BadValue("people", problem, "choose a profile for one person, or leave it out")
    out = os.path.realpath(absolute(options.out))
    for root in roots:
        real = os.path.realpath(absolute(root))
        if os.path.isdir(root) and os.path.join(real, "").startswith(os.path.join(out, "")):
            problem = f"the new files would be among the photos of {printable_name(root)}"
            raise BadValue("out", problem, "choose another folder")
    if os.path.lexists(out) and not os.path.isdir(out):
        raise BadValue("out", f"{printable_name(out)} is not a folder", "choose a folder")
    return out


@attrs.frozen
class _Item:
    """A photo, and where its crop goes.

    Attributes:
        task: the photo.
        path: its absolute path.
        folder: absolute path of the folder of the new files.
        other: the photo whose crop has the same name; empty if there is none.
    """

    task: Task
    path: str
    folder: str
    other: str = ""


class _Job:
    """One call.

    Args:
        options: its options.
        profile: the crop profile.
        how: how the crops are made.
        out: absolute path of the folder of the new files.
        state: what earlier calls have done.
        run: knows what people have decided.
        pool: does the work.
    """

    def __init__(
        self,
        options: CropOptions,
        *,
        profile: Profile,
        how: CutOptions,
        out: str,
        state: State,
        run: CurrentRun,
        pool: Pool,
    ) -> None:
        self._options, self._profile, self._how = options, profile, how
        self._out, self._state = out, state
        self._run, self._pool = run, pool
        self._each, self._copies = options.people == "each", options.lightroom
        self._names = Template.of(options.name, each=self._each, copies=self._copies)
        self._request = options_fingerprint(options, os.fsencode(out).hex())
        self._rows = state.cropped(self._request)
        self._claimed: dict[str, str] = {}
        self._cleaned: set[str] = set()
        self._beside: tuple[str, frozenset[str]] = ("", frozenset())  # see _is_crop

    # ------------------------------------------------------------------ photos

    def items(self, roots: Sequence[str], looking: CatalogueOptions) -> Iterator[_Item]:
        """The photos; those among the new files, and crops of this profile beside their photos, are left out."""
        for root in roots:
            if not os.path.isdir(root):
                yield self._alone(root, looking)
                continue
            catalogue = Catalogue(root, looking, self._state, self._pool, self._run)
            real = os.path.realpath(root)
            for (task,) in catalogue.tasks():
                inside = os.path.join(real, task.found.folder, "")
                if inside.startswith(os.path.join(self._out, "")):
                    continue
                if not self._is_crop(inside, task.found.name):
                    folder = os.path.join(self._out, task.found.folder)
                    yield self._item(task, os.path.join(inside, task.found.name), folder)

    def _is_crop(self, folder: str, name: str) -> bool:
        """Whether a name is that of a crop of this profile, as one made alone gets it, and its photo is beside it."""
        stem, profile = os.path.splitext(os.path.splitext(name)[0])
        if profile != f".{self._profile.name}":
            return False
        if self._beside[0] != folder:
            self._beside = folder, _stems(folder)
        return stem in self._beside[1]

    def _alone(self, path: str, looking: CatalogueOptions) -> _Item:
        """A photo that was named by itself."""
        folder, name = os.path.split(path)
        catalogue = Catalogue(folder or os.curdir, looking, self._state, self._pool, self._run)
        state, now = None, ""
        try:
            state = FileState.of(os.stat(path))
            now = fingerprint({path: state}, path)
        except OSError:
            pass  # opening it says what is wrong
        found = Found(path=path, folder="", name=name, state=state, fingerprint=now)
        return self._item(Task(catalogue, found, None), absolute(path), self._out)

    def _item(self, task: Task, path: str, folder: str) -> _Item:
        if task.found.error is not None:
            return _Item(task, path, folder)
        target = self._target(path, folder, int(self._each))
        first = self._claimed.setdefault(target.casefold(), path)
        return _Item(task, path, folder, "" if first == path else first)

    def _target(self, path: str, folder: str, person: int) -> str:
        name = self._names.name(path, self._profile.name, person, copies=self._copies)
        return os.path.join(folder, name)

    # ------------------------------------------------------------------ what is done already

    def ready(self, item: _Item) -> list[CropOutcome] | None:
        """The outcomes of a photo that needs no work; None if it does."""
        found = item.task.found
        if found.error is not None:
            return [CropOutcome(photo=found.path, error=found.error)]
        if item.other:
            target = self._target(item.path, item.folder, int(self._each))
            error = NotMade(
                found.path,
                f"its crop would have the same name as that of {printable_name(item.other)}: "
                f"{printable_name(target)}",
                "choose another --name",
            )
            return [CropOutcome(photo=found.path, target=target, error=error)]
        row = self._rows.get(os.fsencode(item.path))
        if row is None or not found.fingerprint or row.fingerprint != found.fingerprint:
            return None
        said = self._run.decision(row.picture)
        if said and json.dumps(said.words()) != row.said:
            return None
        if any(one.target and _state_of(one.target) != one.state for one in row.made):
            return None
        return [self._known(found.path, one) for one in row.made]

    def _known(self, photo: str, made: Made) -> CropOutcome:
        """The outcome of a crop about which nothing has changed."""
        outcome = CropOutcome(
            photo=photo, target=made.target, person=made.person, pixels=made.pixels
        )
        if made.error:
            return attrs.evolve(outcome, error=CropRefused(photo, *made.error))
        return outcome if made.target else attrs.evolve(outcome, reason=NOBODY)

    # ------------------------------------------------------------------ new crops

    def work(self, item: _Item) -> list[CropOutcome]:
        """Make the crops of a photo."""
        found = item.task.found
        try:
            return self._cropped(item)
        except errors.StateUnusable:
            raise
        except PhototagError as error:
            return [CropOutcome(photo=found.path, error=error)]

    def _cropped(self, item: _Item) -> list[CropOutcome]:
        task, found = item.task, item.task.found
        analysis, photo_state, _ = task.catalogue.seen(found, task.row, read=True)
        said = json.dumps(analysis.decision.words())
        before = self._rows.get(os.fsencode(item.path))
        done: dict[str, Made] = {}
        if before is not None and (before.picture, before.said) == (photo_state.picture, said):
            done = {one.target: one for one in before.made if one.target}
        wanted = areas(analysis, self._profile, level=self._options.level, each=self._each)
        outcomes, made = [], []
        for area in wanted:
            outcome, one = self._one(item, area, done)
            outcomes.append(outcome)
            made.append(one)
        # Of anything else that has failed, another attempt may succeed.
        if found.fingerprint and all(one is not None for one in made):
            row = CroppedRow(
                fingerprint=found.fingerprint,
                picture=photo_state.picture,
                said=said,
                made=tuple(one for one in made if one is not None),
            )
            self._state.keep_cropped(os.fsencode(item.path), self._request, row)
        return outcomes

    def _one(
        self, item: _Item, area: Area | CropRefused, done: dict[str, Made]
    ) -> tuple[CropOutcome, Made | None]:
        """The outcome of one crop, and what to store of it; None for what may be otherwise the next time."""
        photo = item.task.found.path
        if isinstance(area, CropRefused):
            if area.problem.endswith(NOBODY):
                return CropOutcome(photo=photo, reason=NOBODY), Made(target="")
            return CropOutcome(photo=photo, error=area), _refused(area)
        target = self._target(item.path, item.folder, area.person)
        outcome = CropOutcome(photo=photo, target=target, person=area.person)
        known = done.get(target) if os.path.lexists(target) else None
        if known is not None and _state_of(target) == known.state:
            return self._known(photo, known), known
        try:
            self._make_folder(photo, item.folder)
            file = PhotoFile(photo, item.path)
            made, pixels = single.cut_out(self._pool, file, area, target, self._how, same=True)
        except CropRefused as error:
            return attrs.evolve(outcome, target="", error=error), _refused(error, area.person)
        except errors.StateUnusable:
            raise
        except PhototagError as error:
            edited = known is not None and isinstance(error, NotMade)
            told = _edited(photo, target) if edited else error
            return attrs.evolve(outcome, error=told), known if edited else None
        one = Made(target=target, state=_state_of(target), pixels=pixels, person=area.person)
        return attrs.evolve(outcome, pixels=pixels, made=made, reason=area.reason), one

    def _make_folder(self, photo: str, folder: str) -> None:
        if folder in self._cleaned:
            return
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            problem = f"the folder {printable_name(folder)} cannot be made ({error.strerror})"
            raise NotMade(photo, problem, "choose another folder") from error
        clean_folder(folder)
        self._cleaned.add(folder)


def _stems(folder: str) -> frozenset[str]:
    """The names of the photos in a folder, without their endings; none of one that was deleted meanwhile."""
    with contextlib.suppress(OSError):
        names = [name for name in os.listdir(folder) if suffix_of(name) in PHOTO_SUFFIXES]
        return frozenset(os.path.splitext(name)[0] for name in names)
    return frozenset()


def _edited(photo: str, target: str) -> NotMade:
    """The error for a crop whose picture is not the one that phototag has made."""
    problem = f"{printable_name(target)} has been changed since phototag made it"
    return NotMade(photo, problem, f"it is left as it is; {_DELETE}")


def _refused(error: CropRefused, person: int = 0) -> Made:
    return Made(target="", error=(error.problem, error.remedy), person=person)


def _state_of(target: str) -> str:
    """Size and time of a new file; empty if it cannot be seen."""
    try:
        status = os.lstat(target)
    except OSError:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}"
