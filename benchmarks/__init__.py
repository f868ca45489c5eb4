"""Measures phototag on labelled photographs, and fits its calibration to them.

``photos`` holds the labels and what was seen; ``training`` fits numbers; ``accuracy``, ``speed`` and
``faults`` measure.  ``python -m benchmarks --help`` lists the commands.  Nothing here is part of the
installed package.
"""
