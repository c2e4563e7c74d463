"""The package's log. Ids, counts and names of errors only: never a prompt, a value or a key."""

from __future__ import annotations

import logging
from typing import Final

LOGGER: Final = logging.getLogger("freeplay")
