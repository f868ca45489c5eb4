"""The groups of options: the headings of help texts and of the documentation."""

from __future__ import annotations

import enum


class Group(enum.StrEnum):
    """What an option is about, as the heading above it says; in the order in which help texts show them."""

    ACTION = "What to do"
    PHOTOS = "Which photos"
    CROP = "The crop"
    PAGE = "The page"
    WORDS = "What is written"
    FILES = "How files are written"
    JUDGING = "How photos are judged"
    RUNS = "Earlier and other runs"
    SPEED = "Speed and limits"
    OUTPUT = "What is printed"
    GENERAL = "General"
