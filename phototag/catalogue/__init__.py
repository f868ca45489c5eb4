"""Whole trees of photos: finding them, tagging what is new, and all that is remembered about them.

The state file holds the runs and what each has written, decisions, scenes, lists and crops; `checking` compares it with the
photos. Nothing here decodes a picture, nor reads or makes metadata: the worker does. In a folder, what is tagged or decided
is written only after the run log says so, which is what `undo` goes by.
"""
