"""Playlists, test runs, sessions and what is recorded in them.

Revision: 20261121_sessions
Follows: 20261121_projects
"""

import sqlalchemy as sa
from alembic import op


revision = "20261121_sessions"
down_revision = "20261121_projects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_playlists()
    _create_test_cases()
    _create_test_suites()
    _create_test_runs()
    _create_test_case_results()
    _create_sessions()
    _create_recordings()
    _create_traces()
    _create_attributes()


def _create_playlists() -> None:
    op.create_table(
        "playlists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_playlists_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playlists"),
        sa.UniqueConstraint("project_id", "name", name="uq_playlists_project_id_name"),
        sa.UniqueConstraint("uid", name="uq_playlists_uid"),
    )


def _create_test_cases() -> None:
    op.create_table(
        "test_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("recording_uid", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name="fk_test_cases_playlist_id_playlists",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_test_cases_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_cases"),
        sa.UniqueConstraint("uid", name="uq_test_cases_uid"),
    )
    op.create_index(
        "ix_test_cases_playlist_id_id", "test_cases", ["playlist_id", "id"], unique=False
    )


def _create_test_suites() -> None:
    op.create_table(
        "test_suites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name="fk_test_suites_playlist_id_playlists",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_test_suites_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_suites"),
        sa.UniqueConstraint("project_id", "name", name="uq_test_suites_project_id_name"),
        sa.UniqueConstraint("uid", name="uq_test_suites_uid"),
    )


def _create_test_runs() -> None:
    op.create_table(
        "test_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=True),
        sa.Column("test_suite_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("model_instance_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("lease_holder", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_instance_id"],
            ["model_instances.id"],
            name="fk_test_runs_model_instance_id_model_instances",
        ),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name="fk_test_runs_playlist_id_playlists",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_test_runs_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_versions.id"],
            name="fk_test_runs_template_version_id_template_versions",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["test_suite_id"],
            ["test_suites.id"],
            name="fk_test_runs_test_suite_id_test_suites",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_test_runs_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_test_runs"),
        sa.UniqueConstraint("uid", name="uq_test_runs_uid"),
    )
    op.create_index("ix_test_runs_playlist_id", "test_runs", ["playlist_id"], unique=False)
    op.create_index("ix_test_runs_project_id_id", "test_runs", ["project_id", "id"], unique=False)
    op.create_index("ix_test_runs_status", "test_runs", ["status"], unique=False)
    op.create_index(
        "ix_test_runs_template_version_id", "test_runs", ["template_version_id"], unique=False
    )
    op.create_index("ix_test_runs_test_suite_id", "test_runs", ["test_suite_id"], unique=False)


def _create_test_case_results() -> None:
    op.create_table(
        "test_case_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("test_run_id", sa.Integer(), nullable=False),
        sa.Column("test_case_id", sa.Integer(), nullable=False),
        sa.Column("recording_uid", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("output_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["test_case_id"],
            ["test_cases.id"],
            name="fk_test_case_results_test_case_id_test_cases",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["test_run_id"],
            ["test_runs.id"],
            name="fk_test_case_results_test_run_id_test_runs",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_case_results"),
        sa.UniqueConstraint(
            "test_run_id",
            "test_case_id",
            name="uq_test_case_results_test_run_id_test_case_id",
        ),
    )
    op.create_index(
        "ix_test_case_results_test_case_id",
        "test_case_results",
        ["test_case_id"],
        unique=False,
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=True),
        sa.Column("test_run_id", sa.Integer(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_sessions_conversation_id_conversations",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_sessions_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["test_run_id"],
            ["test_runs.id"],
            name="fk_sessions_test_run_id_test_runs",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("uid", "project_id", name="uq_sessions_uid_project_id"),
    )
    op.create_index("ix_sessions_conversation_id", "sessions", ["conversation_id"], unique=False)
    op.create_index("ix_sessions_project_id_id", "sessions", ["project_id", "id"], unique=False)
    op.create_index(
        "ix_sessions_project_id_environment_id", "sessions", ["project_id", "environment", "id"]
    )
    op.create_index(
        "ix_sessions_project_id_last_recorded_at",
        "sessions",
        ["project_id", "last_recorded_at"],
        unique=False,
    )
    op.create_index("ix_sessions_test_run_id", "sessions", ["test_run_id"], unique=False)


def _create_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("trace_uid", sa.String(length=64), nullable=True),
        sa.Column("parent_uid", sa.String(length=64), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=64), nullable=True),
        sa.Column("test_run_id", sa.Integer(), nullable=True),
        sa.Column("test_case_id", sa.Integer(), nullable=True),
        sa.Column("provider", sa.String(length=64), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("format", sa.String(length=32), nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("tokens_estimated", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_group_id", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("detector_version", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("repeat_key", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_recordings_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name="fk_recordings_session_id_sessions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["templates.id"],
            name="fk_recordings_template_id_templates",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_versions.id"],
            name="fk_recordings_template_version_id_template_versions",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["test_case_id"],
            ["test_cases.id"],
            name="fk_recordings_test_case_id_test_cases",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["test_run_id"],
            ["test_runs.id"],
            name="fk_recordings_test_run_id_test_runs",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.UniqueConstraint("project_id", "uid", name="uq_recordings_project_id_uid"),
        sa.UniqueConstraint("repeat_key", name="uq_recordings_repeat_key"),
    )
    op.create_index(
        "ix_recordings_uncounted",
        "recordings",
        ["id"],
        unique=False,
        sqlite_where=sa.text("counted_at IS NULL"),
        postgresql_where=sa.text("counted_at IS NULL"),
    )
    _create_search_indexes()
    op.create_index("ix_recordings_session_id_id", "recordings", ["session_id", "id"], unique=False)


def _create_search_indexes() -> None:
    searched = [
        "project_id", "id", "environment", "provider", "model", "is_complete", "duration_ms",
        "input_tokens", "output_tokens", "cost", "created_at", "started_at",
    ]  # fmt: skip
    op.create_index("ix_recordings_search", "recordings", searched)
    for column in ("model", "environment", "duration_ms", "cost"):
        columns = ["project_id", column, "id"]
        op.create_index(f"ix_recordings_project_id_{column}_id", "recordings", columns)
    for column in ("template_id", "template_version_id", "test_run_id", "test_case_id"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_recordings_{column}_id",
            "recordings",
            [column, "id"],
            sqlite_where=where,
            postgresql_where=where,
        )


def _create_traces() -> None:
    op.create_table(
        "traces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("parent_uid", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("test_run_id", sa.Integer(), nullable=True),
        sa.Column("test_case_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_group_id", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("detector_version", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_traces_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name="fk_traces_session_id_sessions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["test_case_id"],
            ["test_cases.id"],
            name="fk_traces_test_case_id_test_cases",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["test_run_id"],
            ["test_runs.id"],
            name="fk_traces_test_run_id_test_runs",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_traces"),
        sa.UniqueConstraint("project_id", "uid", name="uq_traces_project_id_uid"),
    )
    op.create_index("ix_traces_session_id_id", "traces", ["session_id", "id"], unique=False)
    op.create_index("ix_traces_test_case_id", "traces", ["test_case_id"], unique=False)
    op.create_index("ix_traces_test_run_id", "traces", ["test_run_id"], unique=False)


def _create_attributes() -> None:
    op.create_table(
        "attributes",
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_attributes_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name="fk_attributes_session_id_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("holder", "holder_id", "name", name="pk_attributes"),
    )
    op.create_index(
        "ix_attributes_number",
        "attributes",
        ["project_id", "holder", "name", "number", "holder_id"],
        unique=False,
    )
    op.create_index("ix_attributes_session_id", "attributes", ["session_id"], unique=False)
    op.create_index(
        "ix_attributes_text",
        "attributes",
        ["project_id", "holder", "name", "text", "holder_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("attributes")
    op.drop_table("traces")
    op.drop_table("recordings")
    op.drop_table("sessions")
    op.drop_table("test_case_results")
    op.drop_table("test_runs")
    op.drop_table("test_suites")
    op.drop_table("test_cases")
    op.drop_table("playlists")
