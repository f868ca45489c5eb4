"""Learning a person's own lines, simulated: how many decisions it takes, and what it costs those who need none.

Users are played by labelled photographs. Those with rules of their own kind are the repositories with at least 20 sure
photos. Contrary ones, whose line or whose words are others, are the held-out photos of a fold: their labels are moved by a
rule. Nobody's photos were among those that the calibration was fitted on.
"""

from __future__ import annotations

import collections
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from benchmarks.accuracy import scoring
from benchmarks.accuracy.report import DATE, Fit
from benchmarks.photos.folds import grouped
from benchmarks.photos.labelled import Label
from benchmarks.photos.store import rows
from phototag.analysis.decisions import line
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.decisions.evidence import Judged, log_odds_of, sides
from phototag.analysis.decisions.learning import learned
from phototag.analysis.result import evaluate
from phototag.criteria.calibration import Calibration
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Kind
from phototag.scene.measures import Scene

FOLDS: Final = 5
DRAWS: Final = 6
LEAST_PHOTOS: Final = 20  # sure ones of a repository that plays a user
LEAST_LEFT: Final = 10  # photos on which what was learned is scored
COUNTS: Final = (10, 20, 30, 50)
AT_ONCE: Final = 5  # questions near the line, sorted anew after each
LINES: Final = (0.6, 1.6)  # face heights below the chin
SLIPS: Final = 0.1
LEAST_SMILE: Final = 0.75  # smile measure below which a contrary user sees a serious face
FOLLOWED: Final = 0.9  # share of verdicts


@attrs.frozen(kw_only=True)
class Photo:
    """One photo of a user.

    Attributes:
        scene: what was detected.
        label: what everybody says.
        log_odds: how far it is from phototag's line; None if the line has no say.
        answers: phototag's, by the identity of a calibration.
    """

    scene: Scene
    label: Label
    log_odds: float | None
    answers: dict[str, dict[str, str | None]] = attrs.Factory(dict)

    @property
    def said(self) -> Decision:
        """The label as a decision."""
        label = self.label
        return Decision(
            kind=label.kind,
            shot=label.shot,
            expression=label.expression,
            environment=label.environment,
        )


@attrs.frozen(kw_only=True)
class User:
    """Somebody with photos, and the calibration that has not seen them."""

    name: str
    photos: tuple[Photo, ...]
    calibration: Calibration


@attrs.frozen(kw_only=True)
class Draw:
    """One run of one user.

    Attributes:
        user: their name.
        photos: photos that are scored: those about which nothing was decided.
        every: all photos; what was decided about the others holds.
        before, after: errors among them.
    """

    user: str
    photos: int
    every: int
    before: int
    after: int


@attrs.frozen(kw_only=True)
class Curve:
    """All runs with the same number of decisions.

    Attributes:
        decisions: that number.
        users, runs: number of users and of their runs.
        before, after: mean share of right answers.
        worst_user: largest mean loss of a user, in points; negative = even that one gains.
        worst_run: largest loss of one run, in photos.
        worst_points: the same in points.
        followed: share of runs in which at least nine verdicts in ten are the user's, those decided included.
    """

    decisions: int
    users: int
    runs: int
    before: float
    after: float
    worst_user: float
    worst_run: int
    worst_points: float
    followed: float


@attrs.frozen(kw_only=True)
class Asking:
    """How users decide, and about what.

    Attributes:
        move: what the user says of a photo.
        field: the field that is scored.
        near: asked about the photos nearest the user's current line, else about any.
        slips: share of decisions about the kind that are slips of the pen.
    """

    move: Callable[[Photo], Decision]
    field: str = "kind"
    near: bool = False
    slips: float = 0.0


Move = Callable[[Photo], Decision]


def measure(
    labels: Sequence[Label], seen: Mapping[str, Scene], fit: Fit, tell: Callable[[str], None]
) -> dict[str, list[Curve]]:
    """All curves, by what was simulated."""
    repositories, folds = _users(labels, seen, fit, tell)
    found: dict[str, list[Curve]] = {}

    def add(name: str, users: Sequence[User], asking: Asking) -> None:
        found[name] = _curves(users, asking)
        for curve in found[name]:
            tell(f"{name}: {curve}")

    for field in ("kind", "shot", "expression", "environment"):
        add(f"own rules, {field}", repositories, Asking(move=_own, field=field))
    for drawn in LINES:
        add(f"line at {drawn}, random", folds, Asking(move=_line_at(drawn)))
        add(f"line at {drawn}, near", folds, Asking(move=_line_at(drawn), near=True))
    add("own rules, slips", folds, Asking(move=_own, slips=SLIPS))
    add("expression moved", folds, Asking(move=_fewer_smiles, field="expression"))
    return found


def _users(
    labels: Sequence[Label], seen: Mapping[str, Scene], fit: Fit, tell: Callable[[str], None]
) -> tuple[list[User], list[User]]:
    """The repositories and the folds that play users."""
    sure = [label for label in labels if label.sure and label.file in seen]
    folds = grouped([label.source for label in sure], FOLDS)
    repositories: list[User] = []
    whole: list[User] = []
    for fold in range(FOLDS):
        others = [label for label, at in zip(sure, folds, strict=True) if at != fold]
        calibration = Calibration(fit(rows(others, seen), DATE))
        tell(f"fitted without fold {fold}")
        mine = [label for label, at in zip(sure, folds, strict=True) if at == fold]
        photos = [_photo(label, seen[label.file], calibration) for label in mine]
        whole.append(User(name=f"fold {fold}", photos=tuple(photos), calibration=calibration))
        by_source: dict[str, list[Photo]] = collections.defaultdict(list)
        for photo in photos:
            by_source[photo.label.source].append(photo)
        repositories += [
            User(name=source, photos=tuple(found), calibration=calibration)
            for source, found in sorted(by_source.items())
            if len(found) >= LEAST_PHOTOS
        ]
    return repositories, whole


def _photo(label: Label, scene: Scene, calibration: Calibration) -> Photo:
    return Photo(scene=scene, label=label, log_odds=log_odds_of(scene, calibration))


def _own(photo: Photo) -> Decision:
    return photo.said


def _line_at(heights: float) -> Move:
    """Headshots end so many face heights below the chin."""

    def said(photo: Photo) -> Decision:
        decision, face = photo.said, photo.scene.main_face
        if decision.kind is Kind.OTHER or photo.label.subjects != 1 or face is None:
            return decision
        below = max(0.0, 1 - face.box.bottom) / face.box.height
        if decision.kind is Kind.HEADSHOT and below > heights:
            return attrs.evolve(decision, kind=Kind.PORTRAIT)
        if decision.kind is Kind.PORTRAIT and below < heights and heights > 1:
            return attrs.evolve(decision, kind=Kind.HEADSHOT)
        return decision

    return said


def _fewer_smiles(photo: Photo) -> Decision:
    """A faint smile is a serious face."""
    decision, face = photo.said, photo.scene.main_face
    shape = face.mesh.expression if face and face.mesh else None
    faint = shape is not None and shape.mouth_width + 2 * shape.corner_lift < LEAST_SMILE
    if decision.expression is VisibleExpression.SMILE and faint:
        return attrs.evolve(decision, expression=VisibleExpression.SERIOUS)
    return decision


def _curves(users: Sequence[User], asking: Asking) -> list[Curve]:
    curves = []
    for count in COUNTS:
        runs = [
            _run(user, asking, count, random.Random(seed))
            for user in users
            for seed in range(DRAWS)
        ]
        draws = [run for run in runs if run is not None]
        if draws:
            curves.append(_curve(count, draws))
    return curves


def _run(user: User, asking: Asking, count: int, dice: random.Random) -> Draw | None:
    """One user decides about some photos; None without enough others to score."""
    move, field, near, slips = asking.move, asking.field, asking.near, asking.slips
    asked = [photo for photo in user.photos if getattr(move(photo), field) is not None]
    if len(asked) < count + LEAST_LEFT:
        return None
    dice.shuffle(asked)
    calibration = user.calibration
    decided: list[Judged] = []
    left = list(asked)
    while len(decided) < count:
        step = AT_ONCE if near else count
        if near:
            moved = line.offset(sides(decided, calibration))
            left.sort(key=lambda photo: _distance(photo, moved))
        chosen, left = left[:step], left[step:]
        decided += [
            Judged(scene=photo.scene, decision=_said(move(photo), dice, slips)) for photo in chosen
        ]
    personal = learned(decided, calibration).offsets.moved(calibration)
    return Draw(
        user=user.name,
        photos=len(left),
        every=len(asked),
        before=_errors(left, move, field, calibration),
        after=_errors(left, move, field, personal),
    )


def _distance(photo: Photo, moved: float) -> float:
    """How far a photo is from a line that is moved so far, as ``phototag review`` asks."""
    return float("inf") if photo.log_odds is None else abs(photo.log_odds + moved)


def _said(decision: Decision, dice: random.Random, slips: float) -> Decision:
    if dice.random() >= slips or decision.kind not in {Kind.HEADSHOT, Kind.PORTRAIT}:
        return decision
    other = Kind.PORTRAIT if decision.kind is Kind.HEADSHOT else Kind.HEADSHOT
    return attrs.evolve(decision, kind=other)


def _errors(photos: Sequence[Photo], move: Move, field: str, calibration: Calibration) -> int:
    return sum(
        _answer(photo, field, calibration) != getattr(move(photo), field) for photo in photos
    )


def _answer(photo: Photo, field: str, calibration: Calibration) -> str | None:
    found = photo.answers.get(calibration.identity)
    if found is None:
        analysis = evaluate(photo.label.file, photo.scene, calibration)
        found = photo.answers[calibration.identity] = scoring.answer(analysis)
    return found[field]


def _curve(count: int, draws: Sequence[Draw]) -> Curve:
    by_user: dict[str, list[Draw]] = collections.defaultdict(list)
    for draw in draws:
        by_user[draw.user].append(draw)
    losses = [
        statistics.mean((d.after - d.before) / d.photos for d in mine) for mine in by_user.values()
    ]
    return Curve(
        decisions=count,
        users=len(by_user),
        runs=len(draws),
        before=statistics.mean(1 - draw.before / draw.photos for draw in draws),
        after=statistics.mean(1 - draw.after / draw.photos for draw in draws),
        worst_user=100 * max(losses),
        worst_run=max(draw.after - draw.before for draw in draws),
        worst_points=100 * max((draw.after - draw.before) / draw.photos for draw in draws),
        followed=statistics.mean(draw.after <= (1 - FOLLOWED) * draw.every for draw in draws),
    )


def to_dict(found: Mapping[str, Sequence[Curve]]) -> dict[str, Any]:
    """The curves as JSON values."""
    return {name: [attrs.asdict(curve) for curve in curves] for name, curves in found.items()}
