"""Whole trees of photos: finding them, tagging what is new, and all that is remembered about them.

The state file holds the runs and what each has written, decisions, scenes, lists and crops; `checking` compares it with the
photos. Nothing here looks into a picture or its metadata: the worker does. A photo is written only after the run log says so,
which is what `undo` goes by.
"""
