"""What the endpoints about calls, usage and settings of API tokens work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from sluice.server.features.proxy.calls.reading import RecordedCalls
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.features.proxy.limits.key_settings import KeySettingsService
from sluice.server.kit.database import Database


@dataclass(frozen=True, slots=True)
class Records:
    """Wired as `app.state.records`."""

    database: Database
    calls: RecordedCalls
    key_settings: KeySettingsService
    refused: RefusedPaths


async def records_of(request: Request) -> Records:
    """Those of the application that answers this request.

    Asynchronous, since FastAPI would ask any other function in a thread.
    """
    records: Records = request.app.state.records
    return records


RecordsDep = Annotated[Records, Depends(records_of)]
