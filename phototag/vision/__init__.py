"""From the bytes of a picture to a ``Scene``: decoding, neural nets, measures, and the nets' files (``models/``).

The only package that imports cv2, mediapipe and ONNX Runtime. It judges nothing, and is given bytes, never the path of a
photo.
"""
