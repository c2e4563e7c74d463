"""Sessions and recordings put into a database as they are, and a filter tree decided in Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.conftest import World

from sluice.server.features.projects.tables import Project
from sluice.server.features.proxy.conversations.tables import StoredConversation
from sluice.server.features.sessions.tables import Attribute, Recording, Session
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault.service import conversation_scope

BEGINNING: Final = datetime(2026, 3, 1, tzinfo=UTC)
Json = dict[str, Any]


@dataclass
class RecordingRow:
    """A recording, as far as it can be searched."""

    id: str
    session: str = ""
    trace: str | None = None
    environment: str | None = None
    provider: str | None = None
    model: str | None = None
    complete: bool = True
    createdAt: datetime = BEGINNING  # noqa: N815 (the fields' own names, like those below)
    startedAt: datetime | None = None  # noqa: N815
    durationMs: int | None = None  # noqa: N815
    inputTokens: int | None = None  # noqa: N815
    outputTokens: int | None = None  # noqa: N815
    costMicrodollars: int | None = None  # noqa: N815
    entityTypes: tuple[str, ...] = ()  # noqa: N815
    input: str = "a question"
    output: str = "an answer"
    named: dict[str, str | float] = field(default_factory=dict)
    """Feedback and evaluations, under their whole names."""


@dataclass
class SessionRow:
    """A session with its recordings, the oldest first."""

    id: str
    environment: str | None = None
    metadata: dict[str, str | float] = field(default_factory=dict)
    """Under whole names."""
    recordings: list[RecordingRow] = field(default_factory=list)
    createdAt: datetime = BEGINNING  # noqa: N815
    costMicrodollars: int = 0  # noqa: N815


async def put(world: World, rows: list[SessionRow], project: str = "default") -> None:
    """Insert them in this order."""
    app: FastAPI = world.app
    async with app.state.services.database.write() as session:
        found = (await session.scalars(select(Project).where(Project.uid == project))).one()
        for row in rows:
            conversation = StoredConversation(user_id=found.user_id, space_id=found.conversation_id)
            session.add(conversation)
            await session.flush()
            scope = conversation_scope(conversation.id)
            key = await app.state.services.vault.ensure_key(session, scope)
            stored = Session(
                uid=row.id,
                project_id=found.id,
                conversation_id=conversation.id,
                user_id=found.user_id,
                environment=row.environment,
                meta={name.removeprefix("metadata."): v for name, v in row.metadata.items()},
                created_at=row.createdAt,
                cost=row.costMicrodollars,
            )
            session.add(stored)
            await session.flush()
            _name(session, "session", stored.id, stored, row.metadata)
            for one in row.recordings:
                one.session = row.id
                made = _recording(one, stored, key, scope)
                session.add(made)
                await session.flush()
                _name(session, "recording", made.id, stored, one.named)


def _name(
    session: AsyncSession, holder: str, holder_id: int, of: Session, named: dict[str, str | float]
) -> None:
    for name, value in named.items():
        session.add(
            Attribute(
                holder=holder,
                holder_id=holder_id,
                name=name,
                project_id=of.project_id,
                session_id=of.id,
                text=value if isinstance(value, str) else None,
                number=None if isinstance(value, str) else float(value),
            )
        )


def _recording(row: RecordingRow, of: Session, key: DataKey, scope: str) -> Recording:
    content = {"messages": [{"role": "user", "content": row.input}], "answer": row.output}
    place = Place("recordings", "content_sealed", row.id, scope)
    return Recording(
        uid=row.id,
        project_id=of.project_id,
        session_id=of.id,
        trace_uid=row.trace,
        environment=row.environment,
        provider=row.provider,
        model=row.model,
        is_complete=row.complete,
        created_at=row.createdAt,
        started_at=row.startedAt,
        duration_ms=row.durationMs,
        input_tokens=row.inputTokens,
        output_tokens=row.outputTokens,
        cost=row.costMicrodollars,
        manifest={kind: {"mask": 1} for kind in row.entityTypes},
        policy_group_id=1,
        policy_version=1,
        detector_version="tests",
        counted_at=row.createdAt,
        content_sealed=key.seal(json.dumps(content), place),
    )


def some_sessions(count: int = 8, each: int = 4) -> list[SessionRow]:
    """Rows in which each field has several values and is missing in some."""
    return [_session(number, each) for number in range(count)]


def _session(number: int, each: int) -> SessionRow:
    metadata: dict[str, str | float] = {}
    if number % 3:
        metadata["metadata.plan"] = ("free", "pro", "professional")[number % 3]
    if number % 2:
        metadata["metadata.visits"] = number / 2
    row = SessionRow(
        id=f"session-{number}",
        environment=(None, "prod", "staging")[number % 3],
        metadata=metadata,
        createdAt=BEGINNING + timedelta(hours=number),
        costMicrodollars=number * 100,
    )
    row.recordings = [_made(number * each + place, row) for place in range(each)]
    return row


def _made(number: int, of: SessionRow) -> RecordingRow:
    named: dict[str, str | float] = {}
    if number % 4 == 1:
        named["feedback.rating"] = number % 5
    if number % 4 == 2:
        named["evaluation.judge"] = ("good", "not so good")[number % 8 == 2]
    at = BEGINNING + timedelta(hours=number // 4, minutes=number)
    return RecordingRow(
        id=f"recording-{number}",
        trace=f"trace-{number % 3}" if number % 2 else None,
        environment=of.environment,
        provider=(None, "openai", "anthropic")[number % 3],
        model=("gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4", None)[number % 4],
        complete=number % 7 != 3,
        createdAt=at,
        startedAt=None if number % 5 == 0 else at - timedelta(seconds=number),
        durationMs=None if number % 6 == 0 else number * 37 % 900,
        inputTokens=None if number % 9 == 0 else number * 11 % 400,
        outputTokens=number * 7 % 300,
        costMicrodollars=None if number % 4 == 0 else number * 13 % 500,
        entityTypes=(("PERSON",), (), ("PERSON", "EMAIL_ADDRESS"))[number % 3],
        input=f"What about PERSON_{number % 12} and the {('red', 'blue')[number % 2]} one?",
        output=("Yes, PERSON_1 has it.", "No.", "Ask again; it is RED.")[number % 3],
        named=named,
    )


def in_recordings(tree: Json | None, row: RecordingRow, of: SessionRow) -> bool:
    """Whether a tree is true of a recording."""
    return _holds(tree, lambda leaf: _of_recording(leaf, row, of))


def in_sessions(tree: Json | None, row: SessionRow) -> bool:
    """Whether a tree is true of a session."""
    return _holds(tree, lambda leaf: _of_session(leaf, row))


def _holds(tree: Json | None, decide: Callable[[Json], bool]) -> bool:
    if tree is None:
        return True
    if "and" in tree:
        return all(_holds(item, decide) for item in tree["and"])
    if "or" in tree:
        return any(_holds(item, decide) for item in tree["or"])
    if "not" in tree:
        return not _holds(tree["not"], decide)
    return decide(tree)


def _of_session(leaf: Json, row: SessionRow) -> bool:
    name = leaf["field"]
    if name.startswith("metadata."):
        return _compared(row.metadata.get(name), leaf)
    if name.startswith(("feedback.", "evaluation.")):
        return any(_compared(one.named.get(name), leaf) for one in row.recordings)
    if name in ("id", "environment", "createdAt", "costMicrodollars"):
        return _compared(getattr(row, name), leaf)
    return any(_of_recording(leaf, one, row) for one in row.recordings)


def _of_recording(leaf: Json, row: RecordingRow, of: SessionRow) -> bool:
    name = leaf["field"]
    if name.startswith("metadata."):
        return _compared(of.metadata.get(name), leaf)
    if name.startswith(("feedback.", "evaluation.")):
        return _compared(row.named.get(name), leaf)
    if name in ("input", "output", "text"):
        return any(_says(text, leaf["value"]) for text in _texts(name, row))
    if name == "entityTypes":
        return leaf["value"] in row.entityTypes
    if name == "tokens":
        given = (row.inputTokens, row.outputTokens)
        return _compared(None if None in given else sum(n or 0 for n in given), leaf)
    return _compared(getattr(row, name), leaf)


def _texts(name: str, row: RecordingRow) -> Iterator[str]:
    if name != "output":
        yield row.input
    if name != "input":
        yield row.output


def _says(text: str, value: str) -> bool:
    """As people mean it: in any case, `PERSON_1` not in `PERSON_10`."""
    words = text.lower().replace("?", " ").replace(",", " ").replace(".", " ")
    if value.lower().startswith("person_"):
        return value.lower() in words.split()
    return value.lower() in text.lower()


def _compared(found: Any, leaf: Json) -> bool:  # noqa: ANN401 (a value of any field)
    value = leaf["value"]
    if found is None:
        return False
    if isinstance(found, datetime):
        value = [datetime.fromisoformat(v) for v in value] if leaf["op"] == "between" else (
            datetime.fromisoformat(value)
        )  # fmt: skip
    if leaf["op"] == "contains":
        return isinstance(found, str) and value in found
    if isinstance(found, str) is not isinstance(value, str) and not isinstance(value, list):
        return False
    decide: dict[str, Callable[[], bool]] = {
        "eq": lambda: bool(found == value),
        "gt": lambda: bool(found > value),
        "gte": lambda: bool(found >= value),
        "lt": lambda: bool(found < value),
        "lte": lambda: bool(found <= value),
        "between": lambda: not isinstance(found, str) and bool(value[0] <= found <= value[1]),
    }
    return decide[leaf["op"]]()
