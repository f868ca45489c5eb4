"""Measures phototag on labelled photographs, and fits its calibration to them.

``python -m benchmarks --help`` lists the commands.  Nothing here is part of the installed package.
"""
