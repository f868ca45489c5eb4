"""Run in a process of its own by test_landmarks: mediapipe changes the process it is in.

    python landmarks.py FACE_TASK

Prints the faces that the model finds in scikit-image's astronaut, as JSON: for each a list of
[x, y] in pixels of the picture.
"""

import json
import sys

import mediapipe as mp
import skimage.data
from mediapipe.tasks.python import BaseOptions, vision


def main(task: str) -> None:
    """Find one face."""
    pixels = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    height, width, _ = pixels.shape
    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)
    options = vision.FaceLandmarkerOptions(BaseOptions(model_asset_path=task))
    with vision.FaceLandmarker.create_from_options(options) as net:
        faces = net.detect(image).face_landmarks
    found = [[(point.x * width, point.y * height) for point in points] for points in faces]
    print(json.dumps(found))  # noqa: T201 - this is how the test gets it


if __name__ == "__main__":
    main(*sys.argv[1:])
