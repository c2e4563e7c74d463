"""Pieces of an answer that came together, as one piece (pure).

A vendor that is faster than we are, or a server under load, finds many pieces in one read. What a
piece costs hardly depends on its length, and the text is the same however it is cut.

Two events are pieces of one text if they differ in that text alone. That is seen without parsing
them: a quotation mark inside of a JSON string has a backslash before it, so `"delta":{"content":"`
can only stand where it says what it seems to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from sluice.server.providers.sse import Event

_TEXT: Final = r'(?P<text>[^"\\]*(?:\\(?:[^u]|u[0-9A-Fa-f]{4})[^"\\]*)*)'
"""What stands in a JSON string."""
_NULLS: Final = r'(?:, ?"\w{1,64}": ?null)*'
CHAT_PIECE: Final = re.compile(rf'"delta": ?{{"content": ?"{_TEXT}"}}{_NULLS}}}\]{_NULLS}}}')
"""OpenAI's chunk with words of one choice, from its delta on."""
MESSAGE_PIECE: Final = re.compile(
    rf'"delta": ?{{"type": ?"text_delta", ?"text": ?"{_TEXT}" ?}}\s{{0,64}}}}'
)
"""Anthropic's event with words of one block, from its delta on."""


class _Around(NamedTuple):
    """All of an event but its text."""

    event: str
    before: str
    behind: str


def joined(events: Sequence[Event], piece: re.Pattern[str]) -> list[Event]:
    """The events, neighbours that are pieces of one text as one event.

    `piece` matches such an event's data from its first `"delta"` to its end.
    """
    found: list[Event] = []
    for around, same in groupby(events, _around(piece)):
        alike = list(same)
        if around is None or len(alike) == 1:
            found += alike
        else:
            text = "".join(event.data[len(around.before) : _end(event, around)] for event in alike)
            found.append(Event(around.event, f"{around.before}{text}{around.behind}"))
    return found


def _around(piece: re.Pattern[str]) -> Callable[[Event], _Around | None]:
    def around(event: Event) -> _Around | None:
        data = event.data
        match = piece.fullmatch(data, max(0, data.find('"delta"')))
        if match is None:
            return None
        return _Around(event.event, data[: match.start("text")], data[match.end("text") :])

    return around


def _end(event: Event, around: _Around) -> int:
    return len(event.data) - len(around.behind)
