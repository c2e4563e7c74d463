"""Audit events in a chain of hashes.

Revision: 20261121_audit_chain
Follows: 20261121_people
"""

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261121_audit_chain"
down_revision = "20261121_people"
branch_labels = None
depends_on = None

PORTION = 5_000

_SQLITE_TRIGGERS = [
    f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END"
    for verb in ("UPDATE", "DELETE")
]
_POSTGRES_TRIGGER = (
    "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
    "ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()"
)
_EVENTS = sa.table(
    "audit_events",
    sa.column("id", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("event", sa.String()),
    sa.column("actor_id", sa.Integer()),
    sa.column("subject", sa.String()),
    sa.column("request_id", sa.String()),
    sa.column("details", sa.JSON()),
    sa.column("hash", sa.LargeBinary()),
)
_INDEXES = {
    "ix_audit_events_actor_id_id": ["actor_id", "id"],
    "ix_audit_events_subject_id": ["subject", "id"],
    "ix_audit_events_at_id": ["at", "id"],
}


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_heads"),
    )
    _drop_triggers()
    op.add_column("audit_events", sa.Column("hash", sa.LargeBinary(length=32), nullable=True))
    _chain()
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.alter_column("hash", existing_type=sa.LargeBinary(length=32), nullable=False)
    for name, columns in _INDEXES.items():
        op.create_index(name, "audit_events", columns, unique=False)
    _create_triggers()


def _chain() -> None:
    """The hash of every event that is there, by the rule of `features/audit/chain.py`."""
    connection = op.get_bind()
    last_id, events, before = 0, 0, bytes(32)
    while True:
        query = _EVENTS.select().where(_EVENTS.c.id > last_id).order_by(_EVENTS.c.id)
        rows = connection.execute(query.limit(PORTION)).all()
        if not rows:
            break
        hashes = []
        for row in rows:
            before, last_id, events = _hash(before, row), row.id, events + 1
            hashes.append({"of_id": row.id, "new_hash": before})
        chained = _EVENTS.update().where(_EVENTS.c.id == sa.bindparam("of_id"))
        connection.execute(chained.values(hash=sa.bindparam("new_hash")), hashes)
    # Unsealed: a migration has no keys. The first event that is appended says so.
    heads = sa.table(
        "audit_heads",
        *(sa.column(name) for name in ("id", "last_id", "events")),
        sa.column("hash", sa.LargeBinary()),
    )
    op.execute(heads.insert().values(id=1, last_id=last_id, events=events, hash=before))


def _hash(before: bytes, row: sa.Row[Any]) -> bytes:
    at = row.at if row.at.tzinfo is not None else row.at.replace(tzinfo=UTC)
    told = at.astimezone(UTC).isoformat(timespec="microseconds")
    about = [row.event, row.actor_id, row.subject, row.request_id, row.details]
    canonical = json.dumps([1, row.id, told, *about], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + canonical.encode()).digest()


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER audit_events_no_{verb}")


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRES_TRIGGER)
        return
    for statement in _SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    _drop_triggers()
    for name in _INDEXES:
        op.drop_index(name, table_name="audit_events")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_column("hash")
    _create_triggers()
    op.drop_table("audit_heads")
    if op.get_bind().dialect.name == "postgresql":
        # Ids were given out of the head; from here on the sequence gives them again.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_events', 'id'), "
            "(SELECT coalesce(max(id), 0) + 1 FROM audit_events), false)"
        )
