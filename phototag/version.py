"""The version of phototag, defined only here."""

__version__ = "0.1.0"
