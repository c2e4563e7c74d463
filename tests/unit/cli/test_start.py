"""What every command has: help with examples, its exit codes, and a quick start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from tests.unit.cli.commands import run

import sluice
from sluice.cli.errors import ExitCode
from sluice.cli.main import app

HEAVY = {
    "alembic", "asyncio", "cryptography", "fastapi", "httpx", "hyperscan", "phonenumbers",
    "pydantic", "rich.console", "sqlalchemy", "uvicorn", "yaml", "sluice.engine", "sluice.server",
}  # fmt: skip


def commands(  # typer does not export the types of what it makes
    group: Any,  # noqa: ANN401 (as above)
    name: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for child_name, child in group.commands.items():
        if getattr(child, "commands", None):
            yield from commands(child, (*name, child_name))
        else:
            yield (*name, child_name), child


ALL = dict(commands(typer.main.get_command(app)))


def test_the_commands_of_the_documentation_are_there() -> None:
    listed = {" ".join(name) for name in ALL}
    assert listed == {
        "serve", "ask", "analyze", "cleanse", "evaluate", "usage", "migrate", "openapi",
        "audit export", "audit verify",
        "user list", "user role", "user disable", "user enable", "user unlink",
        "team list", "team show", "team create", "team rename", "team add", "team remove",
        "team delete",
        "project list", "project show", "project create", "project set", "project delete",
        "project members list", "project members set", "project members remove",
        "project key list", "project key create", "project key revoke",
        "prompts list", "prompts pull", "prompts push", "prompts diff", "prompts lint",
        "prompts deploy", "prompts history", "prompts rollback", "prompts protect",
        "prompts unprotect", "prompts requests", "prompts approve", "prompts reject",
        "prompts withdraw-request",
        "playlist list", "playlist show", "playlist create", "playlist delete",
        "playlist import", "playlist export",
        "sessions list", "sessions show", "sessions search", "sessions delete", "sessions erase",
        "sessions export",
        "test-run start", "test-run list", "test-run show", "test-run compare",
        "test-run cancel", "test-run resume", "test-run delete",
        "demo",
        "policy list", "policy show", "policy export", "policy import", "policy dry-run",
        "instance list", "instance show", "instance export", "instance import", "instance test",
        "instance limits",
        "token create", "token list", "token revoke", "token limits", "token link",
        "keys status", "keys new", "keys rotate",
    }  # fmt: skip


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_every_command_explains_itself_with_worked_examples(name: tuple[str, ...]) -> None:
    done = run(*name, "--help")
    assert done.exit_code == 0
    assert "Examples:" in done.stdout
    assert f"sluice {' '.join(name)}" in done.stdout.split("Examples:")[1]


def test_the_help_says_what_the_exit_codes_mean() -> None:
    shown = run("--help").stdout
    assert all(f"{code.value} " in shown for code in ExitCode)


def test_asking_for_help_loads_nothing_that_it_does_not_need() -> None:
    program = "import sys, sluice.cli.main; print(*sys.modules, sep='\\n')"
    listed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert HEAVY & set(listed.stdout.split()) == set()


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout == f"sluice {sluice.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("serve", "--port", "x"), ("token", "revoke")]
)
def test_wrong_arguments_end_with_two(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.exit_code == ExitCode.USAGE
    assert "Usage" in done.stderr
