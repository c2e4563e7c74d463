"""The life of a session: idle and absolute end, rotation with a grace, replay, revocation."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from tests.unit.server.auth.small_app import TOKEN, Clock, audit, audited, me, sign_in, who

from sluice.server.auth.auth import Auth
from sluice.server.auth.config import AuthConfig
from sluice.server.auth.refusals import SignInRefused
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.sessions import KEEP_ENDED
from sluice.server.auth.tables import AuthSession
from sluice.server.kit.database import Base, Database

pytestmark = pytest.mark.anyio


async def test_a_session_ends_when_it_is_not_used(client: httpx.AsyncClient, clock: Clock) -> None:
    session_id = await sign_in(client)
    clock.forward(hours=23, minutes=59)
    assert await who(client, session_id) == 200
    clock.forward(hours=24)
    assert await who(client, session_id) == 401
    assert (await me(client, session_id)).json()["code"] == "ended_session"


async def test_a_session_ends_after_its_absolute_time_however_much_it_is_used(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    session_id = await sign_in(client)
    for _ in range(14 * 2 - 1):
        clock.forward(hours=12)
        answer = await me(client, session_id)
        assert answer.status_code == 200
        session_id = answer.cookies["session"]
    clock.forward(hours=12)
    assert (await me(client, session_id)).status_code == 401


async def test_an_old_id_is_replaced_and_stays_valid_for_the_grace_only(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    old = await sign_in(client)
    clock.forward(hours=1)
    new = (await me(client, old)).cookies["session"]
    assert new != old
    clock.forward(seconds=59)
    assert (await who(client, old), await who(client, new)) == (200, 200)
    clock.forward(seconds=1)
    assert (await who(client, old), await who(client, new)) == (401, 200)


async def test_all_clients_that_hold_the_old_id_get_the_same_new_one(
    client: httpx.AsyncClient, clock: Clock, database: Database
) -> None:
    old = await sign_in(client)
    clock.forward(hours=1)
    answers = await asyncio.gather(*(me(client, old) for _ in range(20)))
    late = await me(client, old)
    assert {a.status_code for a in (*answers, late)} == {200}
    assert len({a.cookies["session"] for a in (*answers, late)}) == 1
    clock.forward(minutes=10)
    assert await who(client, late.cookies["session"]) == 200
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(AuthSession)) == 1


async def test_a_replaced_id_that_comes_back_is_refused_and_audited_once(
    client: httpx.AsyncClient, clock: Clock, database: Database
) -> None:
    old = await sign_in(client)
    clock.forward(hours=1)
    new = (await me(client, old)).cookies["session"]
    clock.forward(minutes=5)
    codes = [(await me(client, old)).json()["code"] for _ in range(3)]
    assert codes == ["replayed_session", "unknown_session", "unknown_session"]
    assert (await audited(database)).count("auth.session_replayed") == 1
    assert await who(client, new) == 200


async def test_ordinary_calls_do_not_change_the_id(client: httpx.AsyncClient, clock: Clock) -> None:
    session_id = await sign_in(client)
    clock.forward(hours=3)
    answer = await client.get("/who", headers={"Cookie": f"session={session_id}"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_the_last_use_is_written_once_a_minute(
    client: httpx.AsyncClient, clock: Clock, database: Database
) -> None:
    session_id = await sign_in(client)
    written: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def on_execute(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE"):
            written.append(statement)

    for _ in range(10):
        clock.forward(seconds=5)
        assert await who(client, session_id) == 200
    assert written == []
    clock.forward(seconds=10)
    assert await who(client, session_id) == 200
    assert len(written) > 0


async def test_the_rotation_key_is_forgotten_after_the_grace(
    client: httpx.AsyncClient, clock: Clock, database: Database
) -> None:
    """Otherwise an old id and a copy of the database would give the present id."""
    old = await sign_in(client)
    clock.forward(hours=1)
    new = (await me(client, old)).cookies["session"]
    clock.forward(minutes=2)
    assert await who(client, new) == 200
    async with database.read() as session:
        assert (await session.scalars(select(AuthSession.rotation_key))).all() == [None]


async def test_a_revoked_session_is_refused_with_both_of_its_ids(
    client: httpx.AsyncClient, auth: Auth, clock: Clock
) -> None:
    old = await sign_in(client)
    clock.forward(hours=1)
    new = (await me(client, old)).cookies["session"]
    async with auth.database.write() as session:
        await auth.service.sessions.end(session, 1, actor_id=1, event="auth.session_revoked")
    assert (await who(client, old), await who(client, new)) == (401, 401)


async def test_a_session_that_outlived_its_users_disabling_is_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    """A sign-in at the very moment of the disabling may open one."""
    session_id = await sign_in(client)
    async with database.write() as session:
        user = await UserRepository(session).by_id(1)
        assert user is not None
        user.deleted_at = user.created_at
    assert await who(client, session_id) == 401


async def test_sessions_that_ended_long_ago_are_cleared_away(
    client: httpx.AsyncClient, clock: Clock, database: Database
) -> None:
    await sign_in(client)
    clock.forward(days=KEEP_ENDED.days + 2)
    await sign_in(client)
    async with database.read() as session:
        assert (await session.scalars(select(AuthSession.created_at))).all() == [clock.now]


async def test_signing_in_fails_if_it_cannot_be_audited(
    client: httpx.AsyncClient, database: Database, auth: Auth
) -> None:
    async with database.write() as session:
        await session.execute(text("ALTER TABLE audit_events RENAME TO elsewhere"))
    with pytest.raises(Exception, match="audit_events"):
        await auth.sign_in_with_token(TOKEN, address="192.0.2.1")
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(AuthSession)) == 0


async def test_signed_in_and_audit_events_show_no_session_id(
    auth: Auth, database: Database
) -> None:
    signed_in = await auth.sign_in_with_token(TOKEN, address="192.0.2.1")
    assert signed_in.session_id not in repr(signed_in)
    shown = str([(e.event, e.subject, e.details) for e in await audit(database)])
    assert signed_in.session_id not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"session_grace": timedelta(hours=1)}, "session_grace must be shorter"),
        ({"session_idle": timedelta(days=15)}, "at most session_absolute"),
        ({"touch_every": timedelta(0)}, "touch_every must be positive"),
        ({"allowed_origins": ("pages.example",)}, "https://host"),
        ({"max_failed_sign_ins": 0}, "max_failed_sign_ins"),
    ],
)
def test_contradictory_times_are_refused(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        AuthConfig(**wrong)


@dataclass
class Model:
    """What must hold for each id ever issued, told without looking at the code."""

    config: AuthConfig
    clock: Clock
    ids: list[str] = field(default_factory=list)
    valid_until: dict[str, Any] = field(default_factory=dict)
    born: dict[str, Any] = field(default_factory=dict)
    root: dict[str, str] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)
    opened: dict[str, Any] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def open(self, session_id: str) -> None:
        self.opened[session_id] = self.used[session_id] = self.clock.now
        self.issue(session_id, session_id)

    def issue(self, session_id: str, root: str) -> None:
        self.ids.append(session_id)
        self.root[session_id], self.born[session_id] = root, self.clock.now

    def accepts(self, session_id: str) -> bool:
        root = self.root[session_id]
        now = self.clock.now
        return (
            root not in self.ended
            and now < self.used[root] + self.config.session_idle
            and now < self.opened[root] + self.config.session_absolute
            and now < self.valid_until.get(session_id, now + timedelta(1))
        )

    def use(self, session_id: str) -> None:
        root = self.root[session_id]
        if self.clock.now - self.used[root] >= self.config.touch_every:
            self.used[root] = self.clock.now


STEPS = st.lists(
    st.one_of(
        st.just(("open", 0)),
        st.tuples(st.sampled_from(["continue", "call", "sign out"]), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([10, 60, 120, 1800, 3600, 40_000, 90_000])),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_an_id_is_accepted_exactly_while_its_session_lives_and_it_is_current_or_in_grace(
    steps: list[tuple[str, int]],
) -> None:
    anyio.run(_compare_with_model, steps)


async def _compare_with_model(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/law.db")
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        clock = Clock()
        auth = Auth(database, clock=clock)
        await auth.ensure_administrator(TOKEN)
        model = Model(auth.config, clock)
        try:
            for step, number in steps:
                await _step(auth, model, step, number)
        finally:
            await database.close()


async def _step(auth: Auth, model: Model, step: str, number: int) -> None:
    if step == "wait":
        model.clock.forward(seconds=number)
    elif step == "open":
        model.open((await auth.sign_in_with_token(TOKEN, address="a")).session_id)
    elif model.ids:
        session_id = model.ids[-1 - number % len(model.ids)]
        accepted = model.accepts(session_id)
        with nullcontext() if accepted else pytest.raises(SignInRefused):
            await _use(auth, model, step, session_id)


async def _use(auth: Auth, model: Model, step: str, session_id: str) -> None:
    if step == "call":
        await auth.caller_of_session(session_id)
        model.use(session_id)
    elif step == "sign out":
        await auth.sign_out(session_id)
        model.ended.add(model.root[session_id])
    else:
        new = (await auth.continue_session(session_id)).session_id
        model.use(session_id)
        if new not in model.root:
            assert model.clock.now - model.born[session_id] >= model.config.session_rotate_after
            model.valid_until[session_id] = model.clock.now + model.config.session_grace
            model.issue(new, model.root[session_id])
