"""Threads as those see them who look after them: no text but what a model was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluice.server.features.threads.status import ChatStatus
from sluice.server.kit.wire import WireModel, WireTime


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """Which threads a list shows; None shows all."""

    user_id: int | None = None
    model_instance_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class OverseenThread(WireModel):
    """A thread in a list."""

    id: int
    user_id: int
    model_instance_id: int
    source: str
    type: str
    chats: int
    input_tokens: int
    output_tokens: int
    """As providers counted; chats of which they did not say are not in it."""
    created_at: WireTime
    last_chat_at: WireTime | None


class CleansedChat(WireModel):
    """An exchange as the model saw it: with placeholders."""

    id: int
    status: ChatStatus
    model: str
    policy_group_id: int
    policy_version: int
    cleansed_input: str
    raw_output: str
    """What the model answered."""
    input_tokens: int | None
    output_tokens: int | None
    created_at: WireTime
    updated_at: WireTime


class OverseenDetail(OverseenThread):
    """A thread with its chats, the oldest first."""

    exchanges: list[CleansedChat]
