"""From a decoded picture to its ``Scene``: which net is run, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from phototag.scene.geometry import Box, Point
from phototag.scene.measures import Body, Face, ImageFacts, Landmark, Mesh, Scene, Skin
from phototag.vision import content, head, people_prefilter, skin, surroundings
from phototag.vision.decoding import shrink
from phototag.vision.nets import Nets
from phototag.vision.yunet import Detection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototag.vision.decoding import RGB, Picture

MASK_SIDE = 512  # px, long side for the person mask and the surroundings
MESHES = 4  # the largest faces get a mesh; the others are only counted
LEAST_MESH = 24  # px of the seen picture; the mesh of a smaller face is not reliable
LARGE_FACE = 0.4  # of the frame's height; a larger one belongs to a headshot in 95 photos of 100
MESH_SHARE = 0.25  # of the main face's area; smaller faces belong to bystanders and get no mesh


class Detector:
    """Detects scenes.  Holds the loaded nets: make one per process."""

    def __init__(self) -> None:
        self._nets = Nets()
        self._prefilter = people_prefilter.default()

    def look(self, picture: Picture) -> Scene:
        """All measures of one picture."""
        rgb = picture.rgb
        small = shrink(rgb, MASK_SIDE)
        maps = self._nets.content(small)
        seen = content.of_middle(maps)
        people = self._prefilter.may_show_people(seen)
        found = self._nets.faces(rgb, finest=people)
        meshes = [self._mesh(rgb, face, found[0], n) for n, face in enumerate(found)]
        lab = surroundings.to_lab(small[::2, ::2])  # enough pixels for colours
        mask = self._nets.person(small)
        scale = small.shape[1] / rgb.shape[1]
        corners = _corners(found[0].box * scale) if found else None
        person = surroundings.person_measures(mask, corners)
        faces = tuple(
            _face(face, mesh, self._expression(rgb, face, found[0], n), rgb)
            for n, (face, mesh) in enumerate(zip(found, meshes, strict=True))
        )
        return Scene(
            image=ImageFacts(
                width=picture.width,
                height=picture.height,
                orientation=picture.orientation,
                format=picture.format,
                seen_width=rgb.shape[1],
                seen_height=rgb.shape[0],
                **surroundings.colour_measures(lab),  # type: ignore[arg-type]
            ),
            faces=faces,
            body=self._body(small, faces),
            person=person,
            surroundings=surroundings.surroundings_measures(
                small, lab, mask, corners, content.around_people(maps, mask)
            ),
            skin=_skin(rgb, meshes),
            content=seen,
            content_below=content.below(maps),
        )

    def _mesh(
        self, rgb: RGB, face: Detection, main: Detection, number: int
    ) -> NDArray[np.float64] | None:
        if not _is_large(face, main, number) or face.box[3] < LEAST_MESH:
            return None
        return self._nets.mesh(rgb, face)

    def _expression(
        self, rgb: RGB, face: Detection, main: Detection, number: int
    ) -> tuple[float, ...] | None:
        return self._nets.expression(rgb, face) if _is_large(face, main, number) else None

    def _body(self, rgb: RGB, faces: tuple[Face, ...]) -> Body:
        """The landmarks; where a large face does not already show that the frame cuts the shoulders, more exactly."""
        exactly = not faces or faces[0].box.height < LARGE_FACE
        return Body(
            landmarks=tuple(
                Landmark(x=float(x), y=float(y), visibility=float(v))
                for x, y, v in self._nets.body(rgb, twice=exactly)
            )
        )


def _is_large(face: Detection, main: Detection, number: int) -> bool:
    """Whether a face is among the largest, and not much smaller than the main one."""
    area, largest = face.box[2] * face.box[3], main.box[2] * main.box[3]
    return number < MESHES and bool(area >= MESH_SHARE * largest)


def _face(
    found: Detection,
    mesh: NDArray[np.float64] | None,
    expression: tuple[float, ...] | None,
    rgb: RGB,
) -> Face:
    height, width = rgb.shape[:2]
    x, y, wide, high = (float(value) for value in found.box)
    points = [Point(float(px / width), float(py / height)) for px, py in found.points]
    left, top, right, bottom = _corners(found.box)
    inside = rgb[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    sharpness = 0
    if inside.size:
        grey = cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY)
        sharpness = surroundings.percentile(surroundings.gradient(grey), 0.95)
    described: Mesh | None = None if mesh is None else head.describe(mesh, width, height)
    return Face(
        box=Box(x / width, y / height, wide / width, high / height),
        score=found.score,
        right_eye=points[0],
        left_eye=points[1],
        nose=points[2],
        sharpness=float(sharpness),
        mesh=described,
        expression=expression,
    )


def _skin(rgb: RGB, meshes: list[NDArray[np.float64] | None]) -> Skin | None:
    if not meshes or meshes[0] is None:
        return None
    return skin.measure(rgb, meshes[0])


def _corners(box: NDArray[np.float64]) -> tuple[int, int, int, int]:
    x, y, wide, high = box
    return int(x), int(y), round(x + wide), round(y + high)
