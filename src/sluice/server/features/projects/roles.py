"""What people may do in a project; each role may do what those before it may."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ProjectRole(StrEnum):
    """Stored with a member by its value."""

    VIEWER = "viewer"
    """Read prompts, sessions, playlists and test runs."""
    EDITOR = "editor"
    """Change them, deploy, record, run: also what the project's own keys may."""
    OWNER = "owner"
    """Settings, members, keys, erasure, deletion."""

    def may(self, needed: ProjectRole) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER: Final = (ProjectRole.VIEWER, ProjectRole.EDITOR, ProjectRole.OWNER)
