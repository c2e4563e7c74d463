"""What calls, chats and recordings come to, hour by hour.

Revision: 20261121_statistics
Follows: 20261121_approvals
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_statistics"
down_revision = "20261121_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_progress()
    _create_sums()
    _create_counts()
    _create_users()
    _create_ended_chats()
    counted = sa.text("counted_at IS NOT NULL")
    op.create_index(
        "ix_recordings_counted_created_at",
        "recordings",
        ["created_at"],
        unique=False,
        sqlite_where=counted,
        postgresql_where=counted,
    )


def _create_progress() -> None:
    op.create_table(
        "statistics_progress",
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("counted_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_statistics_progress"),
    )


def _create_sums() -> None:
    op.create_table(
        "statistics_sums",
        sa.Column("grain", sa.String(length=4), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("space_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model_instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "grain",
            "starts_at",
            "source",
            "space_id",
            "model_instance_id",
            "provider",
            "model",
            name="pk_statistics_sums",
        ),
        sqlite_with_rowid=False,
    )


def _create_counts() -> None:
    op.create_table(
        "statistics_counts",
        sa.Column("grain", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("space_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model_instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "grain",
            "kind",
            "starts_at",
            "source",
            "space_id",
            "model_instance_id",
            "name",
            "detail",
            name="pk_statistics_counts",
        ),
        sqlite_with_rowid=False,
    )


def _create_users() -> None:
    op.create_table(
        "statistics_users",
        sa.Column("model_instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "model_instance_id", "day", "user_id", name="pk_statistics_users"
        ),
        sqlite_with_rowid=False,
    )


def _create_ended_chats() -> None:
    op.create_table(
        "ended_chats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("model_instance_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ended_chats"),
    )
    op.create_index("ix_ended_chats_ended_at", "ended_chats", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_recordings_counted_created_at", table_name="recordings")
    for table in (
        "ended_chats", "statistics_users", "statistics_counts", "statistics_sums",
        "statistics_progress",
    ):  # fmt: skip
        op.drop_table(table)
