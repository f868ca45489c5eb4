"""Run in a process of its own by test_landmarks: mediapipe changes the process it is in.

    python landmarks.py FACE_TASK POSE_TASK

Prints what the two models find in scikit-image's astronaut, as JSON: the image's size, and lists
of [x, y] in pixels of it.
"""

import json
import sys

import mediapipe as mp
import skimage.data
from mediapipe.tasks.python import BaseOptions, vision


def main(face_task: str, pose_task: str) -> None:
    """Find one face and one body."""
    pixels = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    height, width, _ = pixels.shape
    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)
    face_options = vision.FaceLandmarkerOptions(BaseOptions(model_asset_path=face_task))
    with vision.FaceLandmarker.create_from_options(face_options) as net:
        faces = net.detect(image).face_landmarks
    pose_options = vision.PoseLandmarkerOptions(BaseOptions(model_asset_path=pose_task))
    with vision.PoseLandmarker.create_from_options(pose_options) as net:
        bodies = net.detect(image).pose_landmarks
    found = {
        name: [[(point.x * width, point.y * height) for point in points] for points in people]
        for name, people in (("faces", faces), ("bodies", bodies))
    }
    print(json.dumps(found))  # noqa: T201 - this is how the test gets it


if __name__ == "__main__":
    main(*sys.argv[1:])
