"""How many tokens a request will take, roughly, before anybody has counted them."""

from __future__ import annotations

from typing import Final

from sluice.server.features.limits.rules import CHARS_A_TOKEN
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.providers.base import Usage

_MOST: Final = 10_000_000
_OUTPUT: Final = (
    "max_completion_tokens", "max_output_tokens", "max_tokens", "max_tokens_to_sample",
)  # fmt: skip
"""Where the wires say how long an answer may be."""


def expected_tokens(body: Body, reading: Reading) -> Usage:
    """Tokens by the length of the texts, and the longest answer that the request allows."""
    chars = sum(len(leaf.text) for leaf in reading.leaves)
    asked = (body.get(name) for name in _OUTPUT)
    output = max((n for n in asked if isinstance(n, int) and not isinstance(n, bool)), default=0)
    return Usage(-(-chars // CHARS_A_TOKEN), min(max(output, 0), _MOST))
