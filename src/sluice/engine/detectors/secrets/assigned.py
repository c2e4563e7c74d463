"""Passwords, and keys without a form of their own: known by the name in front of them.

`name = value`, `"name": "value"`, `name => value`, `NAME: type = value`, `define('NAME', 'value')`,
`<name>value</name>`, `name="name" value="value"`, `--name value`, in whatever language or file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets.forms import width
from sluice.engine.detectors.secrets.judging import Place, judge
from sluice.engine.detectors.secrets.names import (
    LONGEST_STEM,
    STEMS,
    STEMS_BYTES,
    Kind,
    kind_of,
)
from sluice.engine.patterns import Check, Checked, Pattern, Precedence, factored

_TAIL: Final = 28
_MOST: Final = 600
"""The longest value, in code points."""
_LINE: Final = 200
"""How far a neighbouring line is read, in code points."""
_PREFIX = r"[rbufLN@$]{0,2}"
_QUOTE = rf"{_PREFIX}\\{{0,3}}[\"'`]"
_BEGIN = rf"[\[(]{{0,2}}\s{{0,2}}{_PREFIX}"
_QUOTED = (
    rf"(?:\\{{1,3}}\"(?P<escaped>[^\"\\\r\n]{{1,{_MOST}}})\\{{1,3}}\""
    rf"|\"(?P<double>(?:[^\"\\\r\n]|\\.){{1,{_MOST}}})\""
    rf"|'(?P<single>(?:[^'\\\r\n]|\\.){{1,{_MOST}}})'"
    rf"|`(?P<back>[^`\r\n]{{1,{_MOST}}})`)"
)
# Values are read by the checks: expressions that hold them would be long, and slow to search.
_WRAPPER = (
    r"(?:(?:new )?[\w.:]{0,40}(?:fromhex|from_hex|b64decode|unhexlify|Buffer\.from|SecretStr|Secret"
    r"|Password|String|bytes|decodeString|getBytes)\(\s{0,2})?"
)
_VALUE: Final = re.compile(
    rf"{_WRAPPER}{_BEGIN}{_QUOTED}"
    r"|(?P<app>[a-z]{4}(?: [a-z]{4}){3})(?![^\s\"'#,;])"
    r"|(?:(?:[|>][+-]?)?[ \t]{0,4}\r?\n[ \t]{1,16}(?:-[ \t]{1,4})?(?![\w.-]{1,40}:(?:\s|$)))?"
    rf"(?P<bare>(?![{{(\[](?!cipher\}}|AQAA))[^\s\"'`<>]{{2,{_MOST}}})",
    re.ASCII | re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(rf"{_QUOTED}|(?P<bare>[^\s\"'`<>,]{{2,{_MOST}}})", re.ASCII)
_CONTENT: Final = re.compile(
    rf"(?P<bare>[^<>\r\n]{{2,{_MOST}}}?)\s{{0,20}}(?:\]\]>)?\s{{0,4}}</", re.ASCII
)
_CLOSERS = r"[\"'`\]\\)]{0,3}"
_OPERATOR = r"(?::=|::(?= )|=>|->|={1,3}|!={1,2}|\?=|\+=|:)"
_ASSIGN = (
    r"(?:\s{0,2}\{\s?get;[^{}\n]{0,24}\}\s?=\s{0,2}"
    r"|\s{0,2}:\s{0,2}[&*]?(?:'\w{1,10} )?[A-Za-z_][\w.<>|?]{0,30}(?:\[\])?[?!]?\s{0,2}="
    rf"(?![=>])(?:\s{{0,4}}(?={_BEGIN}\\{{0,3}}[\"'`])|[ \t]{{0,4}}(?=\S))"
    rf"|\s{{0,24}}{_OPERATOR}(?:\s{{0,20}}(?={_BEGIN}\\{{0,3}}[\"'`])|[ \t]{{0,16}})"
    rf"|\s{{0,2}}(?:\|\||\?\?|or|\?:)\s{{0,2}}(?={_QUOTE})"
    rf"|\s{{0,2}}(?:,[ \t]{{0,12}}|\(\s{{0,12}})(?={_QUOTE})"
    r"|\[\d{0,4}\]\s{0,2}=\s{0,2}|[ \t]{1,8}(?=[N@]?\\{0,3}[\"'`]))"
)
_ASSIGN_ANCHOR = (
    r"(?:\s{0,24}(?:[=:]|->|[!?+]=)|\s{0,2}\{\s?get;|\[\d{0,4}\]\s{0,2}="
    r"|[ \t]{1,8}[N@]?\\{0,3}[\"'`]"
    rf"|\s{{0,2}}(?:[|][|]|[?][?]|or|[?]:|[,(]\s{{0,12}})\s{{0,2}}{_QUOTE})"
)
_NAME = rf"(?P<stem>{factored(STEMS)})(?P<tail>[\w.\-]{{0,{_TAIL}}})"
_NAME_ANCHOR = rf"(?:{STEMS_BYTES})[\w.\-]{{0,{_TAIL}}}"
_NAME_REACH: Final = LONGEST_STEM + _TAIL

_HEAD: Final = re.compile(r"(?:(?<![\w-])[A-Za-z]{2,12}[ ])?[\w.\-]*$", re.ASCII)
_HEAD_LENGTH: Final = 60
_BEFORE_NAME: Final = re.compile(
    r"\s*(?:(?:export|set|setenv|setx|env|arg|local|readonly|declare|-x|-gx|-|-e|--env"
    r"|--build-arg|#|;|//)\s+"
    r"|\$env:|--?|-D|[\w.\-\[\]]+[.:/]){0,4}[\"']?",
    re.IGNORECASE | re.ASCII,
)
_CODE_LINE: Final = re.compile(
    r"\s*(?:def|function|return|if|else|elif|for|while|import|from|class|const|let|var|public"
    r"|private"
    r"|protected|static|func|fn|try|except|catch|throw|raise|await|async|yield|with|use|using"
    r"|package|struct|interface|type|switch|case|end|do)\b.*|.*[;{]\s*|.*\)\s*[:{]?\s*"
    r"|.*\w\(.*\).*",
    re.ASCII,
)
_UPPER: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_USER: Final = re.compile(
    r"(?:user|login|usr|e-?mail|benutzer|usuario|utilisateur|utente|gebruiker)[\w\"']{0,12}"
    r"\s?[=:]\s?[\w.@+-]{1,40}[\s,;/|]{1,4}$",
    re.IGNORECASE,
)
"""A user's name directly in front of a password's."""
_CONDITION: Final = re.compile(r"(?:if|elif|unless|when|while|with|and|or)[ ]", re.IGNORECASE)
"""A word before a name that begins a condition: what it is compared with is a value."""
_KEY_END: Final = re.compile(r"\s{0,8}:")
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


def site_of(match: re.Match[str], value: re.Match[str], name: str) -> Site:
    """Where the value is, without quotes, brackets and a sentence's punctuation."""
    for group in ("double", "single", "back", "escaped"):
        if value[group] is not None:
            return Site(*value.span(group), Place.LITERAL)
    if value["app"]:
        return Site(*value.span("app"), Place.LITERAL)
    start, end = value.span("bare")
    text = match.string
    if _expansion(match):
        return _default(text, start, end)
    if _is_config(match, end, name):
        return Site(start, _without(text, start, end, ",;"), Place.CONFIG)
    cut = _CUT.search(text, start, end)
    end = cut.start() if cut and cut.start() > start else end
    end = _without(text, start, end, ".:?)]}\\")
    called = text[end : end + 1] in (")", ",")
    tight = text[start - 1] == "=" and not called
    beside = _USER.search(text, max(0, match.start() - _LINE), match.start())
    return Site(start, end, Place.CONFIG if tight or beside else Place.BARE)


def _expansion(match: re.Match[str]) -> bool:
    """Whether the name stands in `${NAME…}`."""
    text, start = match.string, match.start("stem")
    head = _HEAD.search(text[max(0, start - _HEAD_LENGTH) : start])
    start -= len(head[0]) if head else 0
    return text[max(0, start - 2) : start] == "${"


def _default(text: str, start: int, end: int) -> Site:
    """What `${NAME:-value}` or `${NAME:value}` says for want of another value."""
    if text[start] in "?+=":
        return Site(start, start, Place.BARE)
    closing = text.find("}", start, end)
    return Site(start + (text[start] == "-"), closing if closing > 0 else end, Place.CONFIG)


def _without(text: str, start: int, end: int, trailing: str) -> int:
    """The value's end without these, unless they close what the value opened."""
    while end > start and text[end - 1] in trailing:
        opening = {")": "(", "]": "[", "}": "{"}.get(text[end - 1], "")
        if opening and opening in text[start:end]:
            break
        end -= 1
    return end


def _is_config(match: re.Match[str], end: int, name: str) -> bool:
    """Whether the line is `name = value` and nothing else, among lines that are no program."""
    text = match.string
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


Reading = Callable[[re.Match[str], re.Match[str], str], Site]
"""From a match, the match of its value and the name: where the value is."""


def _checking(values: re.Pattern[str], reading: Reading) -> Check:
    """A check of a named value that begins where the match ends."""

    def check(match: re.Match[str]) -> Checked | None:
        name = name_of(match)
        kind = kind_of(name) or kind_of(_CONDITION.sub("", name))
        value = values.match(match.string, match.end()) if kind else None
        if kind is None or value is None:
            return None
        if value["bare"] is not None and _CONDITION.match(name):
            return None  # `if password is set`
        if match[0].rstrip().endswith(",") and _KEY_END.match(match.string, value.end()):
            return None  # `"pass", "key": …`: the next member of an object
        verb = match["stem"].lower() == "pass" == name.lower().split()[-1]
        if verb and value["back"] is not None:
            return None  # a sentence: "pass `--strict`"
        return judged(kind, match.string, *reading(match, value, name))

    return check


def judged(kind: Kind, text: str, start: int, end: int, place: Place) -> Checked | None:
    """The finding that a value becomes under a name of this kind."""
    score = judge(kind, text[start:end], place)
    if not score:
        return None
    detector = f"{kind.entity_type.lower()}.assigned"
    return Checked(start, end, score, kind.entity_type, detector, "name in front")


def _literal(match: re.Match[str], value: re.Match[str], name: str) -> Site:
    """A value between tags, or one that an attribute holds."""
    group = value.lastgroup or "bare"
    return Site(*value.span(group), Place.LITERAL)


def _tagged(match: re.Match[str]) -> Checked | None:
    """An element's content, by the name of the element or of one of its attributes."""
    value = _CONTENT.match(match.string, match.end())
    names = (name_of(match), *_QUOTED_NAME.findall(match[0]))
    kinds = [kind for kind in map(kind_of, names) if kind is not None]
    if value is None or not kinds:
        return None
    kind = next((kind for kind in kinds if kind is not Kind.WEAK), Kind.WEAK)
    return judged(kind, match.string, *value.span("bare"), Place.LITERAL)


_QUOTED_NAME: Final = re.compile(r"[\"']([\w.\- ]{2,60})[\"']")
_ALSO: Final = frozenset(("API_KEY", "ACCESS_TOKEN", "PASSWORD_HASH", "PRIVATE_KEY"))


def _pattern(name: str, regex: str, anchor: str, check: Check) -> Pattern:
    return Pattern(
        name=f"password.{name}",
        entity_type="PASSWORD",
        regex=_NAME + regex,
        anchor=_NAME_ANCHOR + anchor,
        reach=_NAME_REACH + width(anchor),
        longest=_NAME_REACH + width(regex) + 8,
        score=0.9,
        check=check,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
        also=_ALSO,
    )


_VALUE_ATTRIBUTE = (
    r"[\"']?\s{0,3}(?:[,;/]\s{0,40}|\s{1,40})[\"']?(?:[a-z]{2,10}:)?"
    r"(?:default[_-]?|secret[_-]?|parameter)?value"
)
# Terraform's variables and CloudFormation's parameters.
_DEFAULT_BLOCK = (
    r"[\"']?\s{0,3}(?:\{[^{}]{0,160}?|:\s{0,3}\n\s{1,16}Type:\s?String\s{0,3}\n"
    r"(?:\s{1,16}(?:NoEcho|Description|M(?:in|ax)Length|AllowedPattern"
    r"|ConstraintDescription):[^\n]{0,120}\n){0,6}\s{1,16})\bdefault[\"']?\s{0,8}[=:]\s{0,4}"
)
_TAG_END = r"[\"']?[^<>]{0,80}>"
PATTERNS: Final = (
    _pattern("assigned", _CLOSERS + _ASSIGN, _CLOSERS + _ASSIGN_ANCHOR, _checking(_VALUE, site_of)),
    _pattern(
        "paired",
        _VALUE_ATTRIBUTE + r"[\"']?\s{0,3}[=:]\s{0,3}",
        _VALUE_ATTRIBUTE,
        _checking(_ATTRIBUTE, _literal),
    ),
    _pattern(
        "block",
        _DEFAULT_BLOCK,
        r"[\"']?\s{0,3}(?:\{|:\s{0,3}\n\s{1,16}Type:)",
        _checking(_ATTRIBUTE, _literal),
    ),
    _pattern(
        "element",
        _TAG_END + r"\s{0,20}(?:</key>\s{0,20}<string>|<(?:value|string|plaintext)>"
        r"|<!\[CDATA\[){0,2}\s{0,4}",
        _TAG_END,
        _tagged,
    ),
)
