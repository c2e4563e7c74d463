"""Teams, and links that sign in once.

Revision: 20261121_people
Follows: 20261121_sessions
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_people"
down_revision = "20261121_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
