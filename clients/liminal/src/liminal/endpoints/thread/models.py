"""Threads and their chats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from liminal.endpoints.llm.models import ModelInstance
from liminal.helpers.model import BaseModel, OpenEnum, wire


class ThreadType(OpenEnum):
    """What a thread is for."""

    DEFAULT = "default"
    TRAINER = "trainer"


@dataclass(frozen=True, kw_only=True, repr=False)
class DeidentifiedToken(BaseModel):
    """An earlier turn of a thread as the model sees it, and with its values hashed."""

    deid_text: str = field(metadata=wire("deidText"))
    hash_text: str = field(metadata=wire("hashText"))


@dataclass(frozen=True, kw_only=True, repr=False)
class Chat(BaseModel):
    """One exchange of a thread: input and output, both sides cleansed and raw.

    A text is None where the exchange did not get that far.
    """

    id: int
    thread_id: int = field(metadata=wire("threadId"))
    cleansed_input: str | None = field(default=None, metadata=wire("cleansedInput"))
    raw_input: str | None = field(default=None, metadata=wire("rawInput", hidden=True))
    raw_output: str | None = field(default=None, metadata=wire("rawOutput", hidden=True))
    hydrated_output: str | None = field(default=None, metadata=wire("hydratedOutput", hidden=True))
    status: str
    created_at: datetime = field(metadata=wire("createdAt"))
    updated_at: datetime | None = field(default=None, metadata=wire("updatedAt"))
    deleted_at: datetime | None = field(default=None, metadata=wire("deletedAt"))


@dataclass(frozen=True, kw_only=True, repr=False)
class Thread(BaseModel):
    """A conversation with a model instance."""

    id: int
    model_instance_id: int = field(metadata=wire("modelInstanceId"))
    user_id: int = field(metadata=wire("userId"))
    name: str
    source: str
    type: ThreadType
    model_instance: ModelInstance = field(metadata=wire("modelInstance"))
    chats: list[Chat] = field(default_factory=list)
    created_at: datetime = field(metadata=wire("createdAt"))
    updated_at: datetime = field(metadata=wire("updatedAt"))
    deleted_at: datetime | None = field(default=None, metadata=wire("deletedAt"))
