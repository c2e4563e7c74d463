"""What is revealed at once, and what the audit log says of it (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from sluice.engine import Entry
from sluice.engine.errors import Problem
from sluice.engine.placeholders import parse
from sluice.server.errors import Unprocessable

EVENT: Final = "originals.revealed"
MOST_NAMED: Final = 50
"""Placeholders that the audit log names; of more it says how many of which entity type."""


def chosen(entries: Collection[Entry], wanted: Sequence[str] | None) -> list[Entry]:
    """Those of the entries that were asked for, all without a choice.

    Raises `Unprocessable` for one that does not stand there.
    """
    if wanted is None:
        return list(entries)
    by_name = {entry.placeholder: entry for entry in entries}
    problems = [
        Problem(f"placeholders[{place}]", "does not stand here")
        for place, name in enumerate(wanted)
        if name not in by_name
    ]
    if problems:
        raise Unprocessable("Nothing was revealed.", errors=problems)
    return [by_name[name] for name in dict.fromkeys(wanted)]


def details(
    reason: str, entries: Collection[Entry], **more: str | int | bool
) -> dict[str, str | int | bool]:
    """What stands in the audit log: the cleansed reason, entity types, placeholders, counts.

    Stand-ins are counted, and not named: they read like somebody's values.
    """
    types = Counter(entry.entity_type for entry in entries)
    names = [entry.placeholder for entry in entries if parse(entry.placeholder) is not None]
    told: dict[str, str | int | bool] = {"reason": reason, "count": len(entries), **more}
    if types:
        told["entityTypes"] = ", ".join(f"{kind}={types[kind]}" for kind in sorted(types))
    if names and len(names) <= MOST_NAMED:
        told["placeholders"] = ", ".join(names)
    return told
