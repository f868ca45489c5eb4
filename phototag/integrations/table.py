"""The applications in which phototag can be used: lists, commands and documentation follow from this table.

To add one, write its ``Application`` in a module of its own, and name it here.
"""

from __future__ import annotations

from typing import Final

from phototag.files import arguments
from phototag.integrations import file_managers, other_systems
from phototag.integrations.application import Application
from phototag.integrations.darktable import DARKTABLE
from phototag.integrations.digikam import DIGIKAM
from phototag.integrations.lightroom import LIGHTROOM

APPLICATIONS: Final[tuple[Application, ...]] = (
    DARKTABLE,
    DIGIKAM,
    LIGHTROOM,
    *file_managers.APPLICATIONS,
    *other_systems.APPLICATIONS,
)


def by_name(name: str) -> Application:
    """The application of this name; raises ``BadValue`` with all names if there is none."""
    known = {one.name: one for one in APPLICATIONS}
    return known[arguments.one_of("app", name, known)]
