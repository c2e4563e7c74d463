"""Model instances: a policy for answers, what happens to attachments, further connections.

Revision: 20261121_answers_and_fallbacks
Follows: 20261121_seal_reserved
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_answers_and_fallbacks"
down_revision = "20261121_seal_reserved"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("model_instances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_policy_group_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("attachments", sa.String(16), nullable=False, server_default="refuse")
        )
        batch_op.create_foreign_key(
            "fk_model_instances_answer_policy_group_id_policy_groups",
            "policy_groups",
            ["answer_policy_group_id"],
            ["id"],
        )
    with op.batch_alter_table("model_connections", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("position", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    # What stands behind the first place would become another connection of the instance.
    op.execute("DELETE FROM model_connections WHERE position > 0")
    with op.batch_alter_table("model_connections", schema=None) as batch_op:
        batch_op.drop_column("position")
    with op.batch_alter_table("model_instances", schema=None) as batch_op:
        batch_op.drop_constraint(
            "fk_model_instances_answer_policy_group_id_policy_groups", type_="foreignkey"
        )
        batch_op.drop_column("attachments")
        batch_op.drop_column("answer_policy_group_id")
