"""Files on disk: the formats, reading whole files, replacing them in one step, names of sidecars.

Also checks what callers pass: paths and other arguments. It does not interpret metadata or pictures. No other part of
phototag replaces or deletes a photo.
"""

from __future__ import annotations

import os

StrPath = str | os.PathLike[str]
"""A path, as callers may give it."""
