"""From a verdict to words: the controlled vocabulary, the keywords of each level, lists for applications.

Writes no photos and makes no verdicts.
"""
