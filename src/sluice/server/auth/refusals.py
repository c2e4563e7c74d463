"""Refused sign-ins: what the caller is told, and the reason that the audit log gets.

    Unauthenticated
    └── SignInRefused       401: the credential is not valid (any more)
    Forbidden
    └── SignInForbidden     403: we know who it is, and they may not come in

A reason is a word of ours; it never holds anything of the credential.
"""

from __future__ import annotations

from enum import StrEnum

from sluice.server.errors import Forbidden, Unauthenticated


class Reason(StrEnum):
    """Why a credential was refused; the value is the error's code and the audit's reason."""

    MISSING = "missing_credential"
    MISTYPED = "mistyped_token"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  (a code, no secret)
    REVOKED_TOKEN = "revoked_token"  # noqa: S105
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    UNKNOWN_LINK = "unknown_link"
    USED_LINK = "used_link"
    EXPIRED_LINK = "expired_link"
    UNKNOWN_SESSION = "unknown_session"
    ENDED_SESSION = "ended_session"
    REPLAYED_SESSION = "replayed_session"
    NO_PROVIDER = "no_identity_provider"
    PROVIDER_REFUSED = "identity_provider_refused"
    WRONG_TENANT = "wrong_tenant"
    WRONG_CLIENT = "wrong_client"
    WRONG_AUDIENCE = "wrong_audience"
    INVALID_PROVIDER_TOKEN = "invalid_provider_token"  # noqa: S105
    STALE_SIGN_IN = "stale_sign_in"
    WRONG_STATE = "wrong_state"
    WRONG_NONCE = "wrong_nonce"
    WRONG_ISSUER = "wrong_issuer"
    SIGN_IN_CANCELLED = "sign_in_cancelled"
    NO_PERSON = "not_a_person"
    NOT_ALLOWED = "user_not_allowed"
    EMAIL_IN_USE = "email_in_use"
    DISABLED = "user_disabled"
    PROJECT_KEY = "project_key"


class SignInRefused(Unauthenticated):
    """The credential is not valid; nobody is signed in and no cookie is set."""

    def __init__(self, reason: Reason, message: str, *, user_id: int | None = None) -> None:
        super().__init__(message, code=reason.value)
        self.reason = reason
        self.user_id = user_id
        """Whose credential it was, if that is known."""


class SignInForbidden(Forbidden):
    """The identity is proved, and it may not use this server."""

    def __init__(self, reason: Reason, message: str, *, user_id: int | None = None) -> None:
        super().__init__(message, code=reason.value)
        self.reason = reason
        self.user_id = user_id
