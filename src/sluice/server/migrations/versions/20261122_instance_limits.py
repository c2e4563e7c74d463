"""Limits of model instances, and the calls that they count.

Revision: 20261122_instance_limits
Follows: 20261122_call_retention
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_instance_limits"
down_revision = "20261122_call_retention"
branch_labels = None
depends_on = None

SET = (
    "requests_per_minute",
    "tokens_per_minute",
    "concurrent_streams",
    "monthly_tokens",
    "monthly_budget",
)
"""What is set, and not what is written while it is used."""
EVENTS = ("INSERT", f"UPDATE OF {', '.join(SET)}", "DELETE")


def upgrade() -> None:
    op.create_table(
        "model_instance_limits",
        sa.Column("model_instance_id", sa.Integer(), nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("tokens_per_minute", sa.Integer(), nullable=True),
        sa.Column("concurrent_streams", sa.Integer(), nullable=True),
        sa.Column("monthly_tokens", sa.BigInteger(), nullable=True),
        sa.Column("monthly_budget", sa.BigInteger(), nullable=True),
        sa.Column("summed_month", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summed_tokens", sa.BigInteger(), nullable=False),
        sa.Column("summed_cost", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_instance_id"],
            ["model_instances.id"],
            name="fk_model_instance_limits_model_instance_id_model_instances",
        ),
        sa.PrimaryKeyConstraint("model_instance_id", name="pk_model_instance_limits"),
    )
    op.create_table(
        "limited_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_instance_id", sa.Integer(), nullable=False),
        sa.Column("streamed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_tokens", sa.BigInteger(), nullable=False),
        sa.Column("counted_cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_instance_id"],
            ["model_instances.id"],
            name="fk_limited_calls_model_instance_id_model_instances",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_limited_calls"),
    )
    for column in ("created_at", "finished_at"):
        name = f"ix_limited_calls_model_instance_id_{column}"
        op.create_index(name, "limited_calls", ["model_instance_id", column], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for event in EVENTS:
        begun = f"CREATE TRIGGER {_name(event)} AFTER {event} ON model_instance_limits"
        if is_sqlite:
            op.execute(
                f"{begun} BEGIN UPDATE configuration SET revision = revision + 1 WHERE id = 1; END"
            )
        else:
            op.execute(f"{begun} FOR EACH STATEMENT EXECUTE FUNCTION count_configuration()")


def downgrade() -> None:
    # The triggers go with their table.
    op.drop_table("limited_calls")
    op.drop_table("model_instance_limits")


def _name(event: str) -> str:
    return f"count_model_instance_limits_{event.split()[0].lower()}"
