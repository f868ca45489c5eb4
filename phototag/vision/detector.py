"""From a decoded picture to its ``Scene``: which net is run, and when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs
import cv2
import numpy as np

from phototag.scene.geometry import Box, Point
from phototag.scene.measures import Body, Face, Figure, ImageFacts, Landmark, Mesh, Scene
from phototag.vision import content, head, mouth_cover, people_prefilter, skin, surroundings
from phototag.vision.decoding import halved, shrink
from phototag.vision.nets import HEAD_POINTS, QUICK_SCORE, Nets, turned_back
from phototag.vision.yunet import Detection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB, Picture
    from phototag.vision.movenet import Bodies, Found

# px, the long side for the person mask, the surroundings and the points of the body. Pictures are mostly decoded to 960
# to 1024 px: half of that is there 15 times as fast as exactly 512 px.
MASK_SIDE, HALF_SIDE = 512, 480
NEAR_FACE = 160  # px of that picture; a larger face shows expression and mouth well enough in it
MESHES = 4  # the largest faces get a mesh; the others are only counted
LEAST_MESH = 24  # px of the seen picture; the mesh of a smaller face is not reliable
LARGE_FACE = 0.2  # of the frame's height; below a larger one, legs are hardly ever in the frame
MESH_SHARE = 0.25  # of the main face's area; smaller faces belong to bystanders and get no mesh
# A head turned by 60 degrees and more is found in a turned copy, nine times in ten with a score above .87. Upright, the
# detector then sees nothing, or draws a face on the upside-down one, with a score of up to .92 and a mesh that fits badly
# (misfit .55 to 1, of the head in the right copy .35 to .6). Of the main faces of labelled photos, 30 % score below
# .92, of the headshots 13 %.
UPRIGHT_SCORE = 0.92  # from which no copy is tried
CLEARLY = 0.03  # by which a copy's score is clearly better or worse
UPRIGHT_HEAD = 0.6  # visibility of the head for MoveNet from which no copy is tried either; upside down at most .49
BETTER_FIT, REAL_FIT = 0.05, 0.6  # cm: how much better the mesh must fit, and how well at least
# Visibility of a head from which MoveNet confirms a face. Of 2,209 detected faces, 88 have neither that nor a mesh: 50
# are hands, guitars, cakes and backs of heads, and the others are out of focus or cut off by the frame.
IN_PICTURE, IN_CROP = 0.1, 0.15  # at the face in the whole picture, and in a crop around it
CLEAREST = 5  # points of a body, as in ``Body.clearness``
LEAST_WEIGHT = 0.001  # of a point of the head in its mean
DIGITS = 4  # decimals of the numbers of a figure and of a covered mouth
MOST_CROPS = 12  # faces that are looked at once more; in a crowd, the smaller ones stay unconfirmed


@attrs.frozen(eq=False)
class Confirmed:
    """A detected face with its mesh, and whether a second net sees it (None: none was asked)."""

    detection: Detection
    mesh: NDArray[np.float64] | None
    seen: bool | None


class Detector:
    """Detects scenes.  Holds the loaded nets: make one per process."""

    def __init__(self) -> None:
        self._nets = Nets()
        self._prefilter = people_prefilter.default()
        self._mouth_cover = mouth_cover.default()

    def look(self, picture: Picture) -> Scene:
        """All measures of one picture; if it lies on its side or is upside down, of the picture turned upright."""
        rgb = picture.rgb
        small = shrink(halved(rgb, HALF_SIDE), MASK_SIDE)
        maps = self._nets.content(small)
        seen = content.of_middle(maps)
        people = self._prefilter.may_show_people(seen)
        detected = self._nets.faces(rgb, finest=people)
        bodies = self._bodies(rgb, small, detected)
        turn = self._turn(rgb, detected, bodies) if detected or people else 0
        if turn:
            rgb, small = turned_back(rgb, turn), turned_back(small, turn)
            maps = self._nets.content(small)
            seen = content.of_middle(maps)
            detected = self._nets.faces(rgb)
            bodies = self._bodies(rgb, small, detected)
        found = self._confirmed(rgb, detected, bodies)
        main = found[0].detection if found else None
        lab = surroundings.to_lab(small[::2, ::2])  # enough pixels for colours
        mask = self._nets.person(small)
        scale = small.shape[1] / rgb.shape[1]
        corners = _corners(main.box * scale) if main else None
        person = surroundings.person_measures(mask, corners)
        return Scene(
            image=ImageFacts(
                width=picture.width,
                height=picture.height,
                orientation=picture.orientation,
                format=picture.format,
                seen_width=rgb.shape[1],
                seen_height=rgb.shape[0],
                turn=turn,
                **surroundings.colour_measures(lab),  # type: ignore[arg-type]
            ),
            faces=tuple(self._face(rgb, small, face, n) for n, face in enumerate(found)),
            figures=tuple(_figure(one) for one in bodies.people),
            body=_body(bodies),
            person=person,
            surroundings=surroundings.surroundings_measures(
                small, lab, mask, corners, content.around_people(maps, mask)
            ),
            skin=skin.measure(rgb, found[0].mesh) if found and found[0].mesh is not None else None,
            content=seen,
            content_below=content.below(maps),
            content_whole=content.of_all(maps),
        )

    def _bodies(self, rgb: RGB, small: RGB, detected: list[Detection]) -> Bodies:
        """The people; more exactly where no large face shows that the frame cuts them at the hip or above."""
        exactly = not detected or detected[0].box[3] < LARGE_FACE * rgb.shape[0]
        return self._nets.bodies(small, twice=exactly)

    def _turn(self, rgb: RGB, detected: list[Detection], bodies: Bodies) -> int:
        """How far the picture is turned from upright, degrees clockwise: 0, 90, 180 or 270."""
        best = max((face.score for face in detected), default=0.0)
        if best >= UPRIGHT_SCORE:
            return 0
        if detected and _head_in_picture(bodies, detected[0], rgb) >= UPRIGHT_HEAD:
            return 0
        turn, score = self._nets.best_turn(rgb)
        if score < max(QUICK_SCORE, best - CLEARLY):
            return 0
        if score >= best + CLEARLY:
            return turn
        back = turned_back(rgb, turn)
        allowed = min(self._misfit(rgb, detected) - BETTER_FIT, REAL_FIT)
        return turn if self._misfit(back, self._nets.faces(back)) < allowed else 0

    def _misfit(self, rgb: RGB, faces: list[Detection]) -> float:
        """Of the largest face's mesh, see ``HeadPose.residual``; infinite without one."""
        mesh = self._nets.mesh(rgb, faces[0]) if faces else None
        return math.inf if mesh is None else head.fit_head(mesh).residual

    def _confirmed(self, rgb: RGB, detected: list[Detection], bodies: Bodies) -> list[Confirmed]:
        """The faces with their meshes; those that neither the mesh nor MoveNet sees come last."""
        found: list[Confirmed] = []
        looks = 0
        for number, face in enumerate(detected):
            mesh = self._mesh(rgb, face, detected[0], number)
            seen: bool | None = True
            if mesh is None and _head_in_picture(bodies, face, rgb) < IN_PICTURE:
                looks += 1
                seen = None
                if looks <= MOST_CROPS:
                    seen = self._nets.head_in_crop(rgb, face) >= IN_CROP
            found.append(Confirmed(face, mesh, seen))
        return sorted(found, key=lambda one: one.seen is False)

    def _mesh(
        self, rgb: RGB, face: Detection, main: Detection, number: int
    ) -> NDArray[np.float64] | None:
        if not _is_large(face, main, number) or face.box[3] < LEAST_MESH:
            return None
        return self._nets.mesh(rgb, face)

    def _face(self, rgb: RGB, small: RGB, face: Confirmed, number: int) -> Face:
        near, found = _enough(rgb, small, face.detection)
        expression = covered = None
        if number == 0:
            expression = self._nets.expression(near, found)
            mouth = self._nets.mouth(near, found)
            covered = round(self._mouth_cover.chance(mouth.tolist()), DIGITS)
        return _face(face, expression, covered, rgb)


def _enough(rgb: RGB, small: RGB, face: Detection) -> tuple[RGB, Detection]:
    """The reduced picture and the face in it, if that is large enough there; else both as they are."""
    scale = small.shape[1] / rgb.shape[1]
    if scale * max(face.box[2:]) < NEAR_FACE:
        return rgb, face
    return small, attrs.evolve(face, box=face.box * scale, points=face.points * scale)


def _head_in_picture(bodies: Bodies, face: Detection, rgb: RGB) -> float:
    """The highest visibility of a head among the people whose head is in the face's box; 0 without any."""
    height, width = rgb.shape[:2]
    x, y, wide, high = face.box
    return max(
        (
            one.head_visibility
            for one in map(_figure, bodies.people)
            if 0 <= one.head.x * width - x <= wide and 0 <= one.head.y * height - y <= high
        ),
        default=0.0,
    )


def _figure(found: Found) -> Figure:
    points = found.points.astype(float)
    scores = points[:, 2]
    weight = scores[:HEAD_POINTS] + LEAST_WEIGHT
    head_x, head_y = (weight @ points[:HEAD_POINTS, :2]) / weight.sum()
    (left, top), (right, bottom) = (
        np.clip(edge(points[:, :2], axis=0), 0, 1) for edge in (np.min, np.max)
    )
    numbers = (found.strength, np.sort(scores)[-CLEAREST:].mean(), scores[:HEAD_POINTS].mean())
    strength, clearness, head_visibility = (round(float(value), DIGITS) for value in numbers)
    return Figure(
        strength=strength,
        clearness=clearness,
        head=Point(round(float(head_x), DIGITS), round(float(head_y), DIGITS)),
        head_visibility=head_visibility,
        box=Box(*(round(float(v), DIGITS) for v in (left, top, right - left, bottom - top))),
    )


def _body(bodies: Bodies) -> Body:
    return Body(
        landmarks=tuple(
            Landmark(x=float(x), y=float(y), visibility=float(v)) for x, y, v in bodies.points
        )
    )


def _is_large(face: Detection, main: Detection, number: int) -> bool:
    """Whether a face is among the largest, and not much smaller than the main one."""
    area, largest = face.box[2] * face.box[3], main.box[2] * main.box[3]
    return number < MESHES and bool(area >= MESH_SHARE * largest)


def _face(
    face: Confirmed, expression: tuple[float, ...] | None, covered: float | None, rgb: RGB
) -> Face:
    found, mesh = face.detection, face.mesh
    height, width = rgb.shape[:2]
    x, y, wide, high = (float(value) for value in found.box)
    points = [Point(float(px / width), float(py / height)) for px, py in found.points]
    left, top, right, bottom = _corners(found.box)
    inside = rgb[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    sharpness = 0
    if inside.size:
        grey = cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY)
        sharpness = surroundings.percentile(surroundings.gradient(grey), 0.95)
    described: Mesh | None = None
    if mesh is not None:
        described = head.describe(mesh, width, height)
    return Face(
        box=Box(x / width, y / height, wide / width, high / height),
        score=found.score,
        right_eye=points[0],
        left_eye=points[1],
        nose=points[2],
        sharpness=float(sharpness),
        confirmed=face.seen,
        mesh=described,
        expression=expression,
        covered=covered,
    )


def _corners(box: NDArray[np.float64]) -> tuple[int, int, int, int]:
    x, y, wide, high = box
    return int(x), int(y), round(x + wide), round(y + high)
