"""Projects, their templates, and where their placeholders stand.

Revision: 20261121_projects
Follows: 20261121_configuration
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_projects"
down_revision = "20261121_configuration"
branch_labels = None
depends_on = None

TABLES = {
    "projects": 1,
    "project_members": 1,
    "templates": 2,
    "template_versions": 2,
    "deployed_versions": 2,
}
"""Changes of which are counted, and in which row."""
ONLY = {
    # Not what is written while they are used.
    "projects": (
        "uid",
        "name",
        "user_id",
        "policy_group_id",
        "keep_raw",
        "findings",
        "format_dialect",
        "retention_days",
        "deleted_at",
    ),
}
EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    _add_to_conversations()
    _add_to_users()
    _create_placeholder_uses()
    _create_projects()
    _create_project_members()
    _create_templates()
    _create_template_versions()
    _create_deployed_versions()
    _create_deployments()
    op.execute("INSERT INTO configuration (id, revision) VALUES (2, 1)")
    _count()


def _add_to_conversations() -> None:
    op.add_column(
        "data_keys", sa.Column("erasures", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("conversations", sa.Column("space_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_conversations_space_id_id", "conversations", ["space_id", "id"], unique=False
    )


def _add_to_users() -> None:
    op.add_column(
        "users",
        sa.Column("of_project", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _create_placeholder_uses() -> None:
    op.create_table(
        "placeholder_uses",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("placeholder", sa.String(length=512), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["data_keys.scope"],
            name="fk_placeholder_uses_scope_data_keys",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope", "placeholder", "holder", name="pk_placeholder_uses"),
    )
    op.create_index("ix_placeholder_uses_holder", "placeholder_uses", ["holder"], unique=False)


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("policy_group_id", sa.Integer(), nullable=False),
        sa.Column("keep_raw", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.String(length=16), nullable=False),
        sa.Column("format_dialect", sa.String(length=16), nullable=False),
        sa.Column("format_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_projects_conversation_id_conversations",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_projects_created_by_users"),
        sa.ForeignKeyConstraint(
            ["policy_group_id"],
            ["policy_groups.id"],
            name="fk_projects_policy_group_id_policy_groups",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_projects_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("conversation_id", name="uq_projects_conversation_id"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
        sa.UniqueConstraint("uid", name="uq_projects_uid"),
        sa.UniqueConstraint("user_id", name="uq_projects_user_id"),
    )


def _create_project_members() -> None:
    op.create_table(
        "project_members",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_project_members_project_id_projects"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_project_members_user_id_users"),
        sa.PrimaryKeyConstraint("project_id", "user_id", name="pk_project_members"),
    )
    op.create_index("ix_project_members_user_id", "project_members", ["user_id"], unique=False)


def _create_templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_templates_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.UniqueConstraint("project_id", "name", name="uq_templates_project_id_name"),
        sa.UniqueConstraint("uid", name="uq_templates_uid"),
    )


def _create_template_versions() -> None:
    op.create_table(
        "template_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_template_versions_created_by_users"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["templates.id"],
            name="fk_template_versions_template_id_templates",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_versions"),
        sa.UniqueConstraint(
            "template_id", "digest", name="uq_template_versions_template_id_digest"
        ),
        sa.UniqueConstraint(
            "template_id", "number", name="uq_template_versions_template_id_number"
        ),
        sa.UniqueConstraint("uid", name="uq_template_versions_uid"),
    )


def _create_deployed_versions() -> None:
    op.create_table(
        "deployed_versions",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["templates.id"],
            name="fk_deployed_versions_template_id_templates",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_deployed_versions_version_id_template_versions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("template_id", "environment", name="pk_deployed_versions"),
    )
    op.create_index(
        "ix_deployed_versions_version_id", "deployed_versions", ["version_id"], unique=False
    )


def _create_deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("previous_version_id", sa.Integer(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["previous_version_id"],
            ["template_versions.id"],
            name="fk_deployments_previous_version_id_template_versions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["templates.id"],
            name="fk_deployments_template_id_templates",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_deployments_user_id_users"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_deployments_version_id_template_versions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
    )
    op.create_index(
        "ix_deployments_template_id_id", "deployments", ["template_id", "id"], unique=False
    )


def downgrade() -> None:
    _count_no_more()
    op.execute("DELETE FROM configuration WHERE id = 2")
    op.drop_table("deployments")
    op.drop_table("deployed_versions")
    op.drop_table("template_versions")
    op.drop_table("templates")
    op.drop_table("project_members")
    op.drop_table("projects")
    op.drop_table("placeholder_uses")
    # Their API tokens were the projects' keys.
    op.execute("UPDATE users SET deleted_at = CURRENT_TIMESTAMP WHERE of_project")
    # In place: a table that is made anew loses its triggers.
    op.drop_column("users", "of_project")
    op.drop_index("ix_conversations_space_id_id", "conversations")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("space_id")
    with op.batch_alter_table("data_keys") as table:
        table.drop_column("erasures")


def _triggers() -> list[tuple[str, str, int]]:
    return [(name, event, row) for name, row in TABLES.items() for event in EVENTS]


def _count() -> None:
    """Count changes in `configuration`: who may do what in row 1, prompts in row 2."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION count_prompts() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN UPDATE configuration SET revision = revision + 1 WHERE id = 2; "
            "RETURN NULL; END'"
        )
    for name, event, row in _triggers():
        of = f" OF {', '.join(ONLY[name])}" if name in ONLY and event == "UPDATE" else ""
        begun = f"CREATE TRIGGER {_name(name, event)} AFTER {event}{of} ON {name}"
        if is_sqlite:
            counted = f"UPDATE configuration SET revision = revision + 1 WHERE id = {row}"
            op.execute(f"{begun} BEGIN {counted}; END")
        else:
            function = "count_configuration" if row == 1 else "count_prompts"
            op.execute(f"{begun} FOR EACH STATEMENT EXECUTE FUNCTION {function}()")


def _count_no_more() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, _ in _triggers():
        op.execute(f"DROP TRIGGER {_name(name, event)}" + ("" if is_sqlite else f" ON {name}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION count_prompts()")


def _name(table: str, event: str) -> str:
    return f"count_{table}_{event.lower()}"
