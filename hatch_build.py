"""The build hooks: models are put in place before a wheel or an editable install is made; the README becomes a description."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

from model_build import ModelBuildError
from model_build.supply import supply_models


class ModelsHook(BuildHookInterface[Any]):
    """Calls `model_build.supply`; everything there is to know stands there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Run before the files of the wheel are collected."""
        target = Path(self.root, "phototag", "vision", "models")
        try:
            report = supply_models(target, os.environ)
        except ModelBuildError as error:
            # A message for people; a traceback would only bury it.
            self.app.abort(f"phototag: {error}")
        else:
            self.app.display_info(f"phototag: {report}")


class ReadmeHook(MetadataHookInterface):
    """Makes the description of the package from the README."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Run whenever the metadata of the project are asked for."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": description(text)}


_COMMENT: Final = re.compile(r"^<!--.*-->\n", re.MULTILINE)
#: Pictures, and the small print below them.
_PICTURES: Final = re.compile(
    r"^(?:\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?\n)+(?:<sub>.*\n)?\n", re.MULTILINE
)
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")


def description(readme: str) -> str:
    """The README without what leads nowhere outside the repository.

    An index shows the text alone: no pictures, nor links to other files of the repository, of which only the words stay.
    """
    return _LINK.sub(r"\1", _PICTURES.sub("", _COMMENT.sub("", readme)))
