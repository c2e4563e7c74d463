"""How many tokens a recording has, where its provider's count was not given (pure).

There is no tokenizer for every vendor's models, so this is a rule of thumb; it is marked as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sluice.server.features.limits.rules import CHARS_A_TOKEN
from sluice.server.features.proxy.wires.reading import Body

_SENT: Final = ("messages", "prompt", "tool_schema", "output_schema")
_ANSWERED: Final = ("answer",)
_NO_WORDS: Final = frozenset({"role", "type", "id", "tool_call_id", "tool_use_id", "left_out"})
"""Members of messages that cost a model next to nothing."""
_PLAIN: Final = frozenset({"content", "text", "parts", "messages"})
"""Members whose names a model does not read."""


def estimated(content: Body) -> tuple[int, int]:
    """Tokens that were sent and answered, those of later messages among the latter."""
    return _tokens(content, _SENT), _tokens(content, _ANSWERED)


def estimated_more(messages: list[Any]) -> int:
    """Tokens of messages that were added later."""
    return _counted(messages)


def _tokens(content: Body, names: tuple[str, ...]) -> int:
    return _counted([content[name] for name in names if name in content])


def _counted(value: object) -> int:
    return -(-sum(map(len, _strings(value))) // CHARS_A_TOKEN)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    """The texts of a JSON value; of objects that are no messages, names and numbers too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _NO_WORDS:
                if name not in _PLAIN:
                    yield name
                yield from _strings(item)
    elif value is not None:
        yield str(value)
