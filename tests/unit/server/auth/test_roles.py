"""What roles may, and how a caller is refused."""

from __future__ import annotations

import pytest

from sluice.server.auth.callers import SYSTEM, Caller
from sluice.server.auth.roles import ROLE_PERMISSIONS, Permission, Role, permissions_of, strongest
from sluice.server.errors import Forbidden


def caller(role: Role, user_id: int = 7, *, of_project: bool = False) -> Caller:
    return Caller(user_id, None, "Somebody", role, permissions_of(role), of_project=of_project)


def test_every_role_has_its_row() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert ROLE_PERMISSIONS[Role.ADMINISTRATOR] == frozenset(Permission)


def test_auditors_see_and_neither_send_nor_change_nor_reveal_anything() -> None:
    may = ROLE_PERMISSIONS[Role.AUDITOR]
    assert all(one.startswith("view_") or one is Permission.AUDIT for one in may)


def test_only_administrators_change_what_others_may() -> None:
    powers = {Permission.MANAGE_PEOPLE, Permission.MANAGE_PROJECTS, Permission.MANAGE_KEYS}
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert not powers & ROLE_PERMISSIONS[role]


def test_a_role_that_this_version_does_not_know_may_nothing() -> None:
    assert permissions_of("emperor") == frozenset()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), None),
        ((Role.MEMBER,), Role.MEMBER),
        ((Role.MEMBER, Role.AUDITOR), Role.AUDITOR),
        ((Role.AUDITOR, Role.PROMPT_EDITOR), Role.PROMPT_EDITOR),
        ((Role.PROMPT_EDITOR, Role.POLICY_EDITOR), Role.POLICY_EDITOR),
        (tuple(Role), Role.ADMINISTRATOR),
    ],
)
def test_the_strongest_of_several_roles_counts(
    given: tuple[Role, ...], expected: Role | None
) -> None:
    assert strongest(given) is expected


def test_who_lacks_a_permission_is_told_which() -> None:
    with pytest.raises(Forbidden) as refused:
        caller(Role.MEMBER).require(Permission.AUDIT)
    assert refused.value.code == "missing_permission"
    assert "audit" in refused.value.message


def test_what_is_ones_own_takes_no_permission_unless_a_project_asks() -> None:
    caller(Role.MEMBER).require_self_or(7, Permission.VIEW_PEOPLE)
    caller(Role.AUDITOR).require_self_or(8, Permission.VIEW_PEOPLE)
    for one, whose in (
        (caller(Role.MEMBER), 8),
        (caller(Role.MEMBER), None),
        (caller(Role.MEMBER, of_project=True), 7),
    ):
        with pytest.raises(Forbidden):
            one.require_self_or(whose, Permission.VIEW_PEOPLE)


def test_the_server_itself_may_everything_and_is_nobody() -> None:
    assert SYSTEM.permissions == frozenset(Permission)
    assert SYSTEM.actor_id is None
    assert caller(Role.MEMBER).actor_id == 7
