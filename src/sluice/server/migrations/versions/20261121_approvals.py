"""Environments that need a second person's approval; recordings by template, with cost and time.

Revision: 20261121_approvals
Follows: 20261121_saved_views
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121_approvals"
down_revision = "20261121_saved_views"
branch_labels = None
depends_on = None

BY_TEMPLATE = "ix_recordings_template_id_id"


def upgrade() -> None:
    _add_approvers()
    op.create_table(
        "protected_environments",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=False),
        sa.Column("approver_role", sa.String(length=16), nullable=False),
        sa.Column("expires_hours", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name="fk_protected_environments_changed_by_users"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_protected_environments_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("project_id", "environment", name="pk_protected_environments"),
    )
    _create_requests()
    _index_recordings("template_id", "id", "cost", "duration_ms")


def _add_approvers() -> None:
    with op.batch_alter_table("deployments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("is_emergency", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_foreign_key(
            "fk_deployments_approved_by_users", "users", ["approved_by"], ["id"]
        )


def _create_requests() -> None:
    op.create_table(
        "deployment_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("base_version_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note_sealed", sa.LargeBinary(), nullable=True),
        *_references_of_requests(),
        sa.PrimaryKeyConstraint("id", name="pk_deployment_requests"),
        sa.UniqueConstraint("uid", name="uq_deployment_requests_uid"),
    )
    op.create_index(
        "ix_deployment_requests_project_id_status_id",
        "deployment_requests",
        ["project_id", "status", "id"],
    )
    op.create_index(
        "ix_deployment_requests_template_id_environment_status",
        "deployment_requests",
        ["template_id", "environment", "status"],
    )


def _references_of_requests() -> list[sa.ForeignKeyConstraint]:
    references = [
        ("project_id", "projects", None),
        ("template_id", "templates", "CASCADE"),
        ("version_id", "template_versions", "CASCADE"),
        ("base_version_id", "template_versions", "CASCADE"),
        ("requested_by", "users", None),
        ("decided_by", "users", None),
    ]
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{table}.id"],
            name=f"fk_deployment_requests_{column}_{table}",
            ondelete=ondelete,
        )
        for column, table, ondelete in references
    ]


def _index_recordings(*columns: str) -> None:
    """What a template was used for is read from this index alone."""
    op.drop_index(BY_TEMPLATE, "recordings")
    where = sa.text("template_id IS NOT NULL")
    op.create_index(
        BY_TEMPLATE, "recordings", [*columns], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    _index_recordings("template_id", "id")
    op.drop_table("deployment_requests")
    op.drop_table("protected_environments")
    with op.batch_alter_table("deployments", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deployments_approved_by_users", type_="foreignkey")
        batch_op.drop_column("is_emergency")
        batch_op.drop_column("approved_by")
