"""From a text to the tokens that the tagger labels.

A token is a run of letters and digits, one other visible character, or a run of line ends. So
every span that people mark begins and ends at a token's edge: `Roe` in `Roe's`, `Smith` in
`Smith-Jones`, the handle in `@handle`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

TOKEN: Final = re.compile(r"[^\W_]+|[\r\n]+|[^\s]")
"""Each match is one token; `[^\\W_]` are letters and digits of every script."""


def token_spans(text: str) -> Iterator[tuple[int, int]]:
    """The tokens' spans in code points, left to right."""
    return (match.span() for match in TOKEN.finditer(text))
