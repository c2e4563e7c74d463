"""What every module of the package shares."""

import logging
from typing import Final

LOGGER: Final[logging.Logger] = logging.getLogger("liminal")
"""Carries the device code messages at INFO, and paths, statuses and times at DEBUG; never text,
never a credential."""

SOURCE: Final[str] = "sdk"
"""What the wire calls the origin of threads and prompts that come from a program."""
