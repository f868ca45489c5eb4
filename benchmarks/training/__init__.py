"""Fits the numbers that phototag ships to labelled photographs: the calibration and the prefilter."""
