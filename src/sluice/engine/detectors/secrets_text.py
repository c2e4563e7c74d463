"""What tells a secret from a stand-in for one."""

from __future__ import annotations

import re
from math import log2
from typing import Final

_PLACEHOLDER: Final = re.compile(
    r"x{4,}|\*{3,}|\.{3,}|_{4,}|0{8,}|-{4,}|…"
    r"|^[<\[({$%].*[>\])}%]$|^\$\w+$|^\$[({]|^%\w+%$|^#\{|^\{\{"
    r"|your[-_ ]?\w*|my[-_ ]?(?:\w{1,12}[-_ ])?(?:pass|key|secret|token)\w*"
    r"|^(?:insert|enter|add|put|replace|change)[-_ ]?(?:me|this|it|your|here)|placeholder|redacted"
    r"|removed|hidden|masked|^(?:todo|tbd|fixme|none|null|nil|undefined|true|false|n/a|na|empty)$"
    r"|^(?:example|sample|dummy|fake|test|foo|bar|baz|foobar|changeit|changeme|secret|password"
    r"|passwd|pwd|passphrase|token|key|apikey|api_key|string|str|text|value|varchar|bytes|int)$",
    re.IGNORECASE,
)


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a secret without being one: `<your-key>`, `xxxx`, `${VAR}`."""
    return len(set(value)) < 3 or bool(_PLACEHOLDER.search(value))


def bits_per_point(value: str) -> float:
    """Shannon entropy of the value's own code points, in bits for each."""
    size = len(value)
    counts = (value.count(char) for char in set(value))
    return -sum(count / size * log2(count / size) for count in counts)
