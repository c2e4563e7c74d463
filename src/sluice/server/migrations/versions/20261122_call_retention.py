"""For how long a project keeps the gateway's calls.

Revision: 20261122_call_retention
Follows: 20261122_entity_types
"""

import sqlalchemy as sa
from alembic import op


revision = "20261122_call_retention"
down_revision = "20261122_entity_types"
branch_labels = None
depends_on = None

COUNTED = (
    "uid",
    "name",
    "user_id",
    "policy_group_id",
    "keep_raw",
    "findings",
    "format_dialect",
    "retention_days",
    "deleted_at",
)
"""Columns of projects whose changes are counted in `configuration`, without the new one."""
NAME = "count_projects_update"
INDEX = "ix_conversations_space_id_last_used_at"


def upgrade() -> None:
    op.add_column("projects", sa.Column("call_retention_days", sa.Integer(), nullable=True))
    _count((*COUNTED, "call_retention_days"))
    kept = sa.text("deleted_at IS NULL")
    op.create_index(
        INDEX,
        "conversations",
        ["space_id", "last_used_at"],
        unique=False,
        sqlite_where=kept,
        postgresql_where=kept,
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="conversations")
    _count(COUNTED)
    # In place: a table that is made anew loses its triggers.
    op.drop_column("projects", "call_retention_days")


def _count(columns: tuple[str, ...]) -> None:
    """Count changes of these columns in place of those that were counted until now."""
    begun = f"CREATE TRIGGER {NAME} AFTER UPDATE OF {', '.join(columns)} ON projects"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {NAME}")
        counted = "UPDATE configuration SET revision = revision + 1 WHERE id = 1"
        op.execute(f"{begun} BEGIN {counted}; END")
    else:
        op.execute(f"DROP TRIGGER {NAME} ON projects")
        op.execute(f"{begun} FOR EACH STATEMENT EXECUTE FUNCTION count_configuration()")
