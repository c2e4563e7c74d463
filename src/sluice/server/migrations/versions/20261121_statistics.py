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
    pass


def downgrade() -> None:
    pass
