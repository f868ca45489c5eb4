"""The versions of phototag and of its JSON, defined only here."""

__version__ = "0.1.0"
SCHEMA = 1  # version of the JSON; may only increase
