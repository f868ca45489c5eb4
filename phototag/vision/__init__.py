"""From pixels to a ``Scene``.  The only package that imports cv2, mediapipe and Pillow's decoders."""
