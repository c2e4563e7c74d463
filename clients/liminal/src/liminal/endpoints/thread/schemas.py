"""The envelopes of the thread calls."""

from __future__ import annotations

from dataclasses import dataclass

from liminal.endpoints.thread.models import Thread
from liminal.helpers.schema import BaseResponseSchema


@dataclass(frozen=True, kw_only=True, repr=False)
class CreateThreadResponse(BaseResponseSchema):
    """`POST /api/v1/threads`."""

    data: Thread


@dataclass(frozen=True, kw_only=True, repr=False)
class GetAvailableThreadsResponse(BaseResponseSchema):
    """`GET /api/v1/threads`."""

    data: list[Thread]


@dataclass(frozen=True, kw_only=True, repr=False)
class GetThreadByIdResponse(BaseResponseSchema):
    """`GET /api/v1/threads/{id}`."""

    data: Thread
