"""Running a command inside the test's process, and a terminal that is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from sluice.cli.main import app

MAIL = "nobody@example.org"


def run(
    *arguments: str, typed: str | bytes | None = None, settings: Mapping[str, str] | None = None
) -> Result:
    """Call a command with these settings only."""
    cleared = {name: None for name in os.environ if name.startswith("SLUICE_")}
    environment = {**cleared, **(settings or {})}
    return CliRunner().invoke(app, list(arguments), input=typed, env=environment)


def mode_of(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)
