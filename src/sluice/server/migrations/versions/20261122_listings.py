"""What lists of calls and of audit events are filtered by, in the order in which they are shown.

Revision: 20261122_listings
Follows: 20261122_refused_paths
"""

import sqlalchemy as sa
from alembic import op


revision = "20261122_listings"
down_revision = "20261122_refused_paths"
branch_labels = None
depends_on = None

CALLS = "ix_calls_model_instance_id_id"
EVENTS = "ix_audit_events_subject_kind_id"
SUBJECT_KIND = "rtrim(subject, '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-')"


def upgrade() -> None:
    op.create_index(CALLS, "calls", ["model_instance_id", "id"], unique=False)
    op.create_index(EVENTS, "audit_events", [sa.text(SUBJECT_KIND), "id"], unique=False)


def downgrade() -> None:
    op.drop_index(EVENTS, table_name="audit_events")
    op.drop_index(CALLS, table_name="calls")
