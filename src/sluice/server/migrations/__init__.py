"""Alembic migrations: dated names, tested up and down on SQLite and PostgreSQL."""
