"""Users from identities: who is let in, as what, and whose address they may have."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from tests.unit.server.auth.small_app import audited

from sluice.server.auth.auth import Auth
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.config import Admission
from sluice.server.auth.refusals import Reason, SignInForbidden
from sluice.server.auth.roles import Role
from sluice.server.auth.tables import User
from sluice.server.auth.users import role_of

pytestmark = pytest.mark.anyio

DOMAIN = Admission(allowed_domains=frozenset({"example.org"}))


def identity(
    email: str | None = "one@example.org",
    subject: str = "s-1",
    issuer: str = "https://idp.example",
    groups: tuple[str, ...] = (),
    name: str = "One",
) -> Identity:
    """Somebody whom a provider vouches for."""
    return Identity(issuer, subject, email, name, frozenset(groups))


async def admit(auth: Auth, who: Identity, admission: Admission = DOMAIN) -> User:
    """The user of a sign-in."""
    async with auth.database.write() as session:
        return (await auth.service.sign_in_with_identity(session, who, admission, "test")).user


async def refusal(auth: Auth, who: Identity, admission: Admission = DOMAIN) -> Reason:
    """Why a sign-in is refused."""
    with pytest.raises(SignInForbidden) as refused:
        await admit(auth, who, admission)
    return refused.value.reason


ALL = Admission(
    allowed_domains=frozenset({"Example.org"}),
    allowed_groups=frozenset({"staff"}),
    administrator_emails=frozenset({"Boss@Example.com"}),
    administrator_groups=frozenset({"admins"}),
    policy_editor_groups=frozenset({"policies"}),
    prompt_editor_groups=frozenset({"prompts"}),
    auditor_groups=frozenset({"audit"}),
)


@pytest.mark.parametrize(
    ("email", "groups", "role"),
    [
        ("x@example.org", (), Role.MEMBER),
        ("boss@example.com", (), Role.ADMINISTRATOR),
        (None, ("staff",), Role.MEMBER),
        (None, ("staff", "admins"), Role.ADMINISTRATOR),
        ("x@example.com", (), None),
        ("x@sub.example.org", (), None),
        ("x@example.org.example.com", (), None),
        ("example.org", (), None),
        (None, (), None),
        (None, ("Staff",), None),
        (None, ("policies",), Role.POLICY_EDITOR),
        (None, ("prompts",), Role.PROMPT_EDITOR),
        ("x@example.org", ("audit",), Role.AUDITOR),
        (None, ("audit", "policies", "prompts"), Role.POLICY_EDITOR),
        (None, ("policies", "admins"), Role.ADMINISTRATOR),
    ],
)
def test_domain_group_and_lists_decide_who_comes_in_and_as_what(
    email: str | None, groups: tuple[str, ...], role: Role | None
) -> None:
    assert role_of(identity(email, groups=groups), ALL) is role


def test_everybody_comes_in_only_if_that_is_said() -> None:
    assert role_of(identity(None), Admission(allow_everyone=True)) is Role.MEMBER


async def test_the_first_sign_in_makes_the_user_the_second_finds_them(auth: Auth) -> None:
    first, second = await admit(auth, identity()), await admit(auth, identity(name="New name"))
    assert first.id == second.id
    assert (second.email, second.name, second.role) == ("one@example.org", "New name", "member")
    assert (await audited(auth.database)).count("user.created") == 2  # with the administrator


async def test_who_is_not_allowed_is_no_user(auth: Auth) -> None:
    assert await refusal(auth, identity("x@example.com")) is Reason.NOT_ALLOWED
    async with auth.database.read() as session:
        assert (await session.scalars(select(User.id))).all() == [1]


async def test_leaving_the_allowed_group_is_enough_to_stay_outside(auth: Auth) -> None:
    group = Admission(allowed_groups=frozenset({"staff"}))
    await admit(auth, identity(groups=("staff",)), group)
    assert await refusal(auth, identity(groups=()), group) is Reason.NOT_ALLOWED


async def test_the_role_follows_the_provider_both_ways(auth: Auth) -> None:
    admission = Admission(allow_everyone=True, administrator_groups=frozenset({"admins"}))
    roles = [
        (await admit(auth, identity(groups=groups), admission)).role
        for groups in ((), ("admins",), ())
    ]
    assert roles == ["member", "administrator", "member"]


async def test_a_person_is_issuer_and_subject_never_the_address_alone(auth: Auth) -> None:
    """An account elsewhere, or made anew, with somebody's address does not become them."""
    await admit(auth, identity())
    assert await refusal(auth, identity(subject="s-2")) is Reason.EMAIL_IN_USE
    elsewhere = identity(issuer="https://other.example")
    assert await refusal(auth, elsewhere) is Reason.EMAIL_IN_USE


async def test_a_user_whose_address_changes_stays_the_same_user(auth: Auth) -> None:
    first = await admit(auth, identity())
    moved = await admit(auth, identity("two@example.org"))
    assert (moved.id, moved.email) == (first.id, "two@example.org")


async def test_an_address_cannot_be_changed_to_somebody_elses(auth: Auth) -> None:
    await admit(auth, identity())
    await admit(auth, identity("two@example.org", "s-2"))
    assert await refusal(auth, identity("one@example.org", "s-2")) is Reason.EMAIL_IN_USE


async def test_an_unlinked_user_is_found_again_by_an_address_of_an_allowed_domain(
    auth: Auth,
) -> None:
    first = await admit(auth, identity())
    async with auth.database.write() as session:
        await auth.service.users.unlink(session, SYSTEM, first.id)
    everyone = Admission(allow_everyone=True)
    assert await refusal(auth, identity(subject="s-2"), everyone) is Reason.EMAIL_IN_USE
    assert (await admit(auth, identity(subject="s-2"))).id == first.id


async def test_nobody_becomes_the_first_administrator_by_their_address(auth: Auth) -> None:
    who = identity("administrator@localhost")
    assert await refusal(auth, who, Admission(allow_everyone=True)) is Reason.EMAIL_IN_USE


async def test_users_without_an_address_do_not_collide(auth: Auth) -> None:
    everyone = Admission(allow_everyone=True)
    ids = {(await admit(auth, identity(None, s), everyone)).id for s in ("a", "b", "a")}
    assert len(ids) == 2


async def test_many_first_sign_ins_at_once_make_one_user(auth: Auth) -> None:
    users = await asyncio.gather(*(admit(auth, identity()) for _ in range(10)))
    assert len({u.id for u in users}) == 1
