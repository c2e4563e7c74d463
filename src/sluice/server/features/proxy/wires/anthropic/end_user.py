"""Whom a request is made for, and in which conversation, by `metadata.user_id`.

Anthropic asks for an opaque id there. Coding agents put their session into it: as
`user_…_account_…_session_<uuid>`, or as JSON with a `session_id`.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from sluice.server.features.proxy.wires.reading import Body

_IN_TEXT: Final = re.compile(r"(.*?)_?session_([A-Za-z0-9-]{8,64})", re.ASCII | re.DOTALL)
_IN_JSON: Final = ("session_id", "sessionId", "conversation_id", "conversationId")


class EndUser(NamedTuple):
    """Ids as the caller gives them; None where it gives none."""

    person: str | None
    conversation: str | None


def end_user(body: Body) -> EndUser:
    """What the request's metadata says; the person is the same in all of its sessions."""
    metadata = body.get("metadata")
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    if not isinstance(user, str) or not user:
        return EndUser(None, None)
    if user.lstrip().startswith("{"):
        return _from_json(user)
    if match := _IN_TEXT.fullmatch(user):
        return EndUser(match[1] or None, match[2])
    return EndUser(user, None)


def _from_json(user: str) -> EndUser:
    try:
        said = json.loads(user)
    except (ValueError, RecursionError):
        return EndUser(user, None)
    sessions = [said.pop(name) for name in _IN_JSON if isinstance(said.get(name), str)]
    person = json.dumps(said, sort_keys=True) if said else None
    return EndUser(person, sessions[0] if sessions and sessions[0] else None)
