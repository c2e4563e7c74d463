"""A project with a million recordings: `python -m benchmarks.workbench_data URL --master-key FILE`.

The database must have been started once (its project `default` is filled). Rows are as the server
writes them: every content is sealed under its session's own key, originals under the project's.
They are drawn from a seed, and go in by the driver's bulk way.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import anyio
import asyncpg
from sqlalchemy.engine import make_url

from sluice.engine import Action, Entry, Mapping, RawText
from sluice.server.kit.sealing import DataKey, MasterKeys, Place, new_data_key, parse_master_keys
from sluice.server.migrations.tables import metadata
from sluice.server.vault.service import conversation_scope, sealed_entry

SESSIONS: Final = 250_000
EACH: Final = 4
"""Recordings of a session."""
EACH_KEY: Final = 100
"""Sessions whose data keys hold the same secret, as no server's do: to make one takes a while."""
PEOPLE: Final = 100_000
"""Whose data they hold; each session speaks of one."""
PORTION: Final = 20_000
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
EVERY: Final = timedelta(seconds=25)
"""Between two recordings."""
TEMPLATED: Final = 40
"""Templates that recordings are of, where there are any; the first has two of five of them."""

MODELS: Final = ("gpt-4.1-mini", "gpt-4.1", "claude-sonnet-4", "gemini-2.5-flash", "command-r")
RARE: Final = 200_003
"""One row of so many has what is rare: a model, an environment, an entity type."""
ANSWER: Final = (
    "Thank you for your patience. The order was sent on Monday and should be with you within two "
    "working days; the bill is attached, and the refund for the damaged part is on its way. Write "
    "to us again if anything is missing, and we will look into it at once. "
) * 2
QUESTION: Final = (
    "Good morning, this is {person} ({mail}). My order {order} has not come yet, and one part of "
    "the last one was damaged. Could you look into it and tell me what happens next? "
)
INSTRUCTIONS: Final = "You help customers of a shop. Be polite and brief; never promise a date."

Row = Sequence[Any]


class Loader(Protocol):
    """Puts many rows into a table."""

    is_sqlite: bool

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """All of them, or an exception."""
        ...

    async def one(self, query: str) -> Row:
        """The first row of a query."""
        ...

    async def run(self, statement: str) -> None:
        """One statement that answers nothing."""
        ...

    async def finish(self) -> None:
        """Commit, and let the database learn what it holds."""
        ...


class SqliteLoader:
    """Into a file that no server has open."""

    is_sqlite = True

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """With one prepared statement."""
        places = ", ".join("?" * len(columns))
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f'INSERT INTO "{table}" ({names}) VALUES ({places})'
        self._connection.executemany(statement, rows)

    async def one(self, query: str) -> Row:
        """The first row."""
        row: Row = self._connection.execute(query).fetchone()
        return row

    async def run(self, statement: str) -> None:
        """In the transaction of all."""
        self._connection.execute(statement)

    async def finish(self) -> None:
        """Commit; the log goes into the file."""
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


class PostgresLoader:
    """By COPY."""

    is_sqlite = False

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """In the driver's binary form."""
        await self._connection.copy_records_to_table(table, records=rows, columns=list(columns))

    async def one(self, query: str) -> Row:
        """The first row."""
        row: Row = await self._connection.fetchrow(query)
        return row

    async def run(self, statement: str) -> None:
        """By itself."""
        await self._connection.execute(statement)

    async def finish(self) -> None:
        """Ids go on behind those that were given; the planner learns of the rows."""
        for name, table in metadata.tables.items():
            if "id" in table.columns:
                sequence = f"pg_get_serial_sequence('{name}', 'id')"
                await self._connection.execute(
                    f"SELECT setval({sequence}, (SELECT max(id) FROM {name}))"
                )
        await self._connection.execute("VACUUM ANALYZE")
        await self._connection.close()


def _for_sqlite(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")


sqlite3.register_adapter(datetime, _for_sqlite)


async def loader(url: str) -> Loader:
    """For the database of this URL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteLoader(str(parsed.database))
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresLoader(await asyncpg.connect(plain))


@dataclass(frozen=True, slots=True)
class Templated:
    """A template that recordings are of."""

    template_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class Period:
    """When the recordings were made."""

    begins: datetime = BEGINNING
    every: timedelta = EVERY


@dataclass(frozen=True, slots=True)
class Project:
    """The project that is filled."""

    id: int
    user_id: int
    space_id: int
    key: DataKey
    policy_group_id: int


class Filling:
    """Makes the rows of one project."""

    def __init__(
        self,
        into: Loader,
        keys: MasterKeys,
        project: Project,
        sessions: int,
        period: Period = Period(),
        templates: Sequence[Templated] = (),
        room: int = 0,
    ) -> None:
        self._room = room
        self._period = period
        self._templates = templates
        # Two of five are of the first, and the others are ever rarer.
        self._frequent = [1 / (1 + place) ** 1.5 for place in range(len(templates))]
        self._into = into
        self._keys = keys
        self._project = project
        self._sessions = sessions
        self._draw = random.Random(5)
        self._key = new_data_key()
        self._first = self._first_recording = self._named = 0

    async def fill(self, step: Callable[[int], None] = lambda done: None) -> None:
        """Everything; `step` is told how many sessions there are by now."""
        (first,) = await self._into.one("SELECT coalesce(max(id), 0) FROM conversations")
        self._first = int(first) + 1 + self._room * self._sessions
        (last,) = await self._into.one("SELECT coalesce(max(id), 0) FROM recordings")
        self._first_recording = int(last) + 1 + self._room * self._sessions * EACH
        scope = conversation_scope(self._project.space_id)
        query = f"SELECT coalesce(max(next), 0) FROM number_counters WHERE scope = '{scope}'"
        (self._named,) = await self._into.one(query)
        await self._people()
        numbers = iter(range(self._sessions))
        while some := list(islice(numbers, PORTION // EACH)):
            await self._portion(some)
            step(some[-1] + 1)

    def _at(self, number: int) -> datetime:
        return self._period.begins + number * self._period.every

    def _template(self) -> tuple[int | None, int | None]:
        if not self._templates or self._draw.random() < 0.2:
            return None, None
        one = self._draw.choices(self._templates, self._frequent)[0]
        return one.template_id, one.version_id

    async def _people(self) -> None:
        scope, key = conversation_scope(self._project.space_id), self._project.key
        mapping = Mapping(key=key.lookup_key)
        columns = "scope", "placeholder", "entity_type", "action", "lookup", "sealed", "created_at"
        for some in _portions(range(min(PEOPLE, self._sessions)), PORTION):
            rows: list[Row] = []
            for number in some:
                for kind, original in originals_of(number):
                    lookup = mapping.lookup(Action.MASK, original)
                    name = f"{kind}_{self._named + number}"
                    entry = Entry(name, kind, Action.MASK, lookup, RawText(original))
                    rows.append((scope, *sealed_entry(scope, entry, key), BEGINNING))
            await self._into.load("originals", columns, rows)
        counters = [(scope, kind, self._named + PEOPLE) for kind, _ in originals_of(0)]
        await self._into.run(f"DELETE FROM number_counters WHERE scope = '{scope}'")
        await self._into.load("number_counters", ("scope", "entity_type", "next"), counters)

    async def _portion(self, numbers: Sequence[int]) -> None:
        tables: dict[str, list[Row]] = {name: [] for name in _COLUMNS}
        for number in numbers:
            self._session(number, tables)
        for name, rows in tables.items():
            await self._into.load(name, _COLUMNS[name], rows)

    def _session(self, number: int, tables: dict[str, list[Row]]) -> None:
        project, draw = self._project, self._draw
        row_id, at = self._first + number, self._at(number * EACH)
        if number % EACH_KEY == 0:
            self._key = new_data_key()
        scope, key = conversation_scope(row_id), self._key
        wrapped = self._keys.wrap(key, Place("data_keys", "wrapped", scope))
        tables["data_keys"].append((scope, wrapped, self._keys.current_id, 0, at))
        tables["conversations"].append((row_id, project.user_id, None, project.space_id, at, at))
        person = self._named + number % min(PEOPLE, self._sessions)
        for kind, _ in originals_of(person):
            use = (conversation_scope(project.space_id), f"{kind}_{person}", scope)
            tables["placeholder_uses"].append(use)
        environment = draw.choices(("prod", "staging", "dev"), (70, 25, 5))[0]
        if number % (RARE // EACH) == 7:
            environment = "canary"
        meta = {"plan": draw.choice(("free", "pro", "team")), "tenant": f"tenant-{number % 1000}"}
        uid = str(UUID(int=draw.getrandbits(128)))
        tables["sessions"].append(
            (row_id, uid, project.id, row_id, project.user_id, environment, json.dumps(meta), at,
             at + EACH * self._period.every, EACH, EACH * 300, EACH * 120, EACH * 400)
        )  # fmt: skip
        for name, value in meta.items():
            tables["attributes"].append(
                ("session", row_id, f"metadata.{name}", project.id, row_id, value, None)
            )
        for place in range(EACH):
            self._recording(number * EACH + place, person, row_id, environment, key, tables)

    def _recording(
        self,
        number: int,
        person: int,
        session_id: int,
        environment: str,
        key: DataKey,
        tables: dict[str, list[Row]],
    ) -> None:
        draw, project = self._draw, self._project
        row_id, at = self._first_recording + number, self._at(number)
        uid = str(UUID(int=draw.getrandbits(128)))
        rare = number % RARE == 11
        model = "rare-model" if rare else draw.choices(MODELS, (50, 20, 15, 10, 5))[0]
        manifest = {"PERSON": {"mask": 1}, "EMAIL_ADDRESS": {"mask": 1}}
        if draw.random() < 0.001:
            manifest["CREDIT_CARD"] = {"redact": 1}
        if rare:
            manifest["IBAN_CODE"] = {"redact": 1}
        place = Place("recordings", "content_sealed", uid, conversation_scope(session_id))
        sealed = key.seal(json.dumps(content(number, person, rare=rare)), place)
        milliseconds = int(draw.lognormvariate(6.5, 0.7))
        tables["recordings"].append(
            (row_id, uid, project.id, session_id, environment, "openai", model, "openai_chat",
             draw.random() > 0.005, at, at + timedelta(milliseconds=milliseconds), milliseconds,
             draw.randint(100, 500), draw.randint(20, 300), False, draw.randint(50, 2_000), at, at,
             project.policy_group_id, 1, "benchmark", json.dumps(manifest), sealed,
             *self._template())
        )  # fmt: skip
        held = ("recording", row_id)
        if draw.random() < 0.05:
            rating = (*held, "feedback.rating", project.id, session_id, None, draw.randint(1, 5))
            tables["attributes"].append(rating)
        if draw.random() < 0.1:
            score = (*held, "evaluation.similarity", project.id, session_id, None, draw.random())
            tables["attributes"].append(score)


_COLUMNS: Final = {
    "conversations": ("id", "user_id", "api_token_id", "space_id", "created_at", "last_used_at"),
    "data_keys": ("scope", "wrapped", "master_key_id", "erasures", "created_at"),
    "sessions": (
        "id", "uid", "project_id", "conversation_id", "user_id", "environment", "metadata",
        "created_at", "last_recorded_at", "recordings", "input_tokens", "output_tokens", "cost",
    ),
    "recordings": (
        "id", "uid", "project_id", "session_id", "environment", "provider", "model", "format",
        "is_complete", "started_at", "finished_at", "duration_ms", "input_tokens", "output_tokens",
        "tokens_estimated", "cost", "created_at", "counted_at", "policy_group_id",
        "policy_version", "detector_version", "manifest", "content_sealed", "template_id",
        "template_version_id",
    ),
    "attributes": ("holder", "holder_id", "name", "project_id", "session_id", "text", "number"),
    "placeholder_uses": ("scope", "placeholder", "holder"),
}  # fmt: skip


def originals_of(number: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """What is known of an invented person: entity types and originals."""
    return ("PERSON", f"Ada Example{number}"), ("EMAIL_ADDRESS", f"ada{number}@example.org")


def content(number: int, person: int, *, rare: bool) -> dict[str, Any]:
    """What is recorded of one call, cleansed: about 1.2 KB."""
    names = {"person": f"PERSON_{person}", "mail": f"EMAIL_ADDRESS_{person}"}
    question = QUESTION.format(**names, order=f"order-{number}")
    return {
        "messages": [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": question + ("It is about a zeppelin." if rare else "")},
        ],
        "answer": {"role": "assistant", "content": ANSWER},
        "inputs": {"question": question},
    }


async def fill(
    url: str, keys: MasterKeys, sessions: int, step: Callable[[int], None] = lambda done: None
) -> None:
    """Fill the project `default` of a database that was started once."""
    into = await loader(url)
    await Filling(into, keys, await project_of(into, keys, "default"), sessions).fill(step)
    await into.finish()


async def project_of(into: Loader, keys: MasterKeys, uid: str) -> Project:
    """A project that the server made."""
    row = await into.one(
        f"SELECT id, user_id, conversation_id, policy_group_id FROM projects WHERE uid = '{uid}'"
    )
    scope = conversation_scope(row[2])
    (wrapped,) = await into.one(f"SELECT wrapped FROM data_keys WHERE scope = '{scope}'")
    key = keys.unwrap(wrapped, Place("data_keys", "wrapped", scope))
    return Project(row[0], row[1], row[2], key, row[3])


def _portions(values: Iterable[int], size: int) -> Iterator[list[int]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some


def main() -> None:
    """Fill a database from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="sqlite:///… or postgresql://…")
    parser.add_argument("--master-key", type=Path, required=True, help="the server's key file")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="four recordings each")
    options = parser.parse_args()
    keys = parse_master_keys(options.master_key.read_text())
    begun = time.monotonic()
    anyio.run(fill, options.url, keys, options.sessions, lambda done: print(done, flush=True))
    print(f"{options.sessions * EACH} recordings in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
