"""A version of a template as other features know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sluice.server.features.templates.content import TemplateContent


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """One version, opened."""

    id: int
    uid: str
    """Its public id: 0.1.6's `project_version_id`, 0.6.1's `prompt_template_version_id`."""
    number: int
    """From 1 in its template."""
    template_id: int
    template_uid: str
    template_name: str
    project_id: int
    content: TemplateContent = field(repr=False)
    findings: dict[str, int]
    """What was found in it when it was saved: counts by entity type."""
    created_by: int | None
    created_at: datetime
