"""A number that changes with every change of who may do what: what was read once may be kept.

Triggers count, so that no way of changing these tables can forget it.

Revision: 20261121_configuration
Follows: 20261121_calls
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121_configuration"
down_revision = "20261121_calls"
branch_labels = None
depends_on = None

TABLES = (
    "users",
    "model_instances",
    "model_connections",
    "model_instance_users",
    "policy_groups",
    "api_token_settings",
)
ONLY = {
    # Not what is written while they are used.
    "api_tokens": ("user_id", "expires_at", "revoked_at"),
    "api_token_settings": (
        "default_instance_id",
        "requests_per_minute",
        "tokens_per_minute",
        "concurrent_streams",
        "monthly_tokens",
        "monthly_budget",
    ),
}
EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    table = op.create_table(
        "configuration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration")),
    )
    op.bulk_insert(table, [{"id": 1, "revision": 1}])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION count_configuration() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN UPDATE configuration SET revision = revision + 1 WHERE id = 1; "
            "RETURN NULL; END'"
        )
    for name, event in _triggers():
        columns = ONLY.get(name)
        of = f" OF {', '.join(columns)}" if columns and event == "UPDATE" else ""
        begun = f"CREATE TRIGGER {_name(name, event)} AFTER {event}{of} ON {name}"
        if is_sqlite:
            op.execute(
                f"{begun} BEGIN UPDATE configuration SET revision = revision + 1 WHERE id = 1; END"
            )
        else:
            op.execute(f"{begun} FOR EACH STATEMENT EXECUTE FUNCTION count_configuration()")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event in _triggers():
        op.execute(f"DROP TRIGGER {_name(name, event)}" + ("" if is_sqlite else f" ON {name}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION count_configuration()")
    op.drop_table("configuration")


def _triggers() -> list[tuple[str, str]]:
    return [(name, event) for name in (*TABLES, "api_tokens") for event in EVENTS]


def _name(table: str, event: str) -> str:
    return f"count_{table}_{event.lower()}"
