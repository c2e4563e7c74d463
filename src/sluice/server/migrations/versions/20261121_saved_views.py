"""Saved views of sessions, recordings and calls; an index of the calls that ended badly.

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
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_saved_views_project_id_projects"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_views_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("uid", name="uq_saved_views_uid"),
    )
    op.create_index(
        "ix_saved_views_project_id_id", "saved_views", ["project_id", "id"], unique=False
    )
    op.create_index("ix_saved_views_user_id", "saved_views", ["user_id"], unique=False)
    badly = sa.text("status <> 'complete' AND status <> 'pending'")
    op.create_index(
        "ix_calls_status_id",
        "calls",
        ["status", "id"],
        unique=False,
        sqlite_where=badly,
        postgresql_where=badly,
    )


def downgrade() -> None:
    op.drop_index("ix_calls_status_id", table_name="calls")
    op.drop_table("saved_views")
