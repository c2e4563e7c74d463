"""Worked examples at the end of every `--help`."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """The lines as one block of code, as typer's help renders it."""
    return "\n".join(["Examples:\n", "```", *lines, "```"])
