"""What an import would change: a diff for each thing, then the changes themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from sluice.cli.errors import CommandError
from sluice.cli.terminal import is_terminal, say

_COLOURS = {"+": "green", "-": "red"}


@dataclass(frozen=True)
class Change:
    """One thing of a document, as it is on the server and as it is to be."""

    kind: str
    name: str
    before: str | None
    """Its YAML on the server; None if it is new."""
    after: str
    apply: Callable[[], object]

    @property
    def verb(self) -> str:
        """What is done about it."""
        if self.before is None:
            return "create"
        return "keep" if self.before == self.after else "change"

    def diff(self) -> Iterator[str]:
        """The lines that go and come, with three around them."""
        lines = (self.before or "").splitlines(), self.after.splitlines()
        return (line for line in unified_diff(*lines, lineterm="") if line[:3] not in _HEADS)


_HEADS = ("---", "+++", "@@ ")


def carry_out(changes: Sequence[Change], *, dry_run: bool) -> None:
    """Show every change, and unless it is a dry run make it."""
    for change in changes:
        if change.verb == "keep":
            continue
        say(f"{change.verb} {change.kind} {change.name}", "bold")
        for line in change.diff():
            say(f"  {line}", _COLOURS.get(line[:1]))
    if not dry_run:
        _apply([change for change in changes if change.verb != "keep"])
    counts = {verb: sum(c.verb == verb for c in changes) for verb in ("create", "change", "keep")}
    would = "would be " if dry_run else ""
    say(f"{counts['create']} {would}created, {counts['change']} {would}changed, "
        f"{counts['keep']} unchanged.")  # fmt: skip


def _apply(changes: Sequence[Change]) -> None:
    for done, change in enumerate(changes):
        try:
            change.apply()
        except CommandError as e:
            message = f"{change.kind} {change.name}: {e.message}"
            raise type(e)(
                message, [*e.problems, f"{done} of {len(changes)} changes were made before"]
            ) from None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, if it is new."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def put_out(text: str, output: Path | None) -> None:
    """A document into a file, or to standard output."""
    if output is not None:
        write_private(output, text)
        say(f"Written to {output}.")
        return
    if is_terminal():
        say(text.rstrip("\n"))
        return
    from sluice.cli.terminal import write_text

    write_text(text)
