"""A version of a template that is being written: tried before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sluice.server.features.templates.known import KnownVersion

DRAFT: Final = "draft"
"""Stands for a version's id where one is chosen."""
HISTORY: Final = "history"
TEXT: Final = "text"
"""The role of the one text of a template without messages."""
ROLES: Final = ("system", "user", "assistant", "developer", HISTORY)
_MOST: Final = 100
_ABOUT: Final = ("versionName", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a draft."""

    role: str
    content: str = field(repr=False)


def may_draft(version: KnownVersion | None) -> bool:
    """Whether a version can be gone on with here: places for media would be lost."""
    messages = version.content.messages if version is not None else None
    return version is not None and not any(one.media_slots for one in messages or ())


def lines_of(version: KnownVersion) -> list[Line]:
    """A version as lines to go on with."""
    content = version.content
    if content.messages is None:
        return [Line(TEXT, content.text or "")]
    return [Line(one.role or HISTORY, one.content or "") for one in content.messages]


def lines_in(fields: Mapping[str, str]) -> list[Line]:
    """The lines of a form; those that say nothing are left out."""
    found = []
    for index in range(_MOST):
        role, text = fields.get(f"draft-role-{index}"), fields.get(f"draft-content-{index}", "")
        if role is not None and (text.strip() or role == HISTORY):
            found.append(Line(role, text))
    return found


def base_of(version: KnownVersion) -> dict[str, Any]:
    """What stays of a version: parameters, tools, model; as the API takes it."""
    said = version.content.document()
    return {name: value for name, value in said.items() if name not in (*_ABOUT, "messages", TEXT)}


def document(version: KnownVersion, lines: Sequence[Line]) -> dict[str, Any]:
    """The draft as the API takes it."""
    base = base_of(version)
    if len(lines) == 1 and lines[0].role == TEXT:
        return {**base, "text": lines[0].content}
    messages = [
        {"kind": HISTORY} if one.role == HISTORY else {"role": one.role, "content": one.content}
        for one in lines
    ]
    return {**base, "messages": messages}
