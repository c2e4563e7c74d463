"""Calls of the gateway, the texts that they sent, and what is set for API tokens.

Revision: 20261121_calls
Follows: 20261121_conversations
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_calls"
down_revision = "20261121_conversations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_calls()
    op.create_index("ix_calls_conversation_id_id", "calls", ["conversation_id", "id"])
    op.create_index("ix_calls_user_id_id", "calls", ["user_id", "id"])
    op.create_index("ix_calls_created_at", "calls", ["created_at"])
    op.create_index("ix_calls_finished_at", "calls", ["finished_at"])
    op.create_index("ix_calls_api_token_id_created_at", "calls", ["api_token_id", "created_at"])
    op.create_index("ix_calls_api_token_id_finished_at", "calls", ["api_token_id", "finished_at"])
    op.create_table(
        "call_texts",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_call_texts_conversation_id_conversations",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "digest", name="pk_call_texts"),
    )
    _create_settings()


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("api_token_id", sa.Integer(), nullable=True),
        sa.Column("model_instance_id", sa.Integer(), nullable=False),
        sa.Column("wire", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("model_answered", sa.String(length=200), nullable=True),
        sa.Column("connection", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("streamed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cache_read_tokens", sa.Integer(), nullable=True),
        sa.Column("cache_write_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("counted_tokens", sa.BigInteger(), nullable=False),
        sa.Column("counted_cost", sa.BigInteger(), nullable=False),
        sa.Column("policy_group_id", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("answer_policy_group_id", sa.Integer(), nullable=True),
        sa.Column("answer_policy_version", sa.Integer(), nullable=True),
        sa.Column("detector_version", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("answer_manifest", sa.JSON(), nullable=False),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("request_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("raw_answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hydrated_answer_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_calls_conversation_id_conversations",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calls_user_id_users"),
        sa.ForeignKeyConstraint(
            ["api_token_id"], ["api_tokens.id"], name="fk_calls_api_token_id_api_tokens"
        ),
        sa.ForeignKeyConstraint(
            ["model_instance_id"],
            ["model_instances.id"],
            name="fk_calls_model_instance_id_model_instances",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )


def _create_settings() -> None:
    op.create_table(
        "api_token_settings",
        sa.Column("api_token_id", sa.Integer(), nullable=False),
        sa.Column("default_instance_id", sa.Integer(), nullable=True),
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
            ["api_token_id"],
            ["api_tokens.id"],
            name="fk_api_token_settings_api_token_id_api_tokens",
        ),
        sa.ForeignKeyConstraint(
            ["default_instance_id"],
            ["model_instances.id"],
            name="fk_api_token_settings_default_instance_id_model_instances",
        ),
        sa.PrimaryKeyConstraint("api_token_id", name="pk_api_token_settings"),
    )


def downgrade() -> None:
    op.drop_table("api_token_settings")
    op.drop_table("call_texts")
    op.drop_table("calls")
