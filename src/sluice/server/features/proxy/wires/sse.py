"""Events as bytes of an event stream; the other direction is `providers.sse`.

Source of the rules: WHATWG HTML, section "Server-sent events".
"""

from __future__ import annotations

import re
from typing import Final

from sluice.server.providers.sse import Event

DONE: Final = Event("message", "[DONE]")
"""OpenAI's end marker."""
_LINE_END: Final = re.compile("\r\n|\r|\n")


def frame(event: Event) -> bytes:
    """One event with its empty line; a type of `message` is left away, as it is the default.

    A half of a surrogate pair has no bytes; it becomes a question mark.
    """
    head = "" if event.event == "message" else f"event: {event.event}\n"
    data = event.data
    if "\n" in data or "\r" in data:
        data = "\ndata: ".join(_LINE_END.split(data))
    return f"{head}data: {data}\n\n".encode("utf-8", "replace")
