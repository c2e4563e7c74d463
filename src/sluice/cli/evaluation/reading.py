"""What all readers of labelled files share: the file's text, and its problems, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sluice.cli.errors import CommandError
from sluice.cli.evaluation.labelled import Document, Gold

MOST_PROBLEMS = 50
"""More are counted, not listed."""


@dataclass(slots=True)
class Problems:
    """What is wrong, each with its file and line; never with its text."""

    listed: list[str] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str) -> None:
        """One problem; line 0 is the whole file."""
        self.listed.append(f"{path}:{line}: {message}" if line else f"{path}: {message}")

    def stop(self) -> None:
        """Raise `CommandError` with everything that was added, if anything was."""
        if not self.listed:
            return
        more = len(self.listed) - MOST_PROBLEMS
        said = [*self.listed[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        raise CommandError(f"{len(self.listed)} problem(s) in the labelled text:", said)


def text_of(path: Path, problems: Problems) -> str | None:
    """The whole of a UTF-8 file with its line ends as they are; None where it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as e:
        problems.add(path, 0, f"not UTF-8 at byte {e.start}")
        return None


def document(
    path: Path, line: int, text: str, spans: Sequence[Gold], problems: Problems
) -> Document:
    """A document whose spans lie within its text; others are problems."""
    size = len(text)
    kept = []
    for index, span in enumerate(spans):
        if 0 <= span.start < span.end <= size:
            kept.append(span)
        else:
            problems.add(
                path, line,
                f"span {index}: {span.start}-{span.end} is not within a text of {size} characters",
            )  # fmt: skip
    return Document(f"{path}:{line}" if line else str(path), text, tuple(kept))


def whole_number(value: object) -> int | None:
    """The value if it is a whole number (True is none)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
