"""What one photo may take before it is given up."""

from __future__ import annotations

import attrs

MEGABYTE = 1 << 20
MOST_XMP = 16 * MEGABYTE  # bytes; the largest of real programs, with masks in them, stay below


@attrs.frozen(kw_only=True)
class Limits:
    """What one photo may take; beyond it there is an error for that photo, and the run goes on.

    Attributes:
        pixels: of a picture; larger ones are refused before decoding.
        seconds: from the request to the answer; the sealed process is ended then.
        memory: MB that the sealed process may take altogether, of which some 300 are its own; on
            Linux.  A picture of 250 million pixels needs about 2,500.
    """

    pixels: int = 250_000_000
    seconds: float = 60.0
    memory: int = 4096
