"""Threads and chats on the Liminal wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluice.server.features.models.schemas import ModelInstanceOut
from sluice.server.kit.wire import RowId, WireModel, WireTime


class ChatOut(WireModel):
    """One exchange, for the thread's owner."""

    id: int
    thread_id: int
    cleansed_input: str
    raw_input: str
    raw_output: str
    hydrated_output: str
    status: str
    created_at: WireTime
    updated_at: WireTime
    deleted_at: WireTime | None = None


class ThreadOut(WireModel):
    """A thread; `chats` are filled when one thread is asked for, oldest first."""

    id: int
    model_instance_id: int
    user_id: int
    name: str
    source: str = "sdk"
    type: str = "default"
    model_instance: ModelInstanceOut
    chats: list[ChatOut] = Field(default_factory=list)
    created_at: WireTime
    updated_at: WireTime
    deleted_at: WireTime | None = None


class ThreadIn(WireModel):
    """A thread to create."""

    name: Annotated[str, StringConstraints(max_length=500)]
    model_instance_id: RowId
    source: Literal["sdk"] = "sdk"
