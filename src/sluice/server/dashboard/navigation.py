"""What the dashboard's menu shows to whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.projects.known import KnownProject


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its address begins behind `/dashboard`, or behind a project's pages."""

    name: str
    path: str
    icon: str
    """The name of a symbol in `components/icons.html`."""
    key: str
    """Typed after `g`, it leads there."""
    needs: frozenset[Permission] = frozenset()
    """One of these permissions is enough; everybody sees it where there is none."""
    also: str | None = None
    """A regular expression of other addresses that belong to it."""


SERVER: Final[tuple[Entry, ...]] = (
    Entry("Overview", "overview", "chart", "o", frozenset({Permission.VIEW_USAGE})),
    Entry(
        "Playground",
        "playground",
        "play",
        "p",
        frozenset({Permission.USE_MODELS}),
        r"/projects/[^/]+/playground",
    ),
    Entry("Policies", "policies", "shield", "y", frozenset({Permission.VIEW_POLICIES})),
    Entry("Model instances", "instances", "cube", "m", frozenset({Permission.VIEW_MODELS})),
    Entry("Calls", "calls", "list", "c", frozenset({Permission.AUDIT})),
    Entry("Threads", "threads", "chat", "h", frozenset({Permission.AUDIT})),
    Entry("People and access", "people", "people", "a", frozenset({Permission.VIEW_PEOPLE})),
    Entry("Audit and privacy", "audit", "lock", "u", frozenset({Permission.AUDIT}), "/privacy"),
)
PROJECT: Final[tuple[Entry, ...]] = (
    Entry("Prompts", "prompts", "pen", "t"),
    Entry("Sessions", "sessions", "chat", "s"),
    Entry("Playlists", "playlists", "stack", "l"),
    Entry("Test runs", "runs", "flask", "r"),
    Entry("Project", "settings", "gear", "e"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a page shows it."""

    name: str
    href: str
    icon: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of one page."""

    server: list[Shown]
    in_project: list[Shown]


def menu(
    caller: Caller, project: KnownProject | None, projects: Sequence[KnownProject], path: str
) -> Menu:
    """The entries that a caller may see; `path` is the page's own, behind the prefix.

    Outside of a project's pages, its entries lead to the first one.
    """
    shown = project or (projects[0] if projects else None)
    server = [_shown(e, "", path) for e in SERVER if not e.needs or caller.permissions & e.needs]
    base = f"projects/{shown.uid}/" if shown is not None else ""
    return Menu(server, [_shown(e, base, path) for e in PROJECT] if shown is not None else [])


def _shown(entry: Entry, base: str, path: str) -> Shown:
    whole = f"/{base}{entry.path}"
    is_current = path == whole or path.startswith(f"{whole}/")
    is_current |= entry.also is not None and re.match(entry.also, path) is not None
    return Shown(entry.name, f"/dashboard{whole}", entry.icon, entry.key, is_current)
