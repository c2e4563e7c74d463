"""Model instances on the Liminal wire and on our own."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from sluice.server.kit.wire import NoNul, RowId, StrictModel, WireModel, WireTime

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), NoNul]
Instructions = Annotated[str, StringConstraints(max_length=100_000)]
Option = str | int | float | bool


class Attachments(StrEnum):
    """What happens to images, sounds and documents in a prompt."""

    REFUSE = "refuse"
    """The prompt is refused: what cannot be read cannot be cleansed."""
    PASS = "pass"  # noqa: S105 (what is done, no password)
    """They are sent as they are."""
    EXTRACT = "extract"
    """Text of PDF, DOCX and plain text is extracted, cleansed and sent in their place."""


FALLBACKS: Final = 4
"""The most connections behind the first."""


class ModelConnectionOut(WireModel):
    """A connection; `credentials` is always empty on the wire."""

    id: int
    model_instance_id: int
    model: str
    provider_key: str
    credentials: dict[str, str] = Field(default_factory=dict)
    created_at: WireTime
    updated_at: WireTime
    deleted_at: WireTime | None = None


class ModelInstanceOut(WireModel):
    """A model instance as the Liminal wire shows it."""

    id: int
    policy_group_id: int
    trainer_thread_id: int | None = None
    user_id: int | None = None
    instructions: str
    name: str
    model_connections: list[ModelConnectionOut]
    allowed_teams: list[int] = Field(default_factory=list)
    allowed_users: list[int] = Field(default_factory=list)
    created_at: WireTime
    updated_at: WireTime
    deleted_at: WireTime | None = None


class ConnectionIn(StrictModel):
    """A connection to create or change; credentials go in and never come out."""

    provider_key: Annotated[str, StringConstraints(max_length=32)]
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    base_url: Annotated[str, StringConstraints(max_length=500)] | None = None
    options: dict[str, Option] = Field(default_factory=dict)
    credentials: dict[str, str] | None = Field(default=None, repr=False)
    """None keeps the ones that the instance's connection already has for this provider."""


class ModelInstanceIn(StrictModel):
    """A model instance to create or change."""

    name: Name
    policy_group_id: RowId
    instructions: Instructions = ""
    connection: ConnectionIn | None = None
    fallbacks: list[ConnectionIn] = Field(default_factory=list, max_length=FALLBACKS)
    """Asked in this order when the connections before could not begin to answer."""
    answer_policy_group_id: RowId | None = None
    """What decides about sensitive data that the model brings up; None: the built-in rules."""
    attachments: Attachments = Attachments.REFUSE
    allowed_users: list[RowId] = Field(default_factory=list, max_length=10_000)
    allowed_teams: list[RowId] = Field(default_factory=list, max_length=1_000)
    """Without a user and a team everybody may use it."""


class ConnectionAdminOut(WireModel):
    """A connection for administrators: whether there are credentials, not which."""

    id: int
    provider_key: str
    model: str
    base_url: str | None
    options: dict[str, Option]
    has_credentials: bool


class ModelInstanceAdminOut(WireModel):
    """A model instance for administrators."""

    id: int
    name: str
    policy_group_id: int
    instructions: str
    connection: ConnectionAdminOut | None
    fallbacks: list[ConnectionAdminOut]
    answer_policy_group_id: int | None
    attachments: Attachments
    allowed_users: list[int]
    allowed_teams: list[int]
    created_at: WireTime
    updated_at: WireTime


class TrialOut(WireModel):
    """What became of a call through one connection."""

    position: int
    """0 is the first connection, the others are the fallbacks in their order."""
    provider_key: str
    model: str
    ok: bool
    first_token_ms: int | None
    duration_ms: int
    model_answered: str | None
    """As the provider says, where that is a plain name."""
    characters: int
    """Of the answer."""
    error_code: str | None
    error: str | None
    """In our words: never what a provider wrote."""


class InstanceTrialOut(WireModel):
    """What became of a test; `ok` if every connection answered, and there is one."""

    ok: bool
    connections: list[TrialOut]
