"""Reserved numbers are sealed: their names are words that somebody typed.

Numbers that stand there in clear are forgotten, not carried over: a migration has no keys. Until
somebody types them again, such a number may be issued in a thread that is older than this.

Revision: 20261121_seal_reserved
Follows: 20261121_first_tables
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_seal_reserved"
down_revision = "20261121_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("data_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reserved_sealed", sa.LargeBinary(), nullable=True))
        batch_op.drop_column("reserved")


def downgrade() -> None:
    with op.batch_alter_table("data_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reserved", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.drop_column("reserved_sealed")
