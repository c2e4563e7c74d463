"""What README.md tells people to type works, as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.live import LiveServer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return [text for name, text in BLOCKS if name == language]


def run(server: LiveServer, command: list[str], text: str = "") -> str:
    """What a command prints when it is pointed at the server."""
    environment = os.environ | {"SLUICE_URL": server.url, "SLUICE_TOKEN": server.token}
    done = subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands() -> list[str]:
    """The README's lines for our command."""
    texts = blocks("sh")
    return [line for text in texts for line in text.splitlines() if ".venv/bin/sluice" in line]


def shell(server: LiveServer, line: str) -> str:
    """What one of these lines prints."""
    sluice = str(Path(sys.executable).parent / "sluice")
    command = re.sub(r"SLUICE_TOKEN=\S+ ", "", line).replace(".venv/bin/sluice", sluice)
    return run(server, ["sh", "-c", command])


def test_each_python_program_runs(live_sqlite: LiveServer) -> None:
    programs = [text for text in blocks("python") if "freeplay" not in text]
    printed = [run(live_sqlite, [sys.executable, "-c", text]) for text in programs]
    assert len(printed) == 3
    assert printed[0].strip() == "The model saw: Mail jane@example.com, please."
    assert "Mail EMAIL_ADDRESS_0, please." in printed[1]
    assert "The model saw: Mail jane@example.com, please." in printed[1]
    assert printed[1].rstrip().endswith("Who was that?")


def test_each_line_for_the_shell_runs(live_sqlite: LiveServer) -> None:
    tried = [line for line in commands() if "ask" in line or "cleanse" in line]
    assert len(tried) == 2
    for line in tried:
        assert "EMAIL_ADDRESS_0" in shell(live_sqlite, line)


def test_the_whole_way_of_a_prompt(live_sqlite: LiveServer) -> None:
    """Pushed, called, seen in its session, run over a playlist."""
    push, listed, imported, started, runs = (
        line for line in commands() if "ask" not in line and "cleanse" not in line
    )
    assert "prod" in shell(live_sqlite, push)
    (program,) = (text for text in blocks("python") if "freeplay" in text)
    answered = run(live_sqlite, [sys.executable, "-c", program]).strip()
    assert answered == "The model saw: Mail jane@example.com, please."
    assert shell(live_sqlite, listed).strip()
    assert "3 test case(s) saved" in shell(live_sqlite, imported)
    assert "3 of 3" in shell(live_sqlite, started)
    assert "support/reply" in shell(live_sqlite, runs)


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_two_commands_are_targets_of_make(target: str) -> None:
    assert f"make {target}" in "\n".join(blocks("sh"))
    shown = subprocess.run(
        ["make", "-n", target], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert {"run": "sluice serve", "test": "pytest"}[target] in shown.stdout


def test_the_example_at_the_top_is_what_the_engine_does() -> None:
    from sluice.engine import Detector, Mapping, cleanse, hydrate

    shown = dict(
        re.findall(r"^(you write|the model sees|it answers|you get) +(.+)$", README, re.MULTILINE)
    )
    mapping, text = Mapping(), shown["you write"]
    assert cleanse(text, Detector().analyze(text), mapping).text == shown["the model sees"]
    assert hydrate(shown["it answers"], mapping).text == shown["you get"]
