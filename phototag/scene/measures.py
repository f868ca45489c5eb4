"""What was detected in a picture, as numbers: no pixels, no nets, no judgement.

Points and boxes are fractions of the upright picture (x right, y down); see also ``ImageFacts.turn``.  Angles are in degrees:
yaw > 0 = nose towards the right edge of the picture, pitch > 0 = chin up, roll > 0 = clockwise.
Lengths in a face are in *eye distances* (outer corner to outer corner) after the head has been
turned to the front.  "The seen picture" is the reduced picture on which all measures are taken.
"""

from __future__ import annotations

import attrs

from phototag.scene.geometry import Box, Point

# Raise it when a measure is new or changes its meaning: stored scenes are then detected again.
SCENE_VERSION = 9


@attrs.frozen(kw_only=True)
class ImageFacts:
    """The picture as a whole.

    Attributes:
        width, height: pixels of the upright picture at full resolution.
        orientation: Exif orientation of the stored pixels, 1..8 (1 = stored upright).
        format: name of the file format (``JPEG`` ...), or ``array``.
        seen_width, seen_height: pixels of the seen picture.
        turn: degrees clockwise, 0, 90, 180 or 270, by which the heads in the picture are turned from upright. The
            picture is turned back before it is measured: every point and box is one of the picture turned back.
        chroma: 95th percentile of the CIE LAB chroma; below about 4 no colour is visible.
        hue_spread: spread of the hues, 0 (one hue) to 1 (evenly around the colour wheel), weighted by chroma; None in
            a picture without colour.
    """

    width: int
    height: int
    orientation: int
    format: str
    seen_width: int
    seen_height: int
    turn: int = 0
    chroma: float
    hue_spread: float | None

    @property
    def aspect_ratio(self) -> float:
        """Width / height."""
        return self.width / self.height


@attrs.frozen(kw_only=True)
class HeadPose:
    """How the head is turned.

    Attributes:
        yaw, pitch, roll: degrees; the mesh compresses yaw: a full profile gives 43 to 50.
        residual: misfit between the mesh and an average head, in cm of that head: 0.35 to 0.75 for nine faces in ten,
            more for objects that are not faces.
    """

    yaw: float
    pitch: float
    roll: float
    residual: float


@attrs.frozen(kw_only=True)
class Expression:
    """Visible features of the face; never an emotion.

    Attributes:
        mouth_width, mouth_open, lip_height: eye distances.
        corner_lift: height of the corners of the mouth above its middle, eye distances.
        eye_open_left, eye_open_right: height / width of the subject's left and right eye.
    """

    mouth_width: float
    mouth_open: float
    lip_height: float
    corner_lift: float
    eye_open_left: float
    eye_open_right: float


@attrs.frozen(kw_only=True)
class Mesh:
    """What the face mesh adds to a detected face.

    Attributes:
        pose: how the head is turned.
        expression: visible features.
        gaze: position of the irises in the eyes, in half eye widths; x > 0 = to the right edge of the picture, y > 0
            = down; (0, 0) = looking straight ahead.
        chin: lowest point of the mesh.
        left_eye, right_eye: centres of the irises of the subject's left and right eye.
        outline: the oval of the face, clockwise from the forehead.
    """

    pose: HeadPose
    expression: Expression
    gaze: Point
    chin: Point
    left_eye: Point
    right_eye: Point
    outline: tuple[Point, ...]


@attrs.frozen(kw_only=True)
class Face:
    """One detected face.

    Attributes:
        box: forehead to chin and ear to ear, as given by the detector.
        score: the detector's own confidence, 0..1.
        left_eye, right_eye, nose: points given by the detector; left and right are the subject's.
        sharpness: 95th percentile of the gradient in the box, 8-bit levels per pixel of the seen
            picture.
        mesh: of the main face, if one is found; of others only where it was needed to confirm them.
        confirmed: whether the face is sure by its score, or a second net, the mesh or MoveNet, also sees it; None if
            none was asked.
        expression: the expression net's seven scores for the face, which add up to 1; inputs of the criterion mood, of
            no meaning by themselves; only of the main face.
        covered: probability that something covers the mouth, 0..1; only of the main face.
    """

    box: Box
    score: float
    left_eye: Point
    right_eye: Point
    nose: Point
    sharpness: float
    confirmed: bool | None = None
    mesh: Mesh | None = None
    expression: tuple[float, ...] | None = None
    covered: float | None = None


@attrs.frozen(kw_only=True)
class Landmark:
    """One point of the body; it may lie a little outside the frame.

    Attributes:
        x, y: fractions of the upright picture.
        visibility: the net's score for the point, 0..1: low for a point that is hidden or outside the frame.
    """

    x: float
    y: float
    visibility: float

    @property
    def inside(self) -> bool:
        """Whether the point lies within the frame."""
        return 0 <= self.x <= 1 and 0 <= self.y <= 1


HAIR = 0.27  # assumed height of the hair above the face box / height of the box, without a mask

# The order of the COCO data set, without the points of the head (0 to 4); left and right are the subject's.
BODY_POINTS = {
    "left_shoulder": 5,
    "right_shoulder": 6,
    "left_elbow": 7,
    "right_elbow": 8,
    "left_wrist": 9,
    "right_wrist": 10,
    "left_hip": 11,
    "right_hip": 12,
    "left_knee": 13,
    "right_knee": 14,
    "left_ankle": 15,
    "right_ankle": 16,
}


@attrs.frozen(kw_only=True)
class Body:
    """The body of one person: 17 landmarks in the order of the COCO data set, nose first."""

    landmarks: tuple[Landmark, ...]

    def __getitem__(self, name: str) -> Landmark:
        """Return the landmark with this name, see ``BODY_POINTS``; KeyError for any other name."""
        return self.landmarks[BODY_POINTS[name]]

    def visibility(self, part: str) -> float:
        """Highest visibility in a pair (``hip``, ``knee`` ...) inside the frame; 0 if both are outside."""
        return max((point.visibility for point in self.pair(part) if point.inside), default=0.0)

    def pair(self, part: str) -> tuple[Landmark, Landmark]:
        """The left and the right landmark of a pair (``hip``, ``knee`` ...)."""
        return self[f"left_{part}"], self[f"right_{part}"]

    @property
    def clearness(self) -> float:
        """Mean visibility of the five most visible landmarks, 0..1: high only where there is a person."""
        best = sorted((point.visibility for point in self.landmarks), reverse=True)[:5]
        return sum(best) / len(best)


@attrs.frozen(kw_only=True)
class Figure:
    """A person seen as a body, with or without a face: from behind, as a silhouette, with a hidden head.

    Attributes:
        strength: the net's score for the middle of a person there, 0..1.
        clearness: mean visibility of the five most visible of its points, 0..1.
        head: where its head is: the mean of five points of the head, by their visibility.
        head_visibility: mean visibility of these five points, 0..1.
        box: around its points, as far as they are inside the frame.
    """

    strength: float
    clearness: float
    head: Point
    head_visibility: float
    box: Box


@attrs.frozen(kw_only=True)
class Person:
    """The pixels that belong to people.

    Attributes:
        share: part of the picture, 0..1.
        undecided: of the pixels that show any trace of a person, the part that is uncertain, 0..1; about .06 with
            people in the picture, .33 without.
        lower_edge: part of the frame's lower edge that people touch, 0..1.
        box: around the largest connected piece; None if there is none.
        crown: y of the top of the main person's hair or hat, straight above the main face; None without a face, or if
            the mask does not reach that far up.
    """

    share: float
    undecided: float
    lower_edge: float
    box: Box | None
    crown: float | None


@attrs.frozen(kw_only=True)
class Surroundings:
    """The picture outside the people.

    Attributes:
        share: part of the picture, 0..1.
        residual, residual_90, residual_99: percentiles (median first) of the LAB distance (Delta
            E) from a smooth colour surface: small = a plain background.
        edges: part of the surroundings with a clear gradient, 0..1.
        edge_sharpness: gradient / gradient after a Gaussian of 1.6 px at the strongest edges:
            about 1 = blurred, above 2 = sharp; None without enough edges.
        detail_ratio: Laplacian's 95th percentile, surroundings / main face; None without a face.
        sharpness: 95th percentile of the gradient, 8-bit levels per pixel of the seen picture.
        colour: the median colour as ``#rrggbb``.
        sky: part of the surroundings in the top third that looks like a clear sky, 0..1.
        green: part of the surroundings that has the colour of leaves and grass, 0..1.
        content: means of the content net's maps around the people; a single number means little.
    """

    share: float
    residual: float
    residual_90: float
    residual_99: float
    edges: float
    edge_sharpness: float | None
    detail_ratio: float | None
    sharpness: float
    colour: str
    sky: float
    green: float
    content: tuple[float, ...]


@attrs.frozen(kw_only=True)
class Skin:
    """The main face's skin, measured on cheeks and forehead.

    Attributes:
        texture_ratio: mean absolute detail finer than 2 px, skin / eyes: small = smooth skin in a
            sharp picture.
        evenness: standard deviation of CIE a and b together; small = one even tone.
        eye_sharpness: 95th percentile of the gradient at the eyes, as ``Face.sharpness``.
    """

    texture_ratio: float
    evenness: float
    eye_sharpness: float


@attrs.frozen(kw_only=True)
class Scene:
    """Everything that was detected in one picture.

    Attributes:
        faces: largest first, but those that no second net confirms come last; the first is the *main* face.
        figures: people seen as bodies, clearest first; most of them also have a face in ``faces``.
        body: landmarks of the clearest person. The net always gives some: see ``Body.clearness``.
        surroundings: None if people fill the frame.
        skin: None without a mesh or with too few pixels.
        content: means of the content net's earlier map over the middle of the picture.
        content_below: the same over its lower part.
        content_whole: the same over all of it.
        version: ``SCENE_VERSION`` of the software that made the scene.
    """

    image: ImageFacts
    faces: tuple[Face, ...]
    figures: tuple[Figure, ...]
    body: Body
    person: Person
    surroundings: Surroundings | None
    skin: Skin | None
    content: tuple[float, ...]
    content_below: tuple[float, ...]
    content_whole: tuple[float, ...]
    version: int = SCENE_VERSION

    @property
    def main_face(self) -> Face | None:
        """The first face, the largest that is confirmed."""
        return self.faces[0] if self.faces else None

    @property
    def chin(self) -> float | None:
        """Y of the main face's chin."""
        face = self.main_face
        if face is None:
            return None
        return face.mesh.chin.y if face.mesh else face.box.bottom

    @property
    def crown(self) -> float | None:
        """Y of the top of the main person's hair; estimated if the mask does not show it."""
        face = self.main_face
        if face is None:
            return None
        if self.person.crown is not None:
            return self.person.crown
        return max(0.0, face.box.y - HAIR * face.box.height)

    @property
    def head_height(self) -> float | None:
        """Chin to crown / height of the frame."""
        chin, crown = self.chin, self.crown
        return None if chin is None or crown is None else max(0.0, chin - crown)
