"""Saved views of sessions and recordings.

Revision: 20261121_saved_views
Follows: 20261121_audit_chain
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_saved_views"
down_revision = "20261121_audit_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
