"""Environments that need a second person's approval.

Revision: 20261121_approvals
Follows: 20261121_saved_views
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_approvals"
down_revision = "20261121_saved_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
