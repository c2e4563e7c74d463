"""Which entity types were found in which recordings, to search by them.

Revision: 20261122_entity_types
Follows: 20261121_statistics
"""

import sqlalchemy as sa
from alembic import op


revision = "20261122_entity_types"
down_revision = "20261121_statistics"
branch_labels = None
depends_on = None

TABLE = "recording_entity_types"
COLUMNS = "(recording_id, entity_type, project_id)"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name="fk_recording_entity_types_recording_id_recordings",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "entity_type", name=f"pk_{TABLE}"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()
    op.create_index(
        f"ix_{TABLE}_project_id",
        TABLE,
        ["project_id", "entity_type", "recording_id"],
        unique=False,
    )


def _on_sqlite() -> None:
    of_all = "SELECT r.id, t.key, r.project_id FROM recordings r, json_each(r.manifest) t"
    op.execute(f"INSERT INTO {TABLE} {COLUMNS} {of_all}")
    of_one = "SELECT NEW.id, key, NEW.project_id FROM json_each(NEW.manifest)"
    added = f"INSERT INTO {TABLE} {COLUMNS} {of_one};"
    taken = f"DELETE FROM {TABLE} WHERE recording_id = NEW.id;"
    op.execute(f"CREATE TRIGGER {TABLE}_insert AFTER INSERT ON recordings BEGIN {added} END")
    op.execute(
        f"CREATE TRIGGER {TABLE}_update AFTER UPDATE OF manifest ON recordings "
        f"BEGIN {taken} {added} END"
    )


def _on_postgresql() -> None:
    of_all = "SELECT r.id, t, r.project_id FROM recordings r, json_object_keys(r.manifest) t"
    op.execute(f"INSERT INTO {TABLE} {COLUMNS} {of_all}")
    op.execute(
        "CREATE FUNCTION keep_recording_entity_types() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN "
        f"IF TG_OP = ''UPDATE'' THEN DELETE FROM {TABLE} WHERE recording_id = NEW.id; END IF; "
        f"INSERT INTO {TABLE} {COLUMNS} "
        "SELECT NEW.id, t, NEW.project_id FROM json_object_keys(NEW.manifest) t; "
        "RETURN NULL; END'"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_change AFTER INSERT OR UPDATE OF manifest ON recordings "
        "FOR EACH ROW EXECUTE FUNCTION keep_recording_entity_types()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {TABLE}_insert")
        op.execute(f"DROP TRIGGER {TABLE}_update")
    else:
        op.execute(f"DROP TRIGGER {TABLE}_change ON recordings")
        op.execute("DROP FUNCTION keep_recording_entity_types()")
    op.drop_table(TABLE)
