"""The services of statistics, each given what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluice.server.auth.users import UserService
from sluice.server.features.statistics.counting import EVERY, CountingStatistics
from sluice.server.features.statistics.ended import Source
from sluice.server.features.statistics.service import Names, Statistics
from sluice.server.kit.database import Database
from sluice.server.kit.periodic import Periodic


@dataclass(frozen=True, slots=True)
class StatisticsServices:
    """What endpoints and pages read, and what counts beside them."""

    reading: Statistics
    counting: CountingStatistics
    periodic: Periodic


def make_statistics(
    database: Database, sources: Sequence[Source], names: Names, users: UserService
) -> StatisticsServices:
    """Statistics of these sources."""
    counting = CountingStatistics(database, sources)
    return StatisticsServices(
        reading=Statistics(database, sources, names, users),
        counting=counting,
        periodic=Periodic("statistics", counting.work, every=EVERY),
    )
