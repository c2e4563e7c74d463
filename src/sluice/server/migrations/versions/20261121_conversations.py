"""Conversations over the gateway, and number spaces that are never read as a whole.

Revision: 20261121_conversations
Follows: 20261121_answers_and_fallbacks
"""

import sqlalchemy as sa
from alembic import op

from sluice.server.kit.database import UtcDateTime


revision = "20261121_conversations"
down_revision = "20261121_answers_and_fallbacks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("api_token_id", sa.Integer(), nullable=True),
        sa.Column("named_by", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_conversations_user_id_users"),
        sa.ForeignKeyConstraint(
            ["api_token_id"], ["api_tokens.id"], name="fk_conversations_api_token_id_api_tokens"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("named_by", name="uq_conversations_named_by"),
    )
    op.create_index("ix_conversations_user_id_id", "conversations", ["user_id", "id"])
    op.create_index("ix_conversations_api_token_id", "conversations", ["api_token_id"])
    op.create_table(
        "number_counters",
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("entity_type", sa.String(128), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["data_keys.scope"],
            name="fk_number_counters_scope_data_keys",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope", "entity_type", name="pk_number_counters"),
    )
    op.create_table(
        "reserved_placeholders",
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("placeholder", sa.String(160), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["data_keys.scope"],
            name="fk_reserved_placeholders_scope_data_keys",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope", "placeholder", name="pk_reserved_placeholders"),
    )


def downgrade() -> None:
    op.drop_table("reserved_placeholders")
    op.drop_table("number_counters")
    op.drop_index("ix_conversations_api_token_id", table_name="conversations")
    op.drop_index("ix_conversations_user_id_id", table_name="conversations")
    op.drop_table("conversations")
