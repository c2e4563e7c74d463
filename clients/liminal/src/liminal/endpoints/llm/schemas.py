"""The envelopes of the model instance calls."""

from __future__ import annotations

from dataclasses import dataclass

from liminal.endpoints.llm.models import ModelInstance
from liminal.helpers.schema import BaseResponseSchema


@dataclass(frozen=True, kw_only=True, repr=False)
class GetAvailableModelInstancesResponse(BaseResponseSchema):
    """`GET /api/v1/model-instances`."""

    data: list[ModelInstance]
