"""Threads: conversations with a model instance."""

from __future__ import annotations

from urllib.parse import quote

from liminal.const import SOURCE
from liminal.endpoints.thread.models import Thread
from liminal.endpoints.thread.schemas import (
    CreateThreadResponse,
    GetAvailableThreadsResponse,
    GetThreadByIdResponse,
)
from liminal.helpers.typing import RequestAndValidate, limit


class ThreadEndpoint:
    """`client.thread`."""

    def __init__(self, request_and_validate: RequestAndValidate) -> None:
        self._request_and_validate = request_and_validate

    async def create(
        self, model_instance_id: int, name: str, *, timeout: float | None = None
    ) -> Thread:
        """Open a thread with a model instance."""
        response = await self._request_and_validate(
            "POST",
            "/api/v1/threads",
            CreateThreadResponse,
            json={"name": name, "modelInstanceId": model_instance_id, "source": SOURCE},
            **limit(timeout),
        )
        return response.data

    async def get_available(self, *, timeout: float | None = None) -> list[Thread]:
        """Return the caller's threads, newest first."""
        response = await self._request_and_validate(
            "GET",
            "/api/v1/threads",
            GetAvailableThreadsResponse,
            params={"source": SOURCE},
            **limit(timeout),
        )
        return response.data

    async def get_by_id(self, thread_id: int, *, timeout: float | None = None) -> Thread:
        """Return one of the caller's threads; another's is a 404 like one that does not exist."""
        response = await self._request_and_validate(
            "GET",
            f"/api/v1/threads/{quote(str(thread_id), safe='')}",
            GetThreadByIdResponse,
            **limit(timeout),
        )
        return response.data
