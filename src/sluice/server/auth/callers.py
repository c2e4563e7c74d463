"""Who makes a request, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sluice.server.auth.roles import Permission
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

    @property
    def actor_id(self) -> int | None:
        """Whom the audit log names: the user, None for the server itself."""
        return self.user_id if self.user_id != NOBODY else None

    def may(self, permission: Permission) -> bool:
        """Whether the caller has this permission."""
        return permission in self.permissions

    def require_self_or(self, user_id: int | None, permission: Permission) -> None:
        """Raise `Forbidden` unless it is about the caller, a person, or they may anyway."""
        if self.of_project or user_id != self.user_id:
            self.require(permission)

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless the caller has this permission."""
        if not self.may(permission):
            raise Forbidden(
                f"Your role is {self.role}; this needs the permission {permission.value}.",
                code="missing_permission",
            )


SYSTEM: Final = Caller(NOBODY, None, "The server", "system", frozenset(Permission))
"""The first start, work that nobody asked for, and commands on the server's own machine."""
