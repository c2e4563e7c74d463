"""Connection strings, and passwords in URLs.

A string that tells a program how to reach a database, a broker or a directory, password
included, is one finding, CONNECTION_STRING, from its first to its last character: its host and
its user are as much of a secret to outsiders. Only a detector that was asked for PASSWORD but not
for CONNECTION_STRING finds the password alone. In other URLs (`https://user:password@host`) the
password is a PASSWORD, and the rest stays a URL.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.secrets.values import is_placeholder, is_random
from sluice.engine.patterns import Checked, Pattern, Precedence, words

_SCHEMES: Final = (
    r"postgres(?:ql)?|mysql2?|mysqlx|mariadb|mssql|sqlserver|oracle|mongodb(?:\+srv)?|rediss?"
    r"|valkeys?|amqps?|mqtts?|stomp"
    r"|nats|kafka|cassandra|scylla|couchbases?|couchdb|clickhouse|neo4j|bolt|ldaps?|smtps?"
    r"|imaps?|pop3s?|db2|firebird|snowflake|redshift"
    r"|cockroach(?:db)?|influxdb|memcached|elasticsearch|hive|impala|presto|trino|vertica"
    r"|teradata|hana|sybase|"
    r"dremio|databricks|cloudinary|sqlanywhere|sap|tds|odbc|cql|arangodb|surrealdb|libsql"
    r"|rethinkdb|crate|mailgun|ses|sentry|pgsql|pdo"
)
_REST: Final = re.compile(r"[^\s\"'<>`\\|]*")
_TRAILING: Final = ".,;:!?)]}*_"
_GENERIC_USERS: Final = words(
    "user username usr login name me you foo bar someone myuser dbuser uid u"
)
_WEAK: Final = words(
    "password pass passwd secret test changeme pwd default example changeit key token pw"
)
_KNOWN_KEYS: Final = re.compile(
    r"(?:server|data source|host|hostname|address|addr|network address|endpoint|driver|provider"
    r"|dsn|initial catalog|database|dbname"
    r"|uid|user id|user|username|userid|accountname|accountendpoint|defaultendpointsprotocol"
    r"|sharedaccesskeyname|port|dbq|bootstrap\.servers|id)\s{0,2}=",
    re.IGNORECASE,
)
_FIELD: Final = r"[A-Za-z][\w .]{0,40}=[^;\"'\r\n<>]{0,300}"
_LEFT: Final = re.compile(rf"(?:{_FIELD};\s{{0,2}}){{1,20}}$")
_RIGHT: Final = re.compile(rf"(?:;\s{{0,2}}{_FIELD}){{0,20}};?")
_AROUND: Final = 600
"""How far a connection string is read to either side of its password, in code points."""


def _end_of(text: str, at: int) -> int:
    """The end of what runs on without spaces or quotes, without a sentence's punctuation."""
    rest = _REST.match(text, at, at + 2000)
    end = rest.end() if rest else at
    while end > at and text[end - 1] in _TRAILING:
        end -= 1
    return end


def _password_score(user: str, value: str) -> float:
    """0 for a manual's `user:password`; a weak one of a named user is one all the same."""
    if value.startswith(("$", "{", "<", "%(", "%s", "[", "*")) or "${" in value or "{{" in value:
        return 0.0
    lower = value.lower()
    if lower in _WEAK or lower == user.lower():
        generic = not user or user.lower() in _GENERIC_USERS or is_placeholder(user)
        return 0.0 if generic else 0.55
    if is_placeholder(value):
        return 0.0
    return 0.95 if any(not char.isalpha() for char in value) else 0.7


def _url(match: re.Match[str]) -> Checked | None:
    """`scheme://user:password@host…` of a store, whole."""
    score = _password_score(match["user"], match["body"])
    if not score:
        return None
    return Checked(
        match.start(), _end_of(match.string, match.end()), score, reason="URL with a password"
    )


def _in_url(match: re.Match[str]) -> Checked | None:
    """The password of `scheme://user:password@host`."""
    score = _password_score(match["user"], match["body"])
    return Checked(*match.span("body"), score, reason="URL with a password") if score else None


def _token_in_url(match: re.Match[str]) -> Checked | None:
    """`https://token@host`: what stands for the user is as random as a token."""
    if not is_random(match["body"]) or is_placeholder(match["body"]):
        return None
    return Checked(*match.span("body"), 0.8, reason="URL with a token")


def _jdbc(match: re.Match[str]) -> Checked | None:
    """A JDBC address with the password among its parameters."""
    if not _password_score("app", match["body"]) or match["body"].lower() in _WEAK:
        return None
    return Checked(
        match.start(), _end_of(match.string, match.end("body")), 0.95, reason="JDBC address"
    )


def _fields(match: re.Match[str]) -> Checked | None:
    """`Server=…;User Id=…;Password=…;` (ADO.NET, ODBC, Azure), from its first to its last field."""
    text = match.string
    value = match["body"]
    if not _password_score("app", value.strip()) or value.strip().lower() in _WEAK:
        return None
    left = _LEFT.search(text, max(0, match.start() - _AROUND), match.start())
    start = left.start() if left else match.start()
    right = _RIGHT.match(text, match.end(), match.end() + _AROUND)
    end = right.end() if right else match.end()
    around = text[start : match.start()] + text[match.end() : end]
    if len(_KNOWN_KEYS.findall(around)) < 1 or around.count("=") < 2:
        return None
    return Checked(start, end, 0.95, reason="fields of a connection string")


_FIELD_NAMES = (
    r"(?:password|pwd|accountkey|sharedaccesskey|sharedsecret|secret|primarykey|authkey|apikey"
    r"|accesskey)"
)
PATTERNS: Final = (
    Pattern(
        name="connection_string.url",
        entity_type="CONNECTION_STRING",
        regex=rf"(?<![A-Za-z0-9+.-])(?:jdbc:|odbc:)?(?:{_SCHEMES})(?:\+[a-z0-9]{{2,16}})?://"
        r"(?P<user>[^\s/?#@:\"'<>`]{0,128}):(?P<body>[^\s/?#\"'<>`]{1,256})@(?=[\w\[(])",
        anchor=rf"(?:{_SCHEMES})(?:\+[a-z0-9]{{2,16}})?://",
        reach=5 + 14 + 17 + 3,
        longest=5 + 14 + 17 + 3 + 128 + 1 + 256 + 2,
        score=0.95,
        check=_url,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
    Pattern(
        name="connection_string.jdbc",
        entity_type="CONNECTION_STRING",
        regex=r"(?<![A-Za-z0-9])jdbc:[a-z0-9]{2,20}:[^\s\"'<>`]{0,400}?"
        r"(?:(?:password|pwd)=|thin:[^\s/:@]{1,60}/)(?P<body>[^\s&;@\"'<>`]{1,200})",
        anchor=r"jdbc:[a-z0-9]{2,20}:",
        reach=26,
        longest=900,
        score=0.95,
        check=_jdbc,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
    Pattern(
        name="connection_string.fields",
        entity_type="CONNECTION_STRING",
        regex=rf"(?<![A-Za-z]){_FIELD_NAMES}\s{{0,2}}=\s{{0,2}}(?P<body>[^;\"'\r\n<>]{{1,300}}"
        rf"(?=;)|[^;\s\"'<>]{{1,300}})",
        anchor=r"(?:password|pwd|key|secret)\s?\s?=",
        reach=18,
        longest=340,
        score=0.95,
        check=_fields,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
    Pattern(
        name="connection_string.go",
        entity_type="CONNECTION_STRING",
        regex=r"(?<![^\s\"'`=])(?P<user>[\w.-]{1,64}):(?P<body>[^\s\"'`/]{1,128})@(?:tcp|unix)\(",
        anchor=r"@(?:tcp|unix)\(",
        reach=64 + 1 + 128 + 1 + 5,
        longest=64 + 1 + 128 + 1 + 5 + 1,
        score=0.95,
        check=_url,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="connection_string.bare",
        entity_type="CONNECTION_STRING",
        regex=r"(?<=[\"'])(?P<user>[\w.-]{1,40}):(?P<body>[^\s\"'@/:]{3,64})@[\w.-]{2,60}"
        r"(?::\d{2,5})?/[\w-]{1,40}(?=[\"'])",
        anchor=r"@[\w.\-]{2,60}(?::\d{2,5})?/[\w\-]{1,40}[\"']",
        reach=40 + 1 + 64 + 1 + 60 + 6 + 1 + 40 + 1,
        longest=40 + 1 + 64 + 1 + 60 + 6 + 1 + 40 + 3,
        score=0.95,
        check=_url,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="password.url",
        entity_type="PASSWORD",
        regex=r"://(?P<user>[^\s/?#@:\"'<>`]{0,128}):(?P<body>[^\s/?#\"'<>`]{1,256})@(?=[\w\[])",
        anchor=r"://",
        reach=3,
        longest=3 + 128 + 1 + 256 + 2,
        score=0.9,
        check=_in_url,
        precedence=Precedence.ASSIGNED,
    ),
    Pattern(
        name="access_token.url",
        entity_type="ACCESS_TOKEN",
        regex=r"://(?P<body>[A-Za-z0-9_.~%-]{16,256})(?::x-oauth-basic)?@(?=[\w\[])",
        anchor=r"://[A-Za-z0-9_.~%\-]{16}",
        reach=3 + 16,
        longest=3 + 256 + 14 + 2,
        score=0.8,
        check=_token_in_url,
        precedence=Precedence.ASSIGNED,
    ),
)
