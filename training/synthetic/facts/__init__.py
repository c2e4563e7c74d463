"""Well-known names as lists, one module per kind; each list is one string, divided by `|`."""

from __future__ import annotations


def listed(text: str) -> tuple[str, ...]:
    """Return the entries of a list written with `|` between them, line breaks as blanks."""
    return tuple(" ".join(entry.split()) for entry in text.split("|") if entry.strip())
