"""What MSAL returns for a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from liminal.helpers.model import BaseModel, wire


@dataclass(frozen=True, kw_only=True, repr=False)
class MSALCacheTokenResponse(BaseModel):
    """A token from MSAL's cache. Lifetimes are in seconds."""

    token_type: str = "Bearer"  # noqa: S105 - a kind, not a token
    access_token: str = field(metadata=wire(hidden=True))
    expires_in: int | None = None
    token_source: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class MSALIdentityProviderTokenResponse(BaseModel):
    """A token straight from Entra ID. Lifetimes are in seconds."""

    token_type: str = "Bearer"  # noqa: S105 - a kind, not a token
    scope: str | None = None
    expires_in: int | None = None
    ext_expires_in: int | None = None
    access_token: str = field(metadata=wire(hidden=True))
    refresh_token: str | None = field(default=None, metadata=wire(hidden=True))
    id_token: str | None = field(default=None, metadata=wire(hidden=True))
    client_info: str | None = field(default=None, metadata=wire(hidden=True))
    id_token_claims: dict[str, Any] | None = field(default=None, metadata=wire(hidden=True))
    token_source: str | None = None
