"""How an issuer writes its tokens, and the pattern that a row of the tables becomes."""

from __future__ import annotations

import re
from binascii import crc32
from importlib import import_module
from typing import Any, Final, NamedTuple

from sluice.engine.detectors.secrets.values import bits_per_point, is_placeholder, is_sequence
from sluice.engine.patterns import Check, Checked, Pattern, Precedence

ALNUM: Final = "[A-Za-z0-9]"
URLSAFE: Final = "[A-Za-z0-9_-]"
HEX: Final = "[0-9a-f]"
UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
BASE64: Final = "[A-Za-z0-9+/]"

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LEAST_BITS: Final = 2.5
"""Bodies of less entropy are examples: `ghp_aaaaaaaa…`."""
_DOUBTFUL: Final = 0.5
_HEAD: Final = "[A-Za-z0-9_+/=.%~-]"
_HEAD_LENGTH: Final = 8
"""How much of a body an anchor needs, so that a bare prefix is none."""
_FIRST: Final = re.compile(r"(?P<chars>\[[^\]]+\])\{(?P<least>\d+)")
_parser: Final = import_module("re._parser")


class Form(NamedTuple):
    """A fixed beginning and a body, both as expressions that `re` and Hyperscan read alike.

    `anchor` is needed only where prefix and four characters of the body are not rare by
    themselves. `named` says that the beginning is a name, not a part of the secret.
    """

    issuer: str
    prefix: str
    body: str
    entity_type: str = "API_KEY"
    score: float = 0.95
    check: Check | None = None
    anchor: str = ""
    named: bool = False

    @property
    def name(self) -> str:
        """The detector's name: `api_key.github`."""
        return f"{self.entity_type.lower()}.{self.issuer}"


def width(expression: str) -> int:
    """The most code points that an expression reads; it must be bounded."""
    most: Any = _parser.parse(expression, re.ASCII).getwidth()[1]
    return int(most)


def is_example(body: str) -> bool:
    """Whether a token's body is one of a manual: a placeholder, a sequence, hardly any entropy."""
    return is_placeholder(body) or is_sequence(body) or bits_per_point(body) < _LEAST_BITS


def _marked(match: re.Match[str]) -> Checked | None:
    """An example that says so in capitals, inside of the issuer's whole form: hidden in doubt.

    Tests of gateways plant such tokens, since no live one may be published.
    """
    if "EXAMPLE" not in match["body"]:
        return None
    return Checked(*match.span(), _DOUBTFUL, reason="issuer's form, example")


def with_crc(match: re.Match[str]) -> Checked | None:
    """GitHub's and npm's form: the last six characters are the CRC-32 of the rest, in base 62.

    A token whose checksum does not fit is still more likely a mistyped one than anything else.
    """
    body = match["body"]
    if is_example(body):
        return _marked(match)
    if crc62(body[:-6]) == body[-6:]:
        return Checked(*match.span(), 0.99, reason="CRC-32")
    return Checked(*match.span(), 0.8, reason="issuer's form")


def crc62(text: str) -> str:
    """The CRC-32 of `text` in six digits of base 62 (GitHub, "Behind GitHub's new
    authentication token formats", 2021)."""
    number, digits = crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def head_of(body: str) -> str:
    """An expression of a body's first characters, at most `_HEAD_LENGTH` of them."""
    first = _FIRST.match(body)
    if first:
        return f"{first['chars']}{{{min(int(first['least']), _HEAD_LENGTH)}}}"
    return f"{_HEAD}{{{_HEAD_LENGTH // 2}}}"


def _plain(form: Form) -> Check:
    """The check of a form without a checksum: any body but an example's."""
    group = "body" if form.named else 0

    def check(match: re.Match[str]) -> Checked | None:
        if is_example(match["body"]):
            return None if form.named else _marked(match)
        return Checked(*match.span(group), form.score, reason="issuer's form")

    return check


def pattern_of(form: Form) -> Pattern:
    """The pattern that finds tokens of this form, not inside of longer words."""
    start = "" if form.named else "(?<![A-Za-z0-9])"
    regex = rf"{start}{form.prefix}(?P<body>{form.body})(?![A-Za-z0-9])"
    anchor = form.anchor or form.prefix + head_of(form.body)
    return Pattern(
        name=form.name,
        entity_type=form.entity_type,
        regex=regex,
        anchor=anchor,
        reach=width(anchor),
        longest=width(form.prefix + form.body) + 2,
        score=form.score,
        check=form.check or _plain(form),
        precedence=Precedence.SECRET,
    )
