"""Learns a person's own lines from their decisions: scenes and decisions in, a few offsets and their evidence out.

It reads no photos and no state, and judges nothing itself: what it learns moves numbers of the calibration.
"""
