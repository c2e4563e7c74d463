"""Which conversation a call continues: one of a project's, or the caller's own.

A call is a project's if its key is, if it names the project in the header `Sluice-Project`, or if
what it names as its conversation is a session of a project that its caller may edit. In a project
the conversation is the session, whoever calls; see `Owner`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from sluice.server.auth.auth import Caller
from sluice.server.errors import Conflict
from sluice.server.features.proxy.conversations.service import Conversation, Conversations, Owner
from sluice.server.features.proxy.wires.wire import Call

HEADER: Final = "sluice-project"
"""In lower case."""


@dataclass(frozen=True, slots=True)
class CallersSpaces:
    """The own conversations of the projects in which a caller may record."""

    own: int | None = None
    """Of the project whose key the caller has."""
    editable: tuple[int, ...] = ()
    """Of all of them."""


class ProjectSpaces(Protocol):
    """What the gateway asks about projects."""

    async def space_named(self, caller: Caller, uid: str) -> int:
        """The own conversation of the project of this id, in which the caller may record.

        Raises `NotFound` or `Forbidden`.
        """
        ...

    async def spaces_of(self, caller: Caller) -> CallersSpaces:
        """Those of all projects in which the caller may record."""
        ...


class Joining:
    """Opens the conversations of calls."""

    def __init__(self, conversations: Conversations, projects: ProjectSpaces) -> None:
        self._conversations = conversations
        self._projects = projects

    async def open(self, caller: Caller, headers: Mapping[str, str], call: Call) -> Conversation:
        """The conversation of a call; `headers` has names in lower case.

        Raises `NotFound` or `Forbidden` for a project that the caller may not record in, and
        `Conflict` where the named session could be of several projects.
        """
        named = headers.get(HEADER, "").strip()
        space_id = await self._space(caller, named, call.conversation)
        owner = Owner(caller.user_id, caller.api_token_id, space_id)
        # A session is one conversation, whatever else its calls say about their end user.
        alone = space_id is not None and call.conversation is not None
        end_user = None if alone else call.end_user
        return await self._conversations.open(owner, call.conversation, end_user)

    async def _space(self, caller: Caller, named: str, conversation: str | None) -> int | None:
        if named:
            return await self._projects.space_named(caller, named)
        spaces = await self._projects.spaces_of(caller)
        if spaces.own is not None:
            return spaces.own
        if conversation is None or not spaces.editable:
            return None
        owners = [Owner(caller.user_id, caller.api_token_id, each) for each in spaces.editable]
        found = await self._conversations.named_in(owners, conversation)
        if len(found) > 1:
            raise Conflict(
                "Several projects have a session of this name; say which one is meant with the "
                "header Sluice-Project.",
                code="project_ambiguous",
            )
        return found[0].space_id if found else None
