"""Audit events in a chain of hashes.

Revision: 20261121_audit_chain
Follows: 20261121_people
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_audit_chain"
down_revision = "20261121_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
