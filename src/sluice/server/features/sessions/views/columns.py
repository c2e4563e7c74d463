"""Which columns a view may show."""

from __future__ import annotations

from typing import Final

from pydantic.alias_generators import to_camel

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.calls.schemas import CallOut
from sluice.server.features.sessions.search.schemas import FoundRecording, FoundSession
from sluice.server.features.sessions.views.schemas import ViewOf

COLUMNS: Final = {
    ViewOf.SESSIONS: frozenset(map(to_camel, FoundSession.model_fields)),
    ViewOf.RECORDINGS: frozenset(map(to_camel, FoundRecording.model_fields)),
    ViewOf.CALLS: frozenset(map(to_camel, CallOut.model_fields)),
}
"""The fields of a row of each list."""


def refuse_unknown(target: ViewOf, columns: list[str]) -> None:
    """Raise `Unprocessable` for a column that lists of this kind do not have."""
    known = COLUMNS[target]
    wrong = [place for place, name in enumerate(columns) if name not in known]
    if wrong:
        told = f"is no column of {target}; there are {', '.join(sorted(known))}"
        problems = [Problem(f"columns[{place}]", told) for place in wrong]
        raise Unprocessable("The view cannot be saved.", errors=problems)
