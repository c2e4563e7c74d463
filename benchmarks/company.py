"""A company's years of work around the project that `sluice demo` made, for `benchmarks.pages`.

Rows are copies of such as the server itself wrote, under other ids: what a page opens is sealed for
its own place, so that every page that a link leads to can be shown. The number of rows of each kind
is in `Size`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from benchmarks.workbench_data import PORTION, Loader, Row
from sluice.server.features.audit.chain import Head, hash_after
from sluice.server.kit.sealing import DataKey, MasterKeys, Place, new_data_key
from sluice.server.migrations.tables import metadata
from sluice.server.vault.service import SETTINGS, conversation_scope

Values = dict[str, Any]
DAYS: Final = 180
"""How far back it goes."""
COPIES: Final = 19
BUSY_DAYS: Final = 30 / (COPIES + 1)
"""In which everything was made that there are copies of."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are; `whole` is a company, `small` tells whether the program works."""

    copies: int
    """So many earlier ones there are of each of the four below (see `multiplying`)."""
    recordings: int
    calls: int
    events: int
    threads: int
    chats_each: int
    people: int
    tokens: int
    sign_ins: int
    teams: int
    policies: int
    instances: int
    projects: int
    templates: int
    playlists: int
    cases_each: int
    runs: int
    views: int
    long: int
    """Of what belongs to one thing: cases of one playlist, results of one run; versions of one
    template and of one policy are a fiftieth of it, deployments and chats a tenth."""

    @classmethod
    def of(cls, rows: int) -> Size:
        """A company with so many recordings, calls and audit events."""
        base = rows // (COPIES + 1)
        return cls(
            copies=COPIES, recordings=base, calls=base, events=base, threads=base // 10,
            chats_each=2,
            people=rows // 200, tokens=rows // 100, sign_ins=rows // 50, teams=rows // 4_000 + 3,
            policies=rows // 10_000 + 3, instances=rows // 5_000 + 3, projects=rows // 5_000 + 3,
            templates=rows // 400, playlists=rows // 1_000, cases_each=50, runs=rows // 250,
            views=rows // 5_000 + 3, long=rows // 50,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """A row that the server wrote."""

    table: str
    values: Mapping[str, Any]

    @classmethod
    async def of(cls, into: Loader, table: str, where: str = "id > 0") -> Model:
        """The last such row; raises `LookupError` where there is none."""
        columns = list(metadata.tables[table].columns.keys())
        names = ", ".join(f'"{name}"' for name in columns)
        order = "id" if "id" in columns else columns[0]
        row = await into.one(f"SELECT {names} FROM {table} WHERE {where} ORDER BY {order} DESC")
        if row is None:
            raise LookupError(f"there is no row of {table} where {where}")
        return cls(table, dict(zip(columns, row, strict=True)))


class Copies:
    """Rows that wait to be loaded, by table."""

    def __init__(self, into: Loader, keys: MasterKeys) -> None:
        self.into = into
        self.keys = keys
        self.draw = random.Random(7)
        self.now = datetime.now(UTC) - timedelta(minutes=5)
        self._columns: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, list[Row]] = {}

    async def add(self, model: Model, **changed: Any) -> None:  # noqa: ANN401 (columns)
        """A copy with other values in some columns."""
        await self.insert(model.table, **{**model.values, **changed})

    async def insert(self, table: str, **values: Any) -> None:  # noqa: ANN401 (columns)
        """A row."""
        columns = self._columns.setdefault(table, tuple(values))
        rows = self._rows.setdefault(table, [])
        rows.append([values[column] for column in columns])
        if len(rows) >= PORTION:
            await self._load(table)

    async def flush(self) -> None:
        """Load what waits."""
        for table in self._rows:
            await self._load(table)

    async def next_id(self, table: str) -> int:
        """The first id that no row has; what waits is loaded."""
        await self.flush()
        (last,) = await self.into.one(f"SELECT coalesce(max(id), 0) FROM {table}")
        return int(last) + 1

    async def new_key(self, scope: str) -> DataKey:
        """A data key of its own for a scope."""
        key = new_data_key()
        wrapped = self.keys.wrap(key, Place("data_keys", "wrapped", scope))
        await self.insert(
            "data_keys", scope=scope, wrapped=wrapped, master_key_id=self.keys.current_id,
            erasures=0, created_at=self.now,
        )  # fmt: skip
        return key

    async def key(self, scope: str) -> DataKey:
        """The data key that a scope has."""
        (wrapped,) = await self.into.one(f"SELECT wrapped FROM data_keys WHERE scope = '{scope}'")
        return self.keys.unwrap(wrapped, Place("data_keys", "wrapped", scope))

    def uid(self) -> str:
        """A new public id."""
        return str(UUID(int=self.draw.getrandbits(128)))

    def secret(self) -> str:
        """What stands for the hash of a secret."""
        return f"{self.draw.getrandbits(256):064x}"

    def times(self, count: int, days: float = DAYS) -> Iterator[datetime]:
        """Moments of the last days, ascending, until now."""
        begins, apart = self.now - timedelta(days=days), timedelta(days=days) / max(1, count)
        return (begins + apart * number for number in range(count))

    async def _load(self, table: str) -> None:
        rows = self._rows[table]
        if rows:
            await self.into.load(table, self._columns[table], rows)
            rows.clear()


async def people(copies: Copies, size: Size) -> range:
    """Users with tokens, sign-ins and teams; returns the users' ids."""
    user = await Model.of(copies.into, "users", "role = 'administrator'")
    token = await Model.of(copies.into, "api_tokens")
    signed_in = await Model.of(copies.into, "auth_sessions")
    first, draw = await copies.next_id("users"), copies.draw
    ids = range(first, first + size.people)
    roles = ("member", "prompt_editor", "policy_editor", "auditor", "administrator")
    for number, at in zip(ids, copies.times(size.people), strict=True):
        await copies.add(
            user, id=number, email=f"person{number}@example.org", name=f"Person {number}",
            role=draw.choices(roles, (80, 12, 4, 3, 1))[0], created_at=at, updated_at=at,
            deleted_at=at if draw.random() < 0.05 else None, issuer=None, subject=None,
        )  # fmt: skip
    for table, model, count in (
        ("api_tokens", token, size.tokens), ("auth_sessions", signed_in, size.sign_ins),
    ):  # fmt: skip
        begin = await copies.next_id(table)
        for number, at in enumerate(copies.times(count, 10), begin):
            # One person has two hundred of them.
            owner = user.values["id"] if number < begin + 200 else draw.choice(ids)
            named = {"id": number, "user_id": owner, "created_at": at}
            if table == "api_tokens":
                named |= {"name": f"Key {number}", "token_hash": copies.secret()}
            else:
                named |= {"id_hash": copies.secret(), "previous_id_hash": None}
            await copies.add(model, **named)
    await _teams(copies, size, ids)
    return ids


async def _teams(copies: Copies, size: Size, users: range) -> None:
    first = await copies.next_id("teams")
    for number in range(first, first + size.teams):
        await copies.insert("teams", id=number, name=f"Team {number}", created_at=copies.now)
    for number in range(first, first + size.teams):
        for user in copies.draw.sample(users, min(len(users), 20 if number > first else 500)):
            await copies.insert("team_members", team_id=number, user_id=user)


async def policies_and_instances(copies: Copies, size: Size) -> range:
    """Policy groups with versions, and model instances that use them; returns these' ids."""
    key, draw = await copies.key(SETTINGS), copies.draw
    group = await Model.of(copies.into, "policy_groups", "id = 1")
    version = await Model.of(copies.into, "policy_versions", "policy_group_id = 1")
    number = version.values["number"]
    document = key.open(version.values["document_sealed"], _of_version(1, number))
    first, version_id = (
        await copies.next_id("policy_groups"),
        await copies.next_id("policy_versions"),
    )
    for group_id in range(first, first + size.policies):
        versions = 10 if group_id > first else max(10, size.long // 50)
        await copies.add(group, id=group_id, name=f"Policy {group_id}", version=versions)
        for one in range(1, versions + 1):
            await copies.add(
                version, id=version_id, policy_group_id=group_id, number=one,
                document_sealed=key.seal(document, _of_version(group_id, one)),
            )  # fmt: skip
            version_id += 1
    instance = await Model.of(copies.into, "model_instances", "name = 'Echo'")
    where = f"model_instance_id = {instance.values['id']}"
    connection = await Model.of(copies.into, "model_connections", where)
    begin, connected = (
        await copies.next_id("model_instances"),
        await copies.next_id("model_connections"),
    )
    ids = range(begin, begin + size.instances)
    for place, one in enumerate(ids):
        uses = draw.randrange(first, first + size.policies)
        await copies.add(
            instance, id=one, name=f"Instance {one}", policy_group_id=uses,
            instructions_sealed=key.seal("Be brief.", _of_instance(one)),
        )  # fmt: skip
        await copies.add(connection, id=connected + place, model_instance_id=one)
    return ids


def _of_instance(instance_id: int) -> Place:
    return Place("model_instances", "instructions_sealed", str(instance_id))


def _of_version(group_id: int, number: int) -> Place:
    return Place("policy_versions", "document_sealed", f"{group_id}:{number}")


async def projects(copies: Copies, size: Size, users: range) -> None:
    """Projects beside the one that is filled, and who works on this one."""
    model = await Model.of(copies.into, "projects", "uid = 'demo'")
    user = await Model.of(copies.into, "users", f"id = {model.values['user_id']}")
    where = f"id = {model.values['conversation_id']}"
    conversation = await Model.of(copies.into, "conversations", where)
    first = {table: await copies.next_id(table) for table in ("projects", "users", "conversations")}
    for number in range(size.projects):
        ids = {table: begin + number for table, begin in first.items()}
        await copies.add(user, id=ids["users"], email=None, name=f"Project {number}")
        await copies.add(conversation, id=ids["conversations"], user_id=ids["users"])
        await copies.new_key(conversation_scope(ids["conversations"]))
        await copies.add(
            model, id=ids["projects"], uid=f"project-{number}", name=f"Project {number}",
            user_id=ids["users"], conversation_id=ids["conversations"],
        )  # fmt: skip
    for person in copies.draw.sample(users, min(len(users), 200)):
        await copies.insert(
            "project_members", project_id=model.values["id"], user_id=person, role="editor",
            created_at=copies.now,
        )  # fmt: skip


KINDS: Final[tuple[tuple[str, str, int], ...]] = (
    ("prompt.blocked", "thread", 400), ("findings.released", "thread", 250),
    ("thread.read", "thread", 90), ("originals.revealed", "recording", 60),
    ("auth.session_opened", "session", 120), ("template.deployed", "template", 20),
    ("playlist.created", "playlist", 10), ("test_cases.added", "playlist", 20),
    ("policy.changed", "policy_group", 8), ("policy.dry_run", "policy_group", 8),
    ("model_instance.changed", "model_instance", 5), ("model_instance.tested", "model_instance", 5),
    ("user.created", "user", 2), ("user.role_changed", "user", 1), ("keys.rotated", "key", 0),
    ("person.erased", "project", 1),
)  # fmt: skip
"""Names of events, what they happen to, and how often of a thousand."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is chained."""

    id: int
    at: datetime
    event: str
    actor_id: int | None
    subject: str
    request_id: str | None
    details: dict[str, str | int | bool]


async def events(copies: Copies, size: Size, users: range) -> range:
    """The audit log; its newest part is chained as the server chains it."""
    head = await Model.of(copies.into, "audit_heads")
    last_id, count, before = (head.values[name] for name in ("last_id", "events", "hash"))
    draw, weights = copies.draw, [weight for _, _, weight in KINDS]
    first = last_id + 1 + size.copies * size.events
    for number, at in enumerate(copies.times(size.events, BUSY_DAYS), first):
        name, kind, _ = draw.choices(KINDS, weights)[0] if number % 50_000 else KINDS[-2]
        event = Event(
            id=number, at=at, event=name, actor_id=draw.choice(users),
            subject=f"{kind}:{draw.randrange(1, size.threads)}", request_id=f"{number:032x}",
            details={"count": draw.randint(1, 9), "entityType": "PERSON"},
        )  # fmt: skip
        before = hash_after(before, event)
        await copies.insert(
            "audit_events", id=number, at=at, event=name, actor_id=event.actor_id,
            subject=event.subject, request_id=event.request_id,
            details=json.dumps(event.details), hash=before,
        )  # fmt: skip
    await copies.flush()
    made = size.events * (size.copies + 1)
    new = Head(last_id + made, count + made, before)
    sealed = new.sealed(await copies.key(SETTINGS))
    await copies.into.run("DELETE FROM audit_heads")
    await copies.insert(
        "audit_heads", id=1, last_id=new.last_id, events=new.events, hash=new.hash, sealed=sealed
    )
    await copies.flush()
    return range(first, first + size.events)
