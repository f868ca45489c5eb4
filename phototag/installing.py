"""How phototag was installed: remedies give the command that changes this very installation."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The packages of each extra that a remedy names: pipx adds packages, and knows no extras of what is installed.
PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "demo": ("scikit-image",),
    "heif": ("pillow-heif",),
    "raw": ("rawpy",),
    "review": ("starlette", "uvicorn"),
}
_PIPX: Final = "pipx_metadata.json"  # what pipx writes into an environment that it makes
_UV: Final = "uv-receipt.toml"  # what `uv tool` does


def adding(extra: str, prefix: str | None = None) -> str:
    """The command that adds an extra.

    Args:
        extra: its name, a key of ``PACKAGES``.
        prefix: the environment; None = that of this process.
    """
    prefix = sys.prefix if prefix is None else prefix
    if _has(prefix, _PIPX):
        return f"pipx inject {_name(prefix)} {' '.join(PACKAGES[extra])}"
    return installing(f"'phototag[{extra}]'", prefix)


def installing(words: str, prefix: str | None = None) -> str:
    """The command that installs packages beside phototag.

    Args:
        words: what follows ``pip install``, quoted for a shell.
        prefix: as for ``adding``.
    """
    prefix = sys.prefix if prefix is None else prefix
    if _has(prefix, _PIPX):
        return f"pipx runpip {_name(prefix)} install {words}"
    if _has(prefix, _UV):
        return f"uv pip install --python {shlex.quote(prefix)} {words}"
    return f"pip install {words}"


def _has(prefix: str, name: str) -> bool:
    try:
        return (Path(prefix) / name).is_file()  # also in the sealed process, which may open neither
    except OSError:
        return False


def _name(prefix: str) -> str:
    """The name by which pipx knows an environment."""
    return shlex.quote(Path(prefix).name)
