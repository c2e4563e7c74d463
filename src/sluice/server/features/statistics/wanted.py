"""What is summed, and over which hours and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sluice.server.features.statistics.sums import Grain


class Stretch(NamedTuple):
    """Hours or days from one moment to before another."""

    grain: Grain
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Of:
    """What is summed; None: everything."""

    source: str | None = None
    space_id: int | None = None
    """The own conversation of a project; 0: what is in none."""
    model_instance_id: int | None = None
    """0: what has none."""
