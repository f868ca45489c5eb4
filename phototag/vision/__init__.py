"""From pixels to a ``Scene``.  The only importer of cv2, mediapipe and Pillow's decoders."""
