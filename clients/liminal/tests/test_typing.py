"""The package is typed for its users."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import liminal

HERE = Path(__file__).parent
STRICT = ["-m", "mypy", "--strict", "--config-file=", "--python-version=3.11"]


def run_mypy(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, *STRICT, *arguments]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=280)
    return done.returncode, done.stdout + done.stderr


def test_a_users_program_passes_mypy_in_strict_mode(tmp_path: Path) -> None:
    """Every `assert_type` holds and every `type: ignore` in it is needed."""
    code, said = run_mypy(f"--cache-dir={tmp_path}", "typed_use.py")
    assert code == 0, said


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(liminal.__file__).parent / "py.typed").exists()
