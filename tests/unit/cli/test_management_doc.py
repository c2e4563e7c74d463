"""docs/management.md: its YAML can be read, and its commands are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from sluice.cli.documents import read_file
from sluice.cli.main import app

DOCUMENT = (Path(__file__).parents[3] / "docs" / "management.md").read_text()
COMMANDS = sorted(
    set(re.findall(r"^(sluice .*?)(?:  .*)?$|`(sluice [^`]+)`", DOCUMENT, re.MULTILINE))
)


def test_its_yaml_has_no_problems() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    read = read_file("management.md", block).document
    assert [group.name for group in read.policy_groups] == ["Customers"]
    assert [one.policy_group for one in read.model_instances] == ["Customers"]


@pytest.mark.parametrize("command", [first or second for first, second in COMMANDS])
def test_its_commands_can_be_typed_as_they_stand_there(command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    found = typer.main.get_command(app)
    # `sluice audit` lists events by itself, and has commands under it.
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    assert found.make_context(found.name or "", words).command is found
