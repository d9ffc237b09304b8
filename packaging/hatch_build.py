"""Compile the translations when a wheel or an editable install is built."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling calls before a build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue that is newer than its compiled form."""
        runpy.run_path(str(Path(self.root, "packaging", "catalogues.py")))["compile_all"]()
