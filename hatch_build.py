"""The build hook: the models are put in place before a wheel or an editable install is made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from model_build import ModelBuildError
from model_build.supply import supply_models


class ModelsHook(BuildHookInterface[Any]):
    """Calls `model_build.supply`; everything there is to know stands there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Run before the files of the wheel are collected."""
        target = Path(self.root, "phototag", "models")
        try:
            report = supply_models(target, os.environ)
        except ModelBuildError as error:
            # A message for people; a traceback would only bury it.
            self.app.abort(f"phototag: {error}")
        else:
            self.app.display_info(f"phototag: {report}")
