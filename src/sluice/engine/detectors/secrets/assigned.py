"""Passwords, and keys without a form of their own: known by the name in front of them.

`name = value`, `"name": "value"`, `name => value`, `NAME: type = value`, `define('NAME', 'value')`,
`<name>value</name>`, `name="name" value="value"`, `--name value`, in whatever language or file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets.judging import Place, judge
from sluice.engine.detectors.secrets.names import (
    LONGEST_STEM,
    STEMS,
    STEMS_BYTES,
    Kind,
    kind_of,
)
from sluice.engine.patterns import Check, Checked, Pattern, Precedence

_TAIL: Final = 28
_MOST: Final = 600
"""The longest value, in code points."""
_LINE: Final = 200
"""How far a neighbouring line is read, in code points."""
_QUOTE = r"[rbufLN@$]{0,2}\\{0,3}[\"'`]"
_BEGIN = r"[\[(]{0,2}\s{0,2}[rbufLN@$]{0,2}"
QUOTED = (
    rf"(?:\\{{1,3}}\"(?P<escaped>[^\"\\\r\n]{{1,{_MOST}}})\\{{1,3}}\""
    rf"|\"(?P<double>(?:[^\"\\\r\n]|\\.){{1,{_MOST}}})\""
    rf"|'(?P<single>(?:[^'\\\r\n]|\\.){{1,{_MOST}}})'"
    rf"|`(?P<back>[^`\r\n]{{1,{_MOST}}})`)"
)
"""A value between quotes, in the group of its kind of quote."""
_BARE = rf"(?:[|>][+-]?[ \t]{{0,4}}\r?\n[ \t]{{1,16}})?(?P<bare>(?![{{(\[])[^\s\"'`<>]{{2,{_MOST}}})"
_LONGEST_VALUE: Final = 2 * _MOST + 40
_CLOSERS = r"[\"'`\]\\)]{0,3}"
_ASSIGN = (
    r"(?:\s{0,2}\{\s?get;[^{}\n]{0,24}\}\s?=\s{0,2}"
    r"|\s{0,2}:\s{0,2}[&*]?(?:'\w{1,10} )?[A-Za-z_][\w.<>|?]{0,30}(?:\[\])?[?!]?\s{0,2}=(?![=>])\s{0,4}"
    r"|\s{0,8}(?::=|=>|->|={1,3}|!={1,2}|\?=|\+=|:)(?:[ \t]{0,16}|\s{0,20}(?=" + _BEGIN + r"\\{0,3}[\"'`]))"
    r"|\s{0,2}(?:\|\||\?\?|or|\?:)\s{0,2}(?=" + _QUOTE + r")"
    r"|\s{0,2}[,(]\s{0,12}(?=" + _QUOTE + r")"
    r"|\[\d{0,4}\]\s{0,2}=\s{0,2}|[ \t]{1,8}(?=" + _QUOTE + r"))"
)
_ASSIGN_ANCHOR = r"(?:\s{0,8}(?:[=:,(\-!?+|{]|or)|\[\d{0,4}\]|[ \t]{1,8}[a-z@$\\\"'`])"
_NAME = rf"(?P<stem>{STEMS})(?P<tail>[\w.\-]{{0,{_TAIL}}})"
_NAME_ANCHOR = rf"(?:{STEMS_BYTES})[\w.\-]{{0,{_TAIL}}}"
_NAME_REACH: Final = LONGEST_STEM + _TAIL

_HEAD: Final = re.compile(r"(?:(?<![\w-])[A-Za-z]{2,12}[ ])?[\w.\-]*$", re.ASCII)
_HEAD_LENGTH: Final = 60
_BEFORE_NAME: Final = re.compile(
    r"\s*(?:(?:export|set|setenv|setx|env|arg|local|readonly|declare|-x|-gx|-|-e|--env|--build-arg|#|;|//)\s+"
    r"|\$env:|--?|-D|[\w.\-\[\]]+[.:/]){0,4}[\"']?",
    re.IGNORECASE | re.ASCII,
)
_CODE_LINE: Final = re.compile(
    r"\s*(?:def|function|return|if|else|elif|for|while|import|from|class|const|let|var|public|private"
    r"|protected|static|func|fn|try|except|catch|throw|raise|await|async|yield|with|use|using"
    r"|package|struct|interface|type|switch|case|end|do)\b.*|.*[;{]\s*|.*\)\s*[:{]?\s*|.*\w\(.*\).*",
    re.ASCII,
)
_UPPER: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_CUT: Final = re.compile(r"[,;&|)]")


class Site(NamedTuple):
    """A value in a text: its bounds and where it stands."""

    start: int
    end: int
    place: Place


def name_of(match: re.Match[str]) -> str:
    """The whole identifier around the stem that matched, one word before it included."""
    text, start = match.string, match.start("stem")
    head = _HEAD.search(text[max(0, start - _HEAD_LENGTH) : start])
    return f"{head[0] if head else ''}{match['stem']}{match['tail']}"


def site_of(match: re.Match[str], name: str) -> Site:
    """Where the value is, without quotes, brackets and a sentence's punctuation."""
    for group in ("double", "single", "back", "escaped"):
        if match[group] is not None:
            return Site(*match.span(group), Place.LITERAL)
    start, end = match.span("bare")
    text = match.string
    config = _is_config(match, name)
    if config:
        return Site(start, _without(text, start, end, ",;"), Place.CONFIG)
    cut = _CUT.search(text, start, end)
    end = cut.start() if cut and cut.start() > start else end
    end = _without(text, start, end, ".:?)]}\\")
    called = text[end : end + 1] in (")", ",")
    tight = not text[start - 1].isspace() and text[start - 1] == "=" and not called
    return Site(start, end, Place.CONFIG if tight else Place.BARE)


def _without(text: str, start: int, end: int, trailing: str) -> int:
    """The value's end without these, unless they close what the value opened."""
    while end > start and text[end - 1] in trailing:
        opening = {")": "(", "]": "[", "}": "{"}.get(text[end - 1], "")
        if opening and opening in text[start:end]:
            break
        end -= 1
    return end


def _is_config(match: re.Match[str], name: str) -> bool:
    """Whether the line is `name = value` and nothing else, among lines that are no program."""
    text, end = match.string, match.end("bare")
    line = text.rfind("\n", max(0, match.start() - _LINE), match.start()) + 1
    begin = max(line, match.start() - _LINE)
    before = text[begin : match.start("stem")]
    head = _HEAD.search(before)
    if not _BEFORE_NAME.fullmatch(before[: head.start()] if head else before):
        return False
    rest = text[end : end + _LINE].partition("\n")[0].strip()
    if rest and not rest.startswith(("#", ";", "//", "\\")):
        return False
    if _UPPER.fullmatch(name):
        return True
    return not any(_CODE_LINE.fullmatch(near) for near in _neighbours(text, begin, end))


def _neighbours(text: str, begin: int, end: int) -> tuple[str, str]:
    """The line before and the line behind, as far as they are read."""
    before = text[max(0, begin - _LINE) : begin].rstrip("\r\n").rpartition("\n")[2]
    behind = text[end : end + 2 * _LINE].partition("\n")[2].partition("\n")[0]
    return before, behind.rstrip("\r")


def _checking(site: Callable[[re.Match[str], str], Site]) -> Check:
    """A check of a named value, which `site` finds in the match."""

    def check(match: re.Match[str]) -> Checked | None:
        name = name_of(match)
        kind = kind_of(name)
        if kind is None:
            return None
        start, end, place = site(match, name)
        return judged(kind, match.string, start, end, place)

    return check


def judged(kind: Kind, text: str, start: int, end: int, place: Place) -> Checked | None:
    """The finding that a value becomes under a name of this kind."""
    score = judge(kind, text[start:end], place)
    if not score:
        return None
    detector = f"{kind.entity_type.lower()}.assigned"
    return Checked(start, end, score, kind.entity_type, detector, "name in front")


def _literal(match: re.Match[str], name: str) -> Site:
    """A value between tags, or one that a quoted attribute or a command line holds."""
    found = next(group for group in _LITERALS if match.groupdict().get(group) is not None)
    return Site(*match.span(found), Place.LITERAL)


_LITERALS: Final = ("double", "single", "back", "escaped", "bare")
_ALSO: Final = frozenset(("API_KEY", "ACCESS_TOKEN", "PASSWORD_HASH", "PRIVATE_KEY"))


def _pattern(name: str, regex: str, anchor: str, reach: int, extra: int, check: Check) -> Pattern:
    return Pattern(
        name=f"password.{name}",
        entity_type="PASSWORD",
        regex=_NAME + regex,
        anchor=_NAME_ANCHOR + anchor,
        reach=_NAME_REACH + reach,
        longest=_NAME_REACH + extra + _LONGEST_VALUE,
        score=0.9,
        check=check,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
        also=_ALSO,
    )


PATTERNS: Final = (
    _pattern(
        "assigned",
        _CLOSERS + _ASSIGN + rf"(?:{_BEGIN}{QUOTED}|{_BARE})",
        _CLOSERS + _ASSIGN_ANCHOR,
        3 + 10,
        120,
        _checking(site_of),
    ),
    _pattern(
        "paired",
        r"[\"']?\s{0,3}[,;/]?\s{1,40}[\"']?(?:default[_-]?|secret[_-]?)?value[\"']?\s{0,3}[=:]\s{0,3}"
        rf"(?:{QUOTED}|(?P<bare>[^\s\"'`<>,]{{2,{_MOST}}}))",
        r"[\"']?\s{0,3}[,;/]?\s{1,40}[\"']?(?:default[_\-]?|secret[_\-]?)?value",
        1 + 3 + 1 + 40 + 1 + 8 + 5,
        90,
        _checking(_literal),
    ),
    _pattern(
        "element",
        r"[\"']?[^<>]{0,80}>\s{0,20}(?:</key>\s{0,20}<string>|<(?:value|string|plaintext)>|<!\[CDATA\[){0,2}"
        rf"\s{{0,4}}(?P<bare>[^<>\r\n]{{2,{_MOST}}}?)\s{{0,20}}(?:\]\]>)?\s{{0,4}}</",
        r"[\"']?[^<>]{0,80}>\s{0,20}[^\s]",
        1 + 80 + 1 + 20 + 1,
        250,
        _checking(_literal),
    ),
)
