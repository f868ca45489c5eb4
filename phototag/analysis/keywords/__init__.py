"""From a verdict to words: the controlled vocabulary, and the keywords of each level.

It makes no verdicts and writes nothing: lists and filters for applications are in `integrations`.
"""
