"""Which identity providers the operator trusts, and whom they let in.

Every model refuses unknown keys and reports all its problems at once. A URL is https, or http
on the loopback for development.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from sluice.server.auth.identity.code_config import OPENID, CodeFlowConfig, Scopes

ENTRA_LOGIN_URL: Final = "https://login.microsoftonline.com"
GRAPH_URL: Final = "https://graph.microsoft.com"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _tenant(value: str) -> str:
    # Names such as `common` and `organizations` mean any tenant of the world.
    if not _UUID.fullmatch(value.lower()):
        raise ValueError("must be the tenant's id (a UUID), not its name or `common`")
    return value.lower()


def provider_url(value: str) -> str:
    """The address itself; raises `ValueError` if it is no safe place for a token."""
    parts = urlsplit(value)
    loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or loopback):
        raise ValueError("must be an https address (http only on the loopback)")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must have no user, query or fragment")
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


TenantId = Annotated[str, AfterValidator(_tenant)]
Url = Annotated[str, AfterValidator(provider_url)]
LowerCase = Annotated[str, BeforeValidator(_lower)]


class Admission(BaseModel):
    """Whom a provider's users are here: nobody, or somebody with a role; the strongest counts.

    Somebody must be allowed by something; an empty list allows nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    allowed_domains: frozenset[LowerCase] = frozenset()
    """Domains of e-mail addresses (`example.org`; subdomains are named one by one)."""
    allowed_groups: frozenset[str] = frozenset()
    """Groups as the provider names them (Entra: object ids)."""
    allow_everyone: bool = False
    """Everybody whom the provider signs in."""
    administrator_emails: frozenset[LowerCase] = frozenset()
    administrator_groups: frozenset[str] = frozenset()
    policy_editor_groups: frozenset[str] = frozenset()
    prompt_editor_groups: frozenset[str] = frozenset()
    auditor_groups: frozenset[str] = frozenset()

    @property
    def groups(self) -> frozenset[str]:
        """Every group that lets somebody in."""
        return (
            self.allowed_groups
            | self.administrator_groups
            | self.policy_editor_groups
            | self.prompt_editor_groups
            | self.auditor_groups
        )

    @property
    def needs_groups(self) -> bool:
        """Whether the provider must be asked for its users' groups."""
        return bool(self.groups)

    @model_validator(mode="after")
    def _somebody_is_allowed(self) -> Self:
        if not (
            self.allow_everyone or self.allowed_domains or self.administrator_emails or self.groups
        ):
            raise ValueError(
                "nobody could sign in: set allowed_domains, allowed_groups or allow_everyone"
            )
        return self


class EntraGraphConfig(CodeFlowConfig, Admission):
    """Entra ID with tokens for Microsoft Graph (the default of `DeviceCodeFlowProvider`)."""

    kind: Literal["entra_graph"]
    name: str = "entra"
    """By what name logs, metrics and audit events call this provider."""
    tenant_id: TenantId
    client_ids: Annotated[frozenset[LowerCase], Field(min_length=1)]
    """Application ids whose Graph tokens are taken; without them a token that any other
    application of the tenant was given for Graph would sign its user in here."""
    graph_url: Url = GRAPH_URL
    """Another one for national clouds."""
    scopes: Scopes = (OPENID, "profile", "email", "User.Read")

    @model_validator(mode="after")
    def _takes_its_own_tokens(self) -> Self:
        if self.client_id is not None and self.client_id.lower() not in self.client_ids:
            raise ValueError("client_id must be one of client_ids")
        return self


class JwtAudienceConfig(CodeFlowConfig, Admission):
    """Access tokens issued for our own audience, verified locally against published keys."""

    kind: Literal["jwt_audience"]
    name: str = "jwt"
    audience: Annotated[str, Field(min_length=1)]
    tenant_id: TenantId | None = None
    """Entra's tenant: sets issuer and keys, and demands `tid`, `oid` and a delegated scope."""
    issuer: Url | None = None
    jwks_url: Url | None = None
    client_ids: frozenset[LowerCase] = frozenset()
    """If not empty, `azp`, `appid` or `client_id` must be one of these."""
    required_scope: str | None = None
    trust_unverified_email: bool = False
    """Believe `email` also without `email_verified` (Entra's is believed for its tenant)."""
    groups_claim: str = "groups"

    @model_validator(mode="after")
    def _issuer_is_known(self) -> Self:
        if self.tenant_id is None and (self.issuer is None or self.jwks_url is None):
            raise ValueError("set tenant_id (Entra), or both issuer and jwks_url")
        return self


class OidcConfig(CodeFlowConfig, Admission):
    """Any OpenID Connect provider with a discovery document."""

    kind: Literal["oidc"]
    name: str = "oidc"
    issuer: Url
    audience: str | None = None
    """The audience that JWT access tokens must name."""
    client_ids: frozenset[LowerCase] = frozenset()
    opaque_tokens: bool = False
    """Ask the userinfo endpoint about tokens that are not JWTs. It does not tell for which
    application a token was issued: switch it on only where all of the provider's
    applications are yours."""
    trust_unverified_email: bool = False
    groups_claim: str = "groups"

    @model_validator(mode="after")
    def _tokens_are_ours(self) -> Self:
        if not (self.audience or self.client_ids or self.opaque_tokens or self.client_id):
            raise ValueError(
                "set audience or client_ids (JWT tokens), opaque_tokens, or client_id (browsers)"
            )
        return self


IdentityConfig = Annotated[
    EntraGraphConfig | JwtAudienceConfig | OidcConfig, Field(discriminator="kind")
]
"""One provider; the settings hold a list of them."""
