"""From a decoded picture to its ``Scene``: which net is run, and when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs
import cv2
import numpy as np

from phototag.scene.geometry import Box, Point
from phototag.scene.measures import Body, Face, Figure, ImageFacts, Landmark, Mesh, Scene
from phototag.vision import (
    content,
    face_search,
    head,
    mouth_cover,
    people_prefilter,
    skin,
    surroundings,
)
from phototag.vision.decoding import halved, shrink
from phototag.vision.figures import figure, head_in, upright
from phototag.vision.nets import Nets, turned_back
from phototag.vision.yunet import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB, Picture
    from phototag.vision.movenet import Bodies
    from phototag.vision.nets import FacePass

# px, the long side for the person mask, the surroundings and the points of the body. Pictures are mostly decoded to 960
# to 1024 px: half of that is there 15 times as fast as exactly 512 px.
MASK_SIDE, HALF_SIDE = 512, 480
NEAR_FACE = 160  # px of that picture; a larger face shows expression and mouth well enough in it
LEAST_MESH = 24  # px of the seen picture; the mesh of a smaller face is not reliable
# The body's points are looked for in the mirror image, too, if the largest face has less than this part of the frame's
# height (below a larger one, legs are hardly ever in the frame), and there are few faces.
LARGE_FACE, FEW = 0.2, 2
SURE = 0.9  # score of a face that needs no second net: of 1,446 faces with a higher one, one is not confirmed
# A less sure face in which MoveNet sees no head is tried with the mesh, if it is among the largest and not much smaller than the
# largest of all; else by MoveNet on a crop.
MESHES, MESH_SHARE = 4, 0.25  # of the largest face's area
# A head turned by 60 degrees and more is found in a turned copy, nine times in ten with a score above .87. Upright, the
# detector then sees nothing, or draws a face on the upside-down one, with a score of up to .92 and a mesh that fits badly
# (misfit .55 to 1, of the head in the right copy .35 to .6). Of the main faces of labelled photos, 30 % score below
# .92, of the headshots 13 %.
UPRIGHT_SCORE = 0.92  # from which no copy is tried
CLEARLY = 0.03  # by which a copy's score is clearly better or worse
BETTER_FIT, REAL_FIT = 0.05, 0.6  # cm: how much better the mesh must fit, and how well at least
# Visibility of a head from which MoveNet confirms a face. Of 2,209 detected faces, 88 have neither that nor a mesh: 50
# are hands, guitars, cakes and backs of heads, and the others are out of focus or cut off by the frame.
IN_PICTURE, IN_CROP = 0.1, 0.15  # at the face in the whole picture, and in a crop around it
DIGITS = 4  # decimals of the probability of a covered mouth
MOST_CROPS = 12  # faces that are looked at once more; in a crowd, the smaller ones stay unconfirmed


@attrs.frozen(eq=False)
class Confirmed:
    """A detected face, its mesh if it was needed, and whether a second net sees it (None: none was asked)."""

    detection: Detection
    mesh: NDArray[np.float64] | None
    seen: bool | None


@attrs.frozen(eq=False)
class Glance:
    """What one pass of each net sees.

    Attributes:
        maps: of the content net.
        bodies, figures: people as the body net sees them.
        first: the face detector's first pass.
    """

    maps: list[NDArray[np.float32]]
    bodies: Bodies
    figures: tuple[Figure, ...]
    first: FacePass

    @property
    def inputs(self) -> tuple[float, ...]:
        """What the prefilter decides by."""
        return people_prefilter.inputs(content.of_middle(self.maps), self.figures, self.first)


class Detector:
    """Detects scenes.  Holds the loaded nets: make one per process."""

    def __init__(self) -> None:
        self._nets = Nets()
        self._prefilter = people_prefilter.default()
        self._mouth_cover = mouth_cover.default()

    def look(self, picture: Picture) -> Scene:
        """All measures of one picture; if it lies on its side or is upside down, of the picture turned upright."""
        rgb = picture.rgb
        small = reduced_for_nets(rgb)
        seen = self.glance(rgb, small)
        people = self._may_show_people(seen)
        detected = self._faces(rgb, seen) if people else []
        turn = self._turn(rgb, detected, seen.bodies) if people else 0
        if turn:
            rgb, small = turned_back(rgb, turn), turned_back(small, turn)
            seen = self.glance(rgb, small)
            detected = self._faces(rgb, seen)
        maps, figures, bodies = seen.maps, seen.figures, seen.bodies
        if people and _legs_count(rgb, detected):
            bodies = self._nets.bodies_exactly(small, bodies)
        found = self._confirmed(rgb, detected, figures)
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
            figures=figures,
            body=_body(bodies),
            person=person,
            surroundings=surroundings.surroundings_measures(
                small, lab, mask, corners, content.around_people(maps, mask)
            ),
            skin=skin.measure(rgb, found[0].mesh) if found and found[0].mesh is not None else None,
            content=content.of_middle(maps),
            content_below=content.below(maps),
            content_whole=content.of_all(maps),
        )

    def glance(self, rgb: RGB, small: RGB) -> Glance:
        """One pass of the nets that see people, over a picture and the same one reduced for the nets."""
        bodies = self._nets.bodies(small)
        return Glance(
            maps=self._nets.content(small),
            bodies=bodies,
            figures=tuple(map(figure, bodies.people)),
            first=self._nets.faces_at(rgb, face_search.FIRST),
        )

    def _may_show_people(self, seen: Glance) -> bool:
        return bool(seen.first.seen) or self._prefilter.may_show_people(seen.inputs)

    def _faces(self, rgb: RGB, seen: Glance) -> list[Detection]:
        return face_search.find(self._nets, rgb, seen.figures, seen.first)

    def _turn(self, rgb: RGB, detected: list[Detection], bodies: Bodies) -> int:
        """How far the picture is turned from upright, degrees clockwise: 0, 90, 180 or 270."""
        best = max((face.score for face in detected), default=0.0)
        if best >= UPRIGHT_SCORE:
            return 0
        if upright(bodies, rgb):
            return 0
        turn, score = face_search.best_turn(self._nets, rgb)
        if score < max(face_search.SURE_SCORE, best - CLEARLY):
            return 0
        if score >= best + CLEARLY:
            return turn
        back = turned_back(rgb, turn)
        first = self._nets.faces_at(back, face_search.FIRST)
        faces = face_search.find(self._nets, back, (), first)
        allowed = min(self._misfit(rgb, detected) - BETTER_FIT, REAL_FIT)
        return turn if self._misfit(back, faces) < allowed else 0

    def _misfit(self, rgb: RGB, faces: list[Detection]) -> float:
        """Of the largest face's mesh, see ``HeadPose.residual``; infinite without one."""
        mesh = self._nets.mesh(rgb, faces[0]) if faces else None
        return math.inf if mesh is None else head.fit_head(mesh).residual

    def _confirmed(
        self, rgb: RGB, detected: list[Detection], figures: Sequence[Figure]
    ) -> list[Confirmed]:
        """The faces; those that neither MoveNet nor the mesh sees come last. The first has its mesh."""
        found: list[Confirmed] = []
        looks = 0
        for number, face in enumerate(detected):
            mesh = None
            seen: bool | None = True
            if face.score < SURE and _head_in_picture(figures, face, rgb) < IN_PICTURE:
                mesh = self._mesh(rgb, face) if _is_large(face, detected[0], number) else None
                if mesh is None:
                    looks += 1
                    seen = (
                        self._nets.head_in_crop(rgb, face) >= IN_CROP
                        if looks <= MOST_CROPS
                        else None
                    )
            found.append(Confirmed(face, mesh, seen))
        found.sort(key=lambda one: one.seen is False)
        if found and found[0].mesh is None and found[0].seen:
            found[0] = attrs.evolve(found[0], mesh=self._mesh(rgb, found[0].detection))
        return found

    def _mesh(self, rgb: RGB, face: Detection) -> NDArray[np.float64] | None:
        return self._nets.mesh(rgb, face) if face.box[3] >= LEAST_MESH else None

    def _face(self, rgb: RGB, small: RGB, face: Confirmed, number: int) -> Face:
        near, found = _enough(rgb, small, face.detection)
        expression = covered = None
        if number == 0:
            expression = self._nets.expression(near, found)
            mouth = self._nets.mouth(near, found)
            covered = round(self._mouth_cover.chance(mouth.tolist()), DIGITS)
        return _face(face, expression, covered, rgb)


def _legs_count(rgb: RGB, detected: list[Detection]) -> bool:
    """Whether the body's points tell where the frame cuts one or two people, or whether it does."""
    small = not detected or detected[0].box[3] < LARGE_FACE * rgb.shape[0]
    return small and len(detected) <= FEW


def reduced_for_nets(rgb: RGB) -> RGB:
    """The picture as the body net, the content net and the person mask get it."""
    return shrink(halved(rgb, HALF_SIDE), MASK_SIDE)


def _enough(rgb: RGB, small: RGB, face: Detection) -> tuple[RGB, Detection]:
    """The reduced picture and the face in it, if that is large enough there; else both as they are."""
    scale = small.shape[1] / rgb.shape[1]
    if scale * max(face.box[2:]) < NEAR_FACE:
        return rgb, face
    return small, attrs.evolve(face, box=face.box * scale, points=face.points * scale)


def _head_in_picture(figures: Sequence[Figure], face: Detection, rgb: RGB) -> float:
    """The highest visibility of a head among the people whose head is in the face's box; 0 without any."""
    return max((one.head_visibility for one in figures if head_in(face, one, rgb)), default=0.0)


def _body(bodies: Bodies) -> Body:
    return Body(
        landmarks=tuple(
            Landmark(x=float(x), y=float(y), visibility=float(v)) for x, y, v in bodies.points
        )
    )


def _is_large(face: Detection, first: Detection, number: int) -> bool:
    """Whether a face is among the largest, and not much smaller than the largest of all."""
    area, largest = face.box[2] * face.box[3], first.box[2] * first.box[3]
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
