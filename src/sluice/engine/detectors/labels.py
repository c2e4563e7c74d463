"""Values that are known by the label in front of them: `Kontonummer: 12 345`, `"imei": "…"`.

A label is a regular expression of names, in lower case, without groups that capture; letters
beyond ASCII stand outside of character classes. What may stand between a label and its value is
bounded: brackets and quotes, a colon or another sign, a verb, a line's end.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

from sluice.engine.patterns import (
    NO_CONTEXT,
    Check,
    Context,
    Pattern,
    Precedence,
    byte_pattern,
    factored,
)

# A label begins a word, or a word of an identifier: `customerAccountNumber`, `home_phone`.
LABEL_START: Final = r"(?:(?<![A-Za-z])|(?-i:(?<=[a-z])(?=[A-Z])))"
_SIGN = r"(?:=>|:=|={1,3}|[:#|\-]|–|—|：)"
_VERB = r"(?:is|was|are|ist|war|lautet|est|es|era|è|é|será|sera)"
_LINK = (
    rf"[\"'`\]*_\\)]{{0,4}}(?:[ \t]{{0,3}}{_SIGN}|[ \t]{{1,2}}{_VERB}:?[ \t])?"
    r"[ \t]{0,3}(?:\r?\n[ \t]{0,4})?[\"'`\[(<*_\\]{0,4}"
)
_LONGEST_LINK: Final = 4 + 10 + 3 + 6 + 4
_parser: Final = import_module("re._parser")
LONGEST_LABEL: Final = 48
"""Most code points of a label."""
_GAP: Final = 20
# Up to U+00FF, two bytes each: every further one makes the anchor dearer to compile.
_LOOSE = rf"[^\d\r\n;!?\u0100-\U0010ffff]{{0,{_GAP}}}?"
# Supersets of the two in bytes. A label ends where no letter follows.
_LOOSE_BYTES = rf"[^\dA-Za-z\r\n;!?][^\d\r\n;!?]{{0,{2 * _GAP}}}"
_LINK_BYTES = r"[^A-Za-z0-9]{1,10}(?:VERB[^A-Za-z0-9]{1,18}|[^A-Za-z0-9]{0,18})"


def labelled(
    name: str,
    entity_type: str,
    labels: str,
    value: str,
    check: Check,
    *,
    longest: int,
    first: str = "[0-9]",
    loose: bool = False,
    context: Context = NO_CONTEXT,
    also: frozenset[str] = frozenset(),
    score: float = 0.75,
    precedence: Precedence = Precedence.CHECKED,
) -> Pattern:
    """A pattern for `label link value`; its groups are `label` and `value`.

    Args:
        labels: the names, at most `LONGEST_LABEL` code points each.
        value: what is found, at most `longest` code points, look-ahead included.
        first: the class of ASCII characters that a value begins with.
        loose: whether up to 20 characters without a digit may stand in between instead; only for
            values that begin with a digit.
    """
    link = f"(?:{_LOOSE}|{_LINK})" if loose else _LINK
    link_bytes = _LINK_BYTES.replace("VERB", byte_pattern(_VERB))
    link_bytes = f"(?:{_LOOSE_BYTES}|{link_bytes})" if loose else link_bytes
    return Pattern(
        name=name,
        entity_type=entity_type,
        regex=rf"{LABEL_START}(?P<label>{factored(labels)})(?![A-Za-z]){link}(?<![A-Za-z0-9])("
        rf"?P<value>{value})",
        # A label that ends in a mark needs nothing behind it: `ph:5550100`.
        anchor=rf"(?:{byte_pattern(labels)})(?:{link_bytes}|\b){first}",
        reach=_width(labels) + max(_GAP, _LONGEST_LINK) + _width(first),
        longest=LONGEST_LABEL + max(_GAP, _LONGEST_LINK) + longest,
        score=score,
        check=check,
        context=context,
        precedence=precedence,
        ignore_case=True,
        also=also,
    )


def _width(expression: str) -> int:
    """The most code points that an expression reads."""
    most: Any = _parser.parse(expression, re.ASCII).getwidth()[1]
    return int(most)


def words_between(match: re.Match[str]) -> frozenset[str]:
    """The lower-case words between a label and its value."""
    between = match.string[match.end("label") : match.start("value")].lower()
    return frozenset(re.findall(r"[^\W\d_]+", between))


def digits_of(text: str) -> str:
    """The ASCII digits of a text, in their order."""
    return "".join(re.findall(r"[0-9]", text))


def has_letters_and_digits(text: str) -> bool:
    """Whether a text holds both, as numbers of things do and words do not."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))
