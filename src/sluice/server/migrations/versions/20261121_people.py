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


COUNTED = ("team_members", "model_instance_teams", "project_teams")
"""Changes of which are counted in `configuration`, as who may do what."""
EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    _create_teams()
    _create_given_to_teams()
    _count()
    _create_sign_in_links()
    op.add_column("api_tokens", sa.Column("scopes", sa.JSON(), nullable=True))
    op.add_column(
        "users", sa.Column("first_steps_closed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    _count_no_more()
    op.drop_table("project_teams")
    op.drop_table("model_instance_teams")
    op.drop_table("team_members")
    op.drop_table("teams")
    op.drop_column("users", "first_steps_closed_at")
    op.drop_column("api_tokens", "scopes")
    op.drop_index("ix_sign_in_links_user_id", table_name="sign_in_links")
    op.drop_table("sign_in_links")


def _create_sign_in_links() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_sign_in_links_created_by_users"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_in_links_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
        sa.UniqueConstraint("code_hash", name="uq_sign_in_links_code_hash"),
    )
    op.create_index("ix_sign_in_links_user_id", "sign_in_links", ["user_id"], unique=False)


def _create_teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("name", name="uq_teams_name"),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_team_members_team_id_teams", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_team_members_user_id_users"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"], unique=False)


def _create_given_to_teams() -> None:
    op.create_table(
        "model_instance_teams",
        sa.Column("model_instance_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_instance_id"],
            ["model_instances.id"],
            name="fk_model_instance_teams_model_instance_id_model_instances",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_model_instance_teams_team_id_teams"
        ),
        sa.PrimaryKeyConstraint("model_instance_id", "team_id", name="pk_model_instance_teams"),
    )
    op.create_index(
        "ix_model_instance_teams_team_id", "model_instance_teams", ["team_id"], unique=False
    )
    op.create_table(
        "project_teams",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_project_teams_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_project_teams_team_id_teams", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "team_id", name="pk_project_teams"),
    )
    op.create_index("ix_project_teams_team_id", "project_teams", ["team_id"], unique=False)


def _count() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in COUNTED:
        for event in EVENTS:
            begun = f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table}"
            if is_sqlite:
                counted = "UPDATE configuration SET revision = revision + 1 WHERE id = 1"
                op.execute(f"{begun} BEGIN {counted}; END")
            else:
                op.execute(f"{begun} FOR EACH STATEMENT EXECUTE FUNCTION count_configuration()")


def _count_no_more() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in COUNTED:
        for event in EVENTS:
            on = "" if is_sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER {_name(table, event)}{on}")


def _name(table: str, event: str) -> str:
    return f"count_{table}_{event.lower()}"
