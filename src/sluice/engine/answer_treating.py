"""What of a model's answer is treated: findings that are nobody's placeholder.

An answer comes with placeholders in it. What the detectors find besides is new: it was not in the
prompt, or was found only now. Masked, redacted or replaced, it becomes a redacted placeholder:
nothing that a model says of its own may come back to any caller.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from sluice.engine.mapping import Mapping
from sluice.engine.transform import Cleansed, Item, cleanse
from sluice.engine.types import Action, Finding, Policy

Analyze = Callable[[str], Sequence[Finding]]
"""A detector's `analyze`."""
Counts = Counter[tuple[str, Action]]
"""How many findings were treated, by entity type and by the policy's action."""

LONG_VALUE: Final = "LONG_VALUE"
"""The entity type of what has no end that could be waited for, such as base64 without one."""

_OF_NAMES: Final = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP"})
_ISSUED: Final = re.compile(r"[A-Za-z]\\{0,4}[_ -]\d")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_VALUE_BEFORE: Final = re.compile(r'"\s{0,8}:\s{0,8}\Z|[\[,]\s{0,8}\Z')
_VALUE_BEHIND: Final = re.compile(r"\s{0,8}(?:[,}\]]|\Z)")
_BACKSLASHES: Final = re.compile(r"\\+\Z")
_ESCAPED: Final = re.compile(r"[bfnrt/]|u[0-9A-Fa-f]{4}")
"""An escape without its backslash."""
_GLUED: Final = re.compile(r"(?<!\\)\\(?:[bfnrt]|u[0-9A-Fa-f]{4})(?=[A-Za-z0-9])")
_LOOK_BACK: Final = 24


def new_values(
    text: str, analyze: Analyze, mapping: Mapping, policy: Policy, start: int = 0
) -> list[Finding]:
    """The findings behind `start` that the policy treats, without what placeholders cover.

    Sorted and apart; none begins or ends inside of a JSON escape. The detectors see issued
    placeholders of names only, which names may go on behind: `PHONE_NUMBER_0` would say that what
    stands behind it is a number to call, and so no other one.
    """
    matches = list(mapping.matcher.matches(text))
    issued = [(match.start, match.end) for match in matches]
    hidden = [(m.start, m.end) for m in matches if m.value.entity_type not in _OF_NAMES]
    found = [item for item in _analyzed(_blanked(text, hidden), analyze) if item.end > start]
    treated = [item for item in found if policy.action_for(item) is not Action.ALLOW]
    if not treated:
        return []
    return [
        replace(item, start=begin, end=end, linked=None)
        for item in treated
        for begin, end in _outside(text, max(start, item.start), item.end, issued)
        if _is_telling(text[begin:end])
    ]


def _blanked(text: str, stretches: list[tuple[int, int]]) -> str:
    """The text with blanks in these places, of the same length."""
    pieces, at = [], 0
    for start, end in stretches:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*pieces, text[at:]]) if stretches else text


def _analyzed(text: str, analyze: Analyze) -> list[Finding]:
    """The findings in the text; also those that an escape in front of them hides.

    In `\\u0020123-45-6789` the digits of the escape and of the number are one run, in
    `\\njane@example.org` an `n` begins the address.
    """
    found = list(analyze(text))
    if "\\" not in text:
        return found
    spaced = _GLUED.sub(_as_spaces, text)
    if spaced != text:
        found += analyze(spaced)
    return list(_apart(_with_escapes(text, item) for item in found))


def _as_spaces(escape: re.Match[str]) -> str:
    return " " * len(escape[0])


def _with_escapes(text: str, finding: Finding) -> Finding:
    """The finding without a JSON escape that it begins in, and with all of one that it ends in."""
    start, end = finding.start, finding.end
    if _is_escaped(text, start):
        inside = _ESCAPED.match(text, start, end)
        start = inside.end() if inside and inside.end() < end else start - 1
    if end < len(text) and _is_escaped(text, end):
        end += 1
    return replace(finding, start=start, end=end)


def _is_escaped(text: str, at: int) -> bool:
    before = _BACKSLASHES.search(text, max(0, at - _LOOK_BACK), at)
    return before is not None and len(before[0]) % 2 == 1


def _apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, sorted; of two that overlap the later one keeps what is left of it."""
    behind = 0
    for finding in sorted(findings, key=lambda item: (item.start, -item.end)):
        if finding.end > behind:
            yield replace(finding, start=max(finding.start, behind))
            behind = finding.end


def _outside(
    text: str, start: int, end: int, issued: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The stretches of [start, end) that no placeholder covers, without signs beside one."""
    first = bisect_right(issued, start, key=itemgetter(1))
    last = bisect_left(issued, end, key=itemgetter(0))
    for begin, behind in issued[first:last]:
        yield _trimmed(text, start, min(begin, end))
        start = max(start, behind)
    yield _trimmed(text, start, end) if first < last else (start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without characters at its edges that are neither letters nor digits."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _is_telling(rest: str) -> bool:
    """Whether what a placeholder leaves of a finding says anything: `'s` does not."""
    return any(map(str.isalnum, rest)) and rest.strip("'’ \"").lower() != "s"


def treated(
    text: str,
    findings: Iterable[Finding],
    mapping: Mapping,
    policy: Policy,
    *,
    before: str = "",
    json: bool = True,
) -> str:
    """The text with redacted placeholders in place of the findings.

    A number that is a JSON value becomes a string, unless `json` says that there is none; `before`
    is what stands before the text, as far as that tells. Raises `PolicyBlocked`.
    """
    if _ISSUED.search(text):
        mapping.reserve(text)
    here = list(findings)
    if not here:
        return text
    done = cleanse(text, here, mapping, policy, restorable=False)
    return _quoted(before[-_LOOK_BACK:], text, done) if json else done.text


def _quoted(before: str, text: str, done: Cleansed) -> str:
    """The cleansed text with quotation marks around placeholders of bare JSON numbers."""
    raw = before + text
    bare = [item for item in done.items if _is_bare_number(raw, len(before), item)]
    edges = sorted([item.start for item in bare] + [item.end for item in bare])
    spans = zip([0, *edges], [*edges, len(done.text)], strict=True)
    return '"'.join(done.text[start:end] for start, end in spans)


def _is_bare_number(raw: str, shift: int, item: Item) -> bool:
    start, end = shift + item.raw_start, shift + item.raw_end
    if not _NUMBER.fullmatch(raw, start, end):
        return False
    before = _VALUE_BEFORE.search(raw, max(0, start - _LOOK_BACK), start)
    return before is not None and _VALUE_BEHIND.match(raw, end) is not None


def counted(findings: Iterable[Finding], policy: Policy) -> Counts:
    """How many of the findings have which entity type and action."""
    return Counter((item.entity_type, policy.action_for(item)) for item in findings)
