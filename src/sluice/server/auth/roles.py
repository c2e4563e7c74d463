"""Roles and what each may do. A new role is a new row of the table."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a user is here; stored with the user by its value."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"


class Permission(StrEnum):
    """One thing that a caller may or may not do."""

    USE_MODELS = "use_models"
    """Send prompts through the model instances that the caller may use."""
    MANAGE = "manage"
    """Change policies, model instances, users, API tokens and keys."""
    REVEAL = "reveal"
    """See originals of other people's threads; each time is an audit event."""
    AUDIT = "audit"
    """Read the audit log."""


ROLE_PERMISSIONS: Final = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.MEMBER: frozenset({Permission.USE_MODELS}),
    }
)


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role may do; nothing if the role is not known to this version."""
    return ROLE_PERMISSIONS[Role(role)] if role in set(Role) else frozenset()
