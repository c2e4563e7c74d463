"""Passwords, and keys without a form of their own: known by the name in front of them."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.secrets_text import bits_per_point, is_placeholder
from sluice.engine.patterns import Checked, Pattern, Precedence, words

# The short ones must be words of their own, not the end of another (`compass`).
_NAMES = (
    r"password|passwd|passphrase|passcode|passwort|kennwort|contrase(?:ñ|n)a|mot de passe"
    r"|(?<![A-Za-z])(?:pass|pwd|pw)|(?<=[a-z])(?-i:P(?:ass|wd))"
)
_NAMES_BYTES = (
    r"password|passwd|passphrase|passcode|passwort|kennwort|contrase(?:\xc3\xb1|n)a|mot de passe"
    r"|pass|pwd|pw"
)
_LONGEST_NAME: Final = 12
_KEYS = (
    r"(?:api|access|secret|private|auth|account|encryption|signing|storage|app|master|client|bearer"
    r"|refresh|session|webhook|deploy)[-_ ]?(?:key|token|secret)|secret|token|credential"
)
_LONGEST_KEY: Final = 17
# Between the name and the value: a closing quote or bracket, then `=`, `:`, `=>`, `:=`, or `is`.
_ASSIGN = (
    r"[\"'\]\\]{0,3}(?P<assign>\s{0,4}(?::=|=>|={1,3}|:)\s{0,4}|\s{1,2}(?:is|was|ist)[ :]{1,3})"
)
_ASSIGN_ANCHOR = r"[\"'\]\\]{0,3}(?:\s{0,4}[=:]|\s{1,2}(?:is|was|ist)[ :])"
_VALUE = (
    r"(?:(?:[rbuf]{0,2}(?P<quote>\\?[\"'`]))(?P<quoted>[^\"'`\r\n\\]{1,200})(?P=quote)"
    r"|(?P<bare>[^\s\"'`,;<>]{2,200}))"
)
_LONGEST_VALUE: Final = 210

_CODE = re.compile(
    r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+|[\w.$:]*[(\[].*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|&?\*?\w+->.*"
    r"|[A-Za-z_]\w*\)|[{(\[].*|=+.*|/.*|[|&]{2}.*|@\w+|!.*",
    re.ASCII,
)
# What follows "password is" when no password does.
_PROSE: Final = words(
    "a an the not no too also very so now never always only already still being been wrong "
    "incorrect correct invalid valid required optional missing expired empty weak strong "
    "secure safe set unset reset changed stored saved hashed encrypted sent shown hidden visible "
    "needed used unknown known blank short longer shorter same different case that this "
    "what where when why how your my our his her their its in on at to for from by with as if "
    "stale leaked compromised written kept accepted rejected checked compared at least one "
    "protected due about going supposed string str text bool boolean int none null true false "
    "bytes any optional[str] secretstr password passwd input prompt number"
)


def _value(match: re.Match[str]) -> tuple[int, int, bool]:
    """Where the value is, without a sentence's punctuation, and whether it was quoted."""
    if match["quoted"] is not None:
        return *match.span("quoted"), True
    start, end = match.span("bare")
    text = match.string
    if text[match.start() - 1 : match.start()] in ("?", "&"):
        end = _before_ampersand(text, start, end)
    while end > start and text[end - 1] in ".:?)]}\\":
        if text[end - 1] in ")]}" and _opened(text, start, end):
            break
        end -= 1
    return start, end, False


def _before_ampersand(text: str, start: int, end: int) -> int:
    """In a query string the next parameter follows."""
    at = text.find("&", start, end)
    return at if at > start else end


def _opened(text: str, start: int, end: int) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}[text[end - 1]]
    return opening in text[start:end]


def _password(match: re.Match[str]) -> Checked | None:
    """A value that is neither a stand-in nor a piece of a program or of a sentence."""
    start, end, quoted = _value(match)
    value = match.string[start:end]
    spoken = match["assign"].strip(" :").isalpha()
    if len(value) < 3 or is_placeholder(value) or value.lower() in _PROSE:
        return None
    if not quoted and _CODE.fullmatch(value):
        return None
    if quoted and " " in value and not match["name"].lower().startswith(("passp", "mot")):
        return Checked(start, end, 0.3) if len(value) < 64 else None
    return Checked(start, end, _strength(value, quoted, spoken, match["assign"]))


def _strength(value: str, quoted: bool, spoken: bool, assign: str) -> float:
    """Values that no ordinary word looks like are surer; so are those in quotes."""
    kinds = sum(
        any(test(char) for char in value)
        for test in (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    )
    if kinds >= 2 and not (value.istitle() and value.isalpha()):
        return 0.9
    if quoted:
        return 0.75
    if spoken:
        return 0.3
    return 0.6 if not assign.isspace() and " " not in assign else 0.5 if ":" in assign else 0.4


def _key(match: re.Match[str]) -> Checked | None:
    """A value as random as keys are: letters and digits, no words."""
    start, end, quoted = _value(match)
    end = _before_ampersand(match.string, start, end)
    value = match.string[start:end]
    if len(value) < 12 or is_placeholder(value) or (not quoted and _CODE.fullmatch(value)):
        return None
    if " " in value or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return None
    return Checked(start, end, 0.8) if bits_per_point(value) >= 3.0 else None


def _aws_secret(match: re.Match[str]) -> Checked | None:
    """40 characters of base 64 under a name that says so."""
    value = match["body"]
    if is_placeholder(value) or bits_per_point(value) < 3.5:
        return None
    return Checked(*match.span("body"), 0.95)


def _bearer(match: re.Match[str]) -> Checked | None:
    """Credentials of an HTTP `Authorization` header (RFC 7617, RFC 6750)."""
    value = match["body"]
    if is_placeholder(value) or not any(map(str.isdigit, value)):
        return None
    return Checked(*match.span("body"), 0.85)


def _in_url(match: re.Match[str]) -> Checked | None:
    """The password of `scheme://user:password@host`."""
    value = match["body"]
    if is_placeholder(value) and value.lower() not in ("password", "secret", "test"):
        return None
    return Checked(*match.span("body"), 0.9)


PATTERNS: Final = (
    Pattern(
        name="password.assigned",
        entity_type="PASSWORD",
        regex=rf"(?P<name>{_NAMES}){_ASSIGN}{_VALUE}",
        anchor=rf"(?:{_NAMES_BYTES}){_ASSIGN_ANCHOR}",
        reach=_LONGEST_NAME + 3 + 6,
        longest=_LONGEST_NAME + 3 + 11 + _LONGEST_VALUE,
        score=0.9,
        check=_password,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
    Pattern(
        name="password.url",
        entity_type="PASSWORD",
        regex=r"://[^\s/?#@:\"'<>]{0,128}:(?P<body>[^\s/?#@\"'<>]{1,256})@(?=[\w\[])",
        anchor=r"://",
        reach=3,
        longest=3 + 128 + 1 + 256 + 2,
        score=0.9,
        check=_in_url,
        precedence=Precedence.ASSIGNED,
    ),
    Pattern(
        name="api_key.aws_secret",
        entity_type="API_KEY",
        regex=r"(?:aws|secret)[\w .-]{0,30}[\"']?\s{0,3}(?::=|=>|=|:)\s{0,3}[\"']?"
        r"(?P<body>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        anchor=r"(?:aws|secret)[\w .\-]{0,30}[\"']?\s{0,3}[=:]",
        reach=6 + 30 + 1 + 3 + 1,
        longest=6 + 30 + 1 + 3 + 2 + 3 + 1 + 42,
        score=0.95,
        check=_aws_secret,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
    Pattern(
        name="api_key.assigned",
        entity_type="API_KEY",
        regex=rf"(?P<name>{_KEYS}){_ASSIGN}{_VALUE}",
        anchor=rf"(?:{_KEYS}){_ASSIGN_ANCHOR}",
        reach=_LONGEST_KEY + 3 + 6,
        longest=_LONGEST_KEY + 3 + 11 + _LONGEST_VALUE,
        score=0.8,
        check=_key,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
    Pattern(
        name="api_key.authorization",
        entity_type="API_KEY",
        regex=r"(?<![A-Za-z])(?:bearer|basic|token) (?P<body>[A-Za-z0-9_.~+/=-]{16,600})",
        anchor=r"(?:bearer|basic|token) [A-Za-z0-9_.~+/=\-]{8}",
        reach=15,
        longest=610,
        score=0.85,
        check=_bearer,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
)
