"""The queries of calls and of the texts that they sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    LargeBinary,
    Select,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import defer

from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import ENDED_BADLY, Call, CallText
from sluice.server.features.proxy.conversations.tables import StoredConversation
from sluice.server.kit.ids_of_times import by_row, ids_between
from sluice.server.kit.repository import Repository

# The statements of every call: built once, and on tables, since mapped objects cost twice as much.
_CALLS: Final = cast("Table", Call.__table__)
_TEXTS: Final = cast("Table", CallText.__table__)
SEALED: Final = ("request_sealed", "raw_answer_sealed", "hydrated_answer_sealed")

_ADD: Final = insert(_CALLS)
_ADD_TEXTS: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(_TEXTS).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TEXTS).on_conflict_do_nothing(),
}


def _unless_deleted(name: str) -> Any:  # noqa: ANN401 (an expression)
    value = bindparam(f"new_{name}", type_=LargeBinary)
    return case((_CALLS.c.deleted_at.is_(None), value), else_=None)


_ANSWERS: Final = ("raw_answer_sealed", "hydrated_answer_sealed")
_OUTCOME: Final = (
    "provider", "model", "status", "error_code", "model_answered", "connection", "attempts",
    "finished_at", "first_token_ms", "duration_ms", "input_tokens", "output_tokens",
    "cache_read_tokens", "cache_write_tokens", "cost", "counted_tokens", "counted_cost",
    "answer_manifest",
)  # fmt: skip
# One whose conversation was deleted meanwhile keeps no text, but what it used is counted.
_FINISH: Final = (
    update(_CALLS)
    .where(_CALLS.c.id == bindparam("of_id"), _CALLS.c.uid == bindparam("of_uid"))
    .values(
        {_CALLS.c[name]: bindparam(f"new_{name}", type_=_CALLS.c[name].type) for name in _OUTCOME}
        | {_CALLS.c[name]: _unless_deleted(name) for name in _ANSWERS}
    )
)

TEXTS_AT_ONCE: Final = 500
"""Values of one query."""
WINDOW: Final = 5_000
"""Calls that are looked through for a page of a project's."""
ENDED: Final = frozenset(CallStatus) - {CallStatus.COMPLETE, CallStatus.PENDING}


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls a list shows; None shows all."""

    user_id: int | None = None
    api_token_id: int | None = None
    model_instance_id: int | None = None
    conversation_id: int | None = None
    status: CallStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    space_id: int | None = None
    """The own conversation of the project in which they were made."""

    @property
    def has_index(self) -> bool:
        """Whether such calls are found by an index, newest first, wherever they were made."""
        ids = (self.user_id, self.api_token_id, self.model_instance_id, self.conversation_id)
        return self.status in ENDED or any(one is not None for one in ids)


class StoredText(NamedTuple):
    """A text's row."""

    digest: bytes
    sealed: bytes


class CallRepository(Repository):
    """Calls, and the texts of their conversations."""

    async def insert(self, **values: object) -> int:
        """Insert a call; returns its id."""
        result = cast("CursorResult[Any]", await self._session.execute(_ADD, values))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def add_texts(self, conversation_id: int, texts: Sequence[StoredText]) -> None:
        """Insert those that the conversation has not yet."""
        if texts:
            statement = _ADD_TEXTS[self._session.get_bind().dialect.name]
            rows = [{"conversation_id": conversation_id, **text._asdict()} for text in texts]
            await self._session.execute(statement, rows)

    async def finish(self, call_id: int, uid: str, **values: object) -> None:
        """Set everything that the end of a call tells: all of `_OUTCOME`, and the answers."""
        new = {f"new_{name}": value for name, value in values.items()}
        await self._session.execute(_FINISH, {"of_id": call_id, "of_uid": uid, **new})

    async def interrupt_pending(self, before: datetime, now: datetime) -> int:
        """Mark calls that have been pending since before that moment; returns how many."""
        statement = (
            update(_CALLS)
            .where(_CALLS.c.finished_at.is_(None), _CALLS.c.created_at < before)
            .values(status=CallStatus.INTERRUPTED.value, finished_at=now)
        )
        return cast("CursorResult[Any]", await self._session.execute(statement)).rowcount

    async def page(self, wanted: CallFilter, *, before: int | None, limit: int) -> list[Call]:
        """Calls that are not deleted, newest first, with ids below `before`; unopened."""
        times = Call.created_at, wanted.since, wanted.until
        ids = await ids_between(self._session, Call.id, *times)
        if ids is None:
            return []
        behind = ids.stop if before is None else min(ids.stop, before)
        query = _filtered(_unopened(), wanted).where(Call.id < behind)
        query = query.order_by(Call.id.desc()).limit(limit)
        # One lower bound of ids each: of two, SQLite reads from one and tests the other by row.
        of_time = query.where(Call.id >= ids.start)
        if wanted.space_id is None:
            return await self._all(of_time)
        # A project that is used has a page among the newest calls. One that is not has few calls
        # or old ones: then they are looked up by its conversations.
        in_space = _is_in_space(wanted.space_id)
        if wanted.has_index:
            return await self._all(of_time.where(in_space))
        newest = max(ids.start, behind - WINDOW)
        rows = await self._all(query.where(Call.id >= newest, in_space))
        if len(rows) == limit or newest == ids.start:
            return rows
        return await self._all(of_time.where(_in_space(wanted.space_id)))

    async def _all(self, query: Select[Call]) -> list[Call]:
        return list((await self._session.scalars(query)).all())

    async def newest_of(self, conversation_ids: Collection[int], limit: int) -> list[Call]:
        """The newest calls of these conversations that are not deleted; unopened."""
        query = _unopened().where(Call.conversation_id.in_(sorted(conversation_ids)))
        query = query.order_by(Call.id.desc()).limit(limit)
        return list((await self._session.scalars(query)).all())

    async def is_in_space(self, call_id: int, space_id: int) -> bool:
        """Whether a call was made in the project of this own conversation."""
        query = select(Call.id).where(Call.id == call_id, _is_in_space(space_id))
        return (await self._session.scalars(query)).one_or_none() is not None

    async def get(self, call_id: int, user_id: int | None) -> Call | None:
        """A call that is not deleted; of this user, if one is given."""
        query = select(Call).where(Call.id == call_id, Call.deleted_at.is_(None))
        if user_id is not None:
            query = query.where(Call.user_id == user_id)
        return (await self._session.scalars(query)).one_or_none()

    async def texts(self, conversation_id: int, digests: Collection[bytes]) -> list[StoredText]:
        """The texts of a conversation that have these digests."""
        found: list[StoredText] = []
        ordered = sorted(digests)
        for first in range(0, len(ordered), TEXTS_AT_ONCE):
            some = ordered[first : first + TEXTS_AT_ONCE]
            query = select(_TEXTS.c.digest, _TEXTS.c.sealed).where(
                _TEXTS.c.conversation_id == conversation_id, _TEXTS.c.digest.in_(some)
            )
            found += [StoredText(*row) for row in await self._session.execute(query)]
        return found

    async def forget(self, *conversation_ids: int, now: datetime) -> int:
        """Remove every text of these conversations' calls; what they used stays. How many rows."""
        nothing = dict.fromkeys(SEALED)
        calls = await self._session.execute(
            update(_CALLS)
            .where(_CALLS.c.conversation_id.in_(conversation_ids), _CALLS.c.deleted_at.is_(None))
            .values(deleted_at=now, manifest={}, answer_manifest={}, coverage={}, **nothing)
        )
        texts = await self._session.execute(
            delete(_TEXTS).where(_TEXTS.c.conversation_id.in_(conversation_ids))
        )
        return sum(cast("CursorResult[Any]", done).rowcount for done in (calls, texts))

    async def count_by_conversation(self, conversation_ids: Collection[int]) -> dict[int, int]:
        """How many calls there are in these conversations, deleted ones too; 0: no entry."""
        query = (
            select(_CALLS.c.conversation_id, func.count())
            .where(_CALLS.c.conversation_id.in_(conversation_ids))
            .group_by(_CALLS.c.conversation_id)
        )
        return {int(row[0]): int(row[1]) for row in await self._session.execute(query)}


def _unopened() -> Select[Call]:
    """Calls that are not deleted, without their texts."""
    unopened = [defer(getattr(Call, name), raiseload=True) for name in SEALED]
    return select(Call).where(Call.deleted_at.is_(None)).options(*unopened)


def _in_space(space_id: int) -> ColumnElement[bool]:
    in_it = select(StoredConversation.id).where(
        or_(StoredConversation.space_id == space_id, StoredConversation.id == space_id)
    )
    return Call.conversation_id.in_(in_it)


def _is_in_space(space_id: int) -> ColumnElement[bool]:
    """The same, asked of each call by itself."""
    of_call = (
        select(StoredConversation.id)
        .where(
            StoredConversation.id == Call.conversation_id,
            or_(StoredConversation.space_id == space_id, StoredConversation.id == space_id),
        )
        .correlate(Call)
    )
    return of_call.exists()


def _filtered(query: Select[Call], wanted: CallFilter) -> Select[Call]:
    same = {
        Call.user_id: wanted.user_id,
        Call.api_token_id: wanted.api_token_id,
        Call.model_instance_id: wanted.model_instance_id,
        Call.conversation_id: wanted.conversation_id,
        Call.status: wanted.status.value if wanted.status is not None else None,
    }
    conditions = [column == value for column, value in same.items() if value is not None]
    at = by_row(Call.created_at)
    if wanted.since is not None:
        conditions.append(at >= wanted.since)
    if wanted.until is not None:
        conditions.append(at < wanted.until)
    query = query.where(*conditions)
    # As text: SQLite compares what is called Boolean with 1, and finds no index for that.
    return query.where(text(ENDED_BADLY)) if wanted.status in ENDED else query
