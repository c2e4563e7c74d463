"""Who makes a request, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sluice.server.auth.roles import Permission, Scope
from sluice.server.errors import Forbidden

NOBODY: Final = 0
"""The user id of the server itself; no user has it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, and what they may do."""

    user_id: int
    email: str | None
    name: str
    role: str
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    session_id: int | None = None
    """The number of the session (not its secret id); None with an API token."""
    api_token_id: int | None = None
    """The number of the API token; None with a session."""
    of_project: bool = False
    """Whether this is a project's own user, as which only its keys act."""
    scopes: frozenset[Scope] | None = None
    """What the API token is limited to, in a session too that it opened; None: to nothing."""

    @property
    def actor_id(self) -> int | None:
        """Whom the audit log names: the user, None for the server itself."""
        return self.user_id if self.user_id != NOBODY else None

    @property
    def standing(self) -> tuple[str, frozenset[Scope] | None]:
        """All of a caller that decides what they may do: for keys of what is kept in memory."""
        return self.role, self.scopes

    @property
    def is_let_into_projects(self) -> bool:
        """Whether their API token lets them do there what they may."""
        return self.scopes is None or Scope.PROJECTS in self.scopes

    def may(self, permission: Permission) -> bool:
        """Whether the caller has this permission."""
        return permission in self.permissions

    def require_self_or(self, user_id: int | None, permission: Permission) -> None:
        """Raise `Forbidden` unless it is about the caller, a person, or they may anyway.

        A token with scopes is no person: it looks after nothing but what it is for.
        """
        if self.of_project or self.scopes is not None or user_id != self.user_id:
            self.require(permission)

    def require_scopes(self, wanted: frozenset[Scope] | None) -> None:
        """Raise `Forbidden` for somebody who would give more than their own token has."""
        if self.scopes is not None and (wanted is None or not wanted <= self.scopes):
            raise Forbidden(
                "Your API key is limited to scopes: it gives nobody any others.",
                code="wider_scopes",
            )

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless the caller has this permission."""
        if not self.may(permission):
            limited = " and your API key is limited to scopes" if self.scopes is not None else ""
            raise Forbidden(
                f"Your role is {self.role}{limited}; this needs the permission {permission.value}.",
                code="missing_permission",
            )


SYSTEM: Final = Caller(NOBODY, None, "The server", "system", frozenset(Permission))
"""The first start, work that nobody asked for, and commands on the server's own machine."""
