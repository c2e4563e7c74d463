"""Roles and what each may do. A new role is a new row of the table."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a user is here; stored with the user by its value. The strongest comes first."""

    ADMINISTRATOR = "administrator"
    POLICY_EDITOR = "policy_editor"
    PROMPT_EDITOR = "prompt_editor"
    AUDITOR = "auditor"
    MEMBER = "member"


class Permission(StrEnum):
    """One thing that a caller may or may not do."""

    USE_MODELS = "use_models"
    """Send prompts through the model instances that the caller may use."""
    VIEW_POLICIES = "view_policies"
    """Read policy groups and their history; try a policy."""
    MANAGE_POLICIES = "manage_policies"
    """Make, change and delete policy groups; choose a project's."""
    VIEW_MODELS = "view_models"
    """Read every model instance; never its credentials."""
    MANAGE_MODELS = "manage_models"
    """Make, change, test and delete model instances."""
    VIEW_PEOPLE = "view_people"
    """Read users, teams, sessions and API tokens; never the tokens themselves."""
    MANAGE_PEOPLE = "manage_people"
    """Change users and teams, end sessions, make and revoke API tokens and their limits."""
    VIEW_USAGE = "view_usage"
    """Read who used and spent how much, and the statistics."""
    AUDIT = "audit"
    """Read the audit log, and what became of calls, without their texts."""
    REVEAL = "reveal"
    """See originals of other people's threads; each time is an audit event."""
    MANAGE_KEYS = "manage_keys"
    """See which master keys are in use, and wrap data keys under the current one."""
    MANAGE_PROJECTS = "manage_projects"
    """Make projects, and be an owner of every one."""


class Scope(StrEnum):
    """What an API token may be limited to: of what its user's role may do, this alone."""

    MODELS = "models"
    """Send prompts."""
    PROJECTS = "projects"
    """What the user may do in projects: prompts, recordings, playlists, test runs."""
    READ = "read"
    """Read policies, instances, people, usage and the audit log."""
    MANAGE = "manage"
    """Change any of them, and reveal originals."""


_VIEWS: Final = frozenset(
    {
        Permission.VIEW_POLICIES,
        Permission.VIEW_MODELS,
        Permission.VIEW_PEOPLE,
        Permission.VIEW_USAGE,
    }
)

ROLE_PERMISSIONS: Final = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.POLICY_EDITOR: frozenset(
            {
                Permission.USE_MODELS,
                Permission.VIEW_POLICIES,
                Permission.MANAGE_POLICIES,
                Permission.VIEW_MODELS,
                Permission.VIEW_USAGE,
                Permission.AUDIT,
                Permission.REVEAL,
            }
        ),
        Role.PROMPT_EDITOR: frozenset(
            {
                Permission.USE_MODELS,
                Permission.VIEW_POLICIES,
                Permission.VIEW_MODELS,
                Permission.VIEW_USAGE,
            }
        ),
        Role.AUDITOR: _VIEWS | {Permission.AUDIT},
        Role.MEMBER: frozenset({Permission.USE_MODELS}),
    }
)


_READS: Final = _VIEWS | {Permission.AUDIT}
SCOPE_PERMISSIONS: Final = MappingProxyType(
    {
        Scope.MODELS: frozenset({Permission.USE_MODELS}),
        Scope.PROJECTS: frozenset[Permission](),
        Scope.READ: _READS,
        Scope.MANAGE: frozenset(Permission) - _READS - {Permission.USE_MODELS},
    }
)
"""In projects a role there decides; `MANAGE_PROJECTS` is `manage`'s."""


def scopes_of(stored: Iterable[str] | None) -> frozenset[Scope] | None:
    """What is stored with a token: None does not limit, an unknown word allows nothing."""
    return None if stored is None else frozenset(one for one in Scope if one.value in set(stored))


def within(
    permissions: frozenset[Permission], scopes: frozenset[Scope] | None
) -> frozenset[Permission]:
    """Of these permissions, those that a token's scopes let through."""
    if scopes is None:
        return permissions
    return permissions & frozenset[Permission]().union(*(SCOPE_PERMISSIONS[s] for s in scopes))


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role may do; nothing if the role is not known to this version."""
    return ROLE_PERMISSIONS[Role(role)] if role in set(Role) else frozenset()


def strongest(roles: Iterable[Role]) -> Role | None:
    """The one of these roles that stands first in `Role`; None of no roles."""
    given = set(roles)
    return next((role for role in Role if role in given), None)
