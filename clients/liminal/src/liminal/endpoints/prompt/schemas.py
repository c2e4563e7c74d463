"""The envelopes of the prompt calls."""

from __future__ import annotations

from dataclasses import dataclass

from liminal.endpoints.prompt.models import (
    AnalysisFindings,
    CleanseData,
    HydrateData,
    SubmitData,
)
from liminal.helpers.schema import BaseResponseSchema


@dataclass(frozen=True, kw_only=True, repr=False)
class AnalyzeResponse(BaseResponseSchema):
    """`POST /api/v1/prompts/analyze`."""

    data: AnalysisFindings


@dataclass(frozen=True, kw_only=True, repr=False)
class CleanseResponse(BaseResponseSchema):
    """`POST /api/v1/prompts/cleanse`."""

    data: CleanseData


@dataclass(frozen=True, kw_only=True, repr=False)
class HydrateResponse(BaseResponseSchema):
    """`POST /api/v1/prompts/hydrate`."""

    data: HydrateData


@dataclass(frozen=True, kw_only=True, repr=False)
class SubmitResponse(BaseResponseSchema):
    """`POST /api/v1/prompts/submit` without streaming."""

    data: SubmitData
