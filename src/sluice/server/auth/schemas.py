"""What the sign-in calls and the management of users, sessions and tokens send and take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from sluice.server.auth.repository import SessionRow, UserFilter
from sluice.server.auth.roles import Role, Scope
from sluice.server.auth.tables import ApiToken, User
from sluice.server.kit.wire import NoNul

T = TypeVar("T")


def wire_time(moment: datetime) -> str:
    """ISO 8601, UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


WireTime = Annotated[datetime, PlainSerializer(wire_time, return_type=str)]


class WireModel(BaseModel):
    """camelCase on the wire; unknown keys of a request are refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", hide_input_in_errors=True
    )


class Data(WireModel, Generic[T]):
    """Every success body: `{"data": …}`."""

    data: T


class UserData(WireModel):
    """A user as the sign-in calls and the management answer with it."""

    id: int
    email: str | None
    name: str
    role: str
    created_at: WireTime
    updated_at: WireTime
    deleted_at: WireTime | None
    """When the user was disabled; null while active."""

    @classmethod
    def of(cls, user: User) -> Self:
        """From the table's row."""
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            role=user.role,
            created_at=user.created_at,
            updated_at=user.updated_at,
            deleted_at=user.deleted_at,
        )


class UserSearch(WireModel):
    """Which users to find; what is not said finds all."""

    text: Annotated[str, StringConstraints(max_length=128)] = Field(default="", repr=False)
    """Part of a name or an address, in any case."""
    role: Role | None = None
    disabled: bool | None = None
    of_project: bool | None = None
    """Whether the own users of projects, or only people."""

    def filter(self) -> UserFilter:
        """As the service takes it."""
        return UserFilter(self.role, self.disabled, self.of_project, self.text.strip())


class SignedOut(WireModel):
    """The session has ended."""

    signed_out: bool = True


class UserChange(WireModel):
    """What to change of a user; what is left out stays."""

    role: Role | None = None
    disabled: bool | None = None
    unlink_identity: bool = False
    """Forget the identity at the provider, so that a new one with the address can take it."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.role is None and self.disabled is None and not self.unlink_identity:
            raise ValueError("give role, disabled or unlinkIdentity")
        return self


class SessionData(WireModel):
    """A session that has not ended; never its id, which only its client has."""

    id: int
    user_id: int
    api_token_id: int | None
    created_at: WireTime
    last_used_at: WireTime
    expires_at: WireTime
    absolute_expires_at: WireTime

    @classmethod
    def of(cls, row: SessionRow) -> Self:
        """From the table's row."""
        session = row.session
        return cls(
            id=session.id,
            user_id=session.user_id,
            api_token_id=session.api_token_id,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            absolute_expires_at=session.absolute_expires_at,
        )


class TokenOrder(WireModel):
    """A token to be made; for the caller unless `userId` names somebody else."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), NoNul
    ]
    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    expires_at: AwareDatetime | None = None
    """With its offset from UTC; without an end the token is valid until it is revoked."""
    scopes: Annotated[frozenset[Scope], Field(min_length=1)] | None = None
    """What the token is limited to; without it, it may do whatever its user may."""


class TokenData(WireModel):
    """An API token as a list shows it."""

    id: int
    user_id: int
    name: str
    prefix: str
    """The first 8 characters of the token; empty for one that an administrator chose."""
    scopes: list[str] | None
    """What it is limited to; null: to nothing."""
    created_at: WireTime
    last_used_at: WireTime | None
    expires_at: WireTime | None
    revoked_at: WireTime | None

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        """From the table's row."""
        return cls(**_token_fields(token))


class NewTokenData(TokenData):
    """A token that was just made: the only answer that ever holds it."""

    token: str

    @classmethod
    def made(cls, row: ApiToken, token: str) -> Self:
        """From the table's row and the token itself."""
        return cls(token=token, **_token_fields(row))


def _token_fields(token: ApiToken) -> dict[str, object]:
    return {name: getattr(token, name) for name in TokenData.model_fields}
