"""From a verdict to words: the controlled vocabulary, what is claimed at which level, lists for applications.

Writes no photo, and decides nothing about one.
"""
