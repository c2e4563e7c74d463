"""What clients recorded of a test run, as numbers: for the statistics of `testruns`."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.features.sessions.attributes import Kind
from sluice.server.features.sessions.run_values_repository import RunValuesRepository, ValueCounts
from sluice.server.kit.database import Database


@dataclass(frozen=True, slots=True)
class ValueSummary:
    """One evaluation or one feedback over all recordings and traces that have it."""

    count: int
    mean: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class RunValues:
    """Numbers of one run by name, which is without the word in front; texts are left out."""

    evaluations: dict[str, ValueSummary]
    feedback: dict[str, ValueSummary]
    cases: int
    """Test cases of which something was recorded."""
    recordings: int
    """With traces."""


async def run_values(database: Database, test_run_id: int) -> RunValues:
    """The values of a test run's recordings and traces."""
    kinds = (Kind.EVALUATION.value, Kind.FEEDBACK.value)
    async with database.read() as session:
        repository = RunValuesRepository(session)
        values = await repository.values(test_run_id, kinds)
        return RunValues(
            evaluations=_of(Kind.EVALUATION, values),
            feedback=_of(Kind.FEEDBACK, values),
            cases=await repository.cases(test_run_id),
            recordings=await repository.recordings(test_run_id),
        )


def _of(kind: Kind, values: list[ValueCounts]) -> dict[str, ValueSummary]:
    found: dict[str, list[ValueCounts]] = {}
    for value in values:
        if value.values and value.name.startswith(f"{kind.value}."):
            found.setdefault(value.name.removeprefix(f"{kind.value}."), []).append(value)
    return {name: _joined(parts) for name, parts in sorted(found.items())}


def _joined(parts: list[ValueCounts]) -> ValueSummary:
    count = sum(part.values for part in parts)
    return ValueSummary(
        count=count,
        mean=sum(part.total for part in parts) / count,
        least=min(part.least for part in parts if part.least is not None),
        most=max(part.most for part in parts if part.most is not None),
    )
