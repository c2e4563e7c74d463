"""Erasing a person's data on our own API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StringConstraints

from sluice.server.features.projects.calling import KnownCaller, Owned
from sluice.server.kit.wire import Data, NoNul, StrictModel, WireModel
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Erasure"])

Original = Annotated[str, StringConstraints(min_length=1, max_length=10_000), NoNul]


class ErasureIn(StrictModel):
    """Whose data is erased: values as they stood in texts, a name and an address for example."""

    model_config = ConfigDict(hide_input_in_errors=True)

    values: Annotated[list[Original], Field(min_length=1, max_length=100, repr=False)]
    recordings: bool = False
    """Delete recordings, traces, test cases and calls that hold them, too."""


class ErasureOut(WireModel):
    """What was erased: counts."""

    values: int = 0
    originals: int = 0
    """Originals in the vault: their placeholders stand for nothing now."""
    shared_forms: int = 0
    """Surnames and the like that stay, since others use them without this person's name."""
    raw_copies: int = 0
    """Of recordings and traces, as they came."""
    restored_answers: int = 0
    """Of the gateway's calls."""
    recordings: int = 0
    traces: int = 0
    test_cases: int = 0
    calls: int = 0
    named_values: int = 0
    """Metadata, feedback and evaluations."""


@router.post("/erasures")
async def erase(
    body: ErasureIn, project: Owned, caller: KnownCaller, services: ServicesDep
) -> Data[ErasureOut]:
    """Erase a person's data by original values; the audit log keeps counts alone."""
    erased = await services.workbench.search.erasures.erase(
        project, caller, body.values, recordings=body.recordings
    )
    return Data(data=ErasureOut.model_validate(dict(erased)))
