"""Reading templates and word lists: text files of sections, one item a line.

A line `## name` opens the section of that name (several may share one); other lines are its items,
as they stand. Empty lines are skipped.
"""

from __future__ import annotations

from pathlib import Path


def sections(text: str) -> dict[str, tuple[str, ...]]:
    """Return the items of each section. Raises ValueError for items before the first heading."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
            found.setdefault(name, [])
        elif line.strip():
            if not name:
                raise ValueError("an item stands before the first heading")
            found[name].append(line)
    return {name: tuple(items) for name, items in found.items()}


def read(folder: Path, *names: str) -> dict[str, tuple[str, ...]]:
    """Read files of a folder (by default every `.txt` in it but `lexicon.txt`) as one text."""
    files = names or sorted(
        path.name for path in folder.glob("*.txt") if path.name != "lexicon.txt"
    )
    return sections("\n".join((folder / name).read_text("utf-8") for name in files))
