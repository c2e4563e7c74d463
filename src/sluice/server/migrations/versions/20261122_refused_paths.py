"""Counts of requests that were refused because they were not understood, by path.

Revision: 20261122_refused_paths
Follows: 20261122_instance_limits
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_refused_paths"
down_revision = "20261122_instance_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_paths",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wire", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "wire", "path", "reason", name="pk_refused_paths"),
    )


def downgrade() -> None:
    op.drop_table("refused_paths")
