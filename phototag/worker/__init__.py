"""The sealed process: native code never runs in the caller's process.

Decoders, nets and exiv2 run in a child process (``sealed``). A crash or a hang costs one photo, and the child's output
goes to ``logging``. The caller opens and replaces files; the child gets their contents, and on Linux can open, write,
connect to and start nothing. The caller's process never imports cv2, mediapipe or
pyexiv2, and numpy only where it learns from decisions (``analysis.decisions``).
"""
