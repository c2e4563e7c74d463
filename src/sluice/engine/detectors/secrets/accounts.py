"""Passwords behind an account and a sign: `curl -u user:password`, `.pgpass`, lists of accounts."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets.assigned import judged
from sluice.engine.detectors.secrets.forms import width
from sluice.engine.detectors.secrets.judging import Place
from sluice.engine.detectors.secrets.names import Kind
from sluice.engine.detectors.secrets.values import is_placeholder
from sluice.engine.patterns import Checked, Pattern, Precedence

_ALSO: Final = frozenset(("API_KEY", "ACCESS_TOKEN", "PASSWORD_HASH", "PRIVATE_KEY"))
_USER = r"[^\s:@\"'/]{1,64}"


def _user_and_password(match: re.Match[str]) -> Checked | None:
    """The password of `user:password`."""
    start, end = match.span("pair")
    value = match.string[start:end]
    if is_placeholder(value) or value[0] in "$-%&{/(":
        return None
    return judged(Kind.PASSWORD, match.string, start, end, Place.LITERAL)


class Pair(NamedTuple):
    """Where `user:password` stands; the group `pair` is the password."""

    name: str
    regex: str
    anchor: str
    reach: int


_PAIR = r"(?P<pair>[^\s\"'|<>`]{3,128})"
_PAIRS: Final = (
    Pair(
        "curl",
        rf"\b(?:curl|http|https|wget|xh)\b[^\r\n|;]{{0,200}}?\s(?:-u\s{{0,3}}|--"
        rf"(?:proxy-)?user[ =]|-a\s{{1,2}}|-U\s{{1,2}})[\"']?[^\s:\"'$/]{{1,64}}:{_PAIR}",
        r"(?:-u\s{0,3}|--(?:proxy-)?user[ =]|-a\s{1,2}|-U\s{1,2})[\"']?[^\s:\"'$/]{1,64}:",
        5 + 200 + 1 + 14 + 66,
    ),
    Pair(
        "smb",
        rf"\b(?:smbclient|rpcclient|smbmap|mount\.cifs|winexe|wmic|net)\b[^\r\n|;]{{0,200}}?\s"
        rf"(?:-U\s{{0,2}}|--user=)[\"']?[^\s%\"'$]{{1,64}}%{_PAIR}",
        r"(?:-U\s{0,2}|--user=)[\"']?[^\s%\"'$]{1,64}%",
        10 + 200 + 1 + 7 + 66,
    ),
    Pair(
        "chpasswd",
        rf"\becho\s{{1,3}}(?:-e\s|-n\s)?[\"']?{_USER}:{_PAIR}[\"']?\s{{0,3}}\|\s{{0,3}}"
        rf"(?:sudo\s{{1,2}})?chpasswd",
        r"echo\s{1,3}",
        7,
    ),
    Pair(
        "sqlplus",
        rf"\b(?:sqlplus|exp|imp|expdp|impdp|rman|sqlldr)\s{{1,3}}(?:-[a-zA-Z]{{1,3}}\s{{1,2}}"
        rf"|userid=)?{_USER}/(?P<pair>[^\s\"'@|<>`/]{{3,64}})@",
        r"(?:sqlplus|exp|imp|expdp|impdp|rman|sqlldr)\s{1,3}[^\s]",
        11 + 8,
    ),
    Pair(
        "pgpass",
        rf"(?<![^\n])[\w.*-]{{1,80}}:(?:\d{{4,5}}|\*):[\w.*-]{{1,64}}:[\w.*-]{{1,64}}:"
        rf"(?=[^\n]{{0,60}}[A-Za-z]){_PAIR}(?![^\r\n])",
        r":(?:\d{4,5}|\*):[\w.*\-]{1,64}:[\w.*\-]{1,64}:",
        80 + 1 + 5 + 1 + 64 + 1 + 64 + 1,
    ),
    Pair(
        "sasl",
        rf"(?<![^\n])\[?[\w.-]{{1,80}}\]?(?::\d{{2,5}}|(?<=\.[a-z]{{2}})|(?<=\.[a-z]{{3}}))"
        rf"[ \t]{{1,8}}[\w.+@-]{{1,80}}:{_PAIR}(?![^\r\n])",
        r"(?::\d{2,5}|\.[a-z]{2,3})[ \t]{1,8}[\w.+@\-]{1,80}:",
        82 + 6 + 8 + 81,
    ),
    Pair(
        "lftp",
        rf"\blftp\b[^\r\n|;]{{0,120}}?\s-u\s{{1,3}}[^\s,\"'$]{{1,64}},{_PAIR}",
        r"lftp",
        4,
    ),
    Pair(
        "credentials",
        rf"\b(?:stats auth|basic[_-]?auth|creds?|credentials)(?:\s{{0,2}}(?:[:=]|->)\s{{0,2}}"
        rf"|[ ]{{1,4}})"
        rf"[\"']?{_USER}:(?=[^\s]{{0,60}}[\d!@#$%&*?]){_PAIR}",
        r"(?:stats auth|basic[_\-]?auth|creds?|credentials)[\s:=\->]{1,7}[\"']?[^\s:@\"'/]{1,64}:",
        11 + 6 + 1 + 66,
    ),
    Pair("plain_scheme", r"\{(?:PLAIN|CLEAR(?:TEXT)?)\}(?P<pair>[^\s:\"']{3,128})", r"\{[PC]L", 3),
    Pair(
        "ppp",
        r"(?<![^\n])[\"']?[A-Za-z][\w.@\\-]{0,64}[\"']?[ \t]{1,16}(?:\*|[\w-]{0,16}(?:ppp|pptp|l2tp"
        r"|vpn)\w{0,8})[ \t]{1,16}[\"']?(?=[^\s]{0,60}[A-Za-z])(?P<pair>[^\s\"']{3,64})[\"']?"
        r"[ \t]{1,16}(?:\*|\d{1,3}\.[\d.]{5,11})(?![^\s])",
        r"(?:\*|ppp|pptp|l2tp|vpn)\w{0,8}[ \t]{1,16}[\"']?[^\s\"']{3,64}[\"']?[ \t]{1,16}(?:\*|\d)",
        67 + 16 + 28 + 16 + 66 + 16 + 2,
    ),
)


def _pair_pattern(pair: Pair) -> Pattern:
    return Pattern(
        name=f"password.{pair.name}",
        entity_type="PASSWORD",
        regex=pair.regex,
        anchor=pair.anchor,
        reach=pair.reach,
        longest=width(pair.regex) + 64,
        score=0.9,
        check=_user_and_password,
        precedence=Precedence.ASSIGNED,
        also=_ALSO,
    )


def _listed_account(match: re.Match[str]) -> Checked | None:
    """A line `account:password` of the list that cloud-init gives to `chpasswd`."""
    before = match.string[max(0, match.start() - 400) : match.start()]
    return _user_and_password(match) if "chpasswd" in before else None


_NAMES_OF_ACCOUNTS = (
    r"(?:root|admin|ubuntu|debian|centos|fedora|core|ec2-user|user|pi|vagrant|deploy)[a-z0-9]{0,8}"
)
_ACCOUNTS: Final = Pattern(
    name="password.chpasswd_list",
    entity_type="PASSWORD",
    regex=rf"(?<![^\n])[ \t]{{1,12}}(?:- )?{_NAMES_OF_ACCOUNTS}:{_PAIR}(?![^\r\n])",
    anchor=rf"[ \t](?:- )?{_NAMES_OF_ACCOUNTS}:[^\s]",
    reach=12 + 2 + 28 + 2,
    longest=12 + 2 + 28 + 1 + 129,
    score=0.9,
    check=_listed_account,
    precedence=Precedence.ASSIGNED,
)

PATTERNS: Final = (*map(_pair_pattern, _PAIRS), _ACCOUNTS)
