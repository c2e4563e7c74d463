"""Passwords on command lines, in directives of servers and network devices, in SQL, and in calls.

Each row says what stands in front of the value; the value itself is a word, or quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets.assigned import judged, name_of
from sluice.engine.detectors.secrets.forms import width
from sluice.engine.detectors.secrets.judging import Place
from sluice.engine.detectors.secrets.names import (
    LONGEST_STEM,
    STEMS,
    STEMS_BYTES,
    Kind,
    kind_of,
)
from sluice.engine.detectors.secrets.values import Look, is_placeholder, is_reference, look
from sluice.engine.patterns import Check, Checked, Pattern, Precedence, words

_MOST: Final = 300
_VALUE = (
    rf"(?:\"(?P<double>[^\"\r\n]{{1,{_MOST}}})\"|'(?P<single>[^'\r\n]{{1,{_MOST}}})'"
    rf"|(?P<bare>[^\s\"'|<>`]{{2,{_MOST}}}))"
)
_TRAILING: Final = ",;)]}"
_ALSO: Final = frozenset(("API_KEY", "ACCESS_TOKEN", "PASSWORD_HASH", "PRIVATE_KEY"))
_LIKELY: Final = 0.55
_LABEL_LIKE: Final = re.compile(r"[A-Za-z]{2,20}\d{0,4}", re.ASCII)
_HEADINGS: Final = words(
    "manager managers protection policy policies strength hashing hash hashes reset rotation "
    "recovery security storage generator generators authentication authorization encryption "
    "field fields prompt required protected changed expired change login file files management "
    "rules length history guessing cracking spraying leak leaks complexity requirements "
    "handling validation confirmation sharing service provider based less only string"
)
"""What stands behind `password` in headings and sentences."""
_CISCO_7: Final = re.compile(r"[0-9A-Fa-f]{6,60}")


ValueCheck = Callable[[re.Match[str], re.Match[str]], Checked | None]
"""From a match and the match of the value behind it to what is confirmed."""


class Row(NamedTuple):
    """`before` and a value; `anchor` lies inside of `before`, from its start."""

    name: str
    before: str
    anchor: str
    check: ValueCheck
    value: str = _VALUE


def value_span(match: re.Match[str]) -> tuple[int, int]:
    """Where the value is; a bare one without what closes the call or the list around it."""
    for group in ("double", "single"):
        if match[group] is not None:
            return match.span(group)
    start, end = match.span("bare")
    while end > start + 1 and match.string[end - 1] in _TRAILING:
        end -= 1
    return start, end


def _given(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """A password, wherever nothing else can stand."""
    start, end = value_span(found)
    value = match.string[start:end]
    if found["bare"] is not None and (value[0] in "$-%&" or _is_path_or_call(value)):
        return None
    return judged(Kind.PASSWORD, match.string, start, end, Place.CONFIG)


def _is_path_or_call(value: str) -> bool:
    return value[0] in "([{/~\\.!" and is_reference(value)


def _likely(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """A password if it has a digit or a sign: the words in front may be a sentence's."""
    checked = _given(match, found)
    return checked if checked and checked.score >= 0.65 else None


def _identified(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """SQL's password is quoted, or the words in front are in capitals: else it is a sentence."""
    checked = _given(match, found)
    sure = found["bare"] is None or match[0].isupper()
    return checked if checked and (sure or checked.score >= 0.65) else None


def _line(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """A directive's value that ends its line."""
    checked = _given(match, found)
    if not checked:
        return None
    rest = match.string[found.end() : found.end() + 80].partition("\n")[0].strip()
    ends = not rest or rest[0] in "#;!)}{*," or rest.startswith("authorization")
    if (
        ends
        and checked.score < _LIKELY
        and _LABEL_LIKE.fullmatch(match.string[slice(*checked[:2])])
    ):
        return checked._replace(score=_LIKELY)  # `key-string coreKey`: no screen shows it there
    return checked if ends or checked.score >= 0.65 else None


def _whole_line(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """`secret testing123` and nothing else on its line."""
    checked = _given(match, found)
    rest = match.string[found.end() : found.end() + 80].partition("\n")[0].strip()
    if not checked or (rest and rest[0] not in "#;"):
        return None
    return checked if checked.score >= 0.65 or _is_setting(match, found) else None


def _is_setting(match: re.Match[str], found: re.Match[str]) -> bool:
    """Whether a word stands behind an indented name, as in a list of settings: `  password tulip`.

    A line of running text goes on, and a heading's word is one that follows such a name.
    """
    word = match.string[slice(*value_span(found))]
    indented = match[0][0] in " \t" and match[0].strip().islower()
    return indented and word.isalpha() and word not in _HEADINGS


def _device(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """A value behind the number that says how a network device keeps it (0 plain, 5 hash, 7)."""
    start, end = value_span(found)
    value = match.string[start:end]
    if is_placeholder(value) or len(value) < 3:
        return None
    sure = _CISCO_7.fullmatch(value) or look(value) >= Look.MIXED
    return Checked(start, end, 0.9 if sure else 0.6, "PASSWORD", "password.device", "device")


def _named(match: re.Match[str], found: re.Match[str]) -> Checked | None:
    """`--db-password VALUE`, `ENV DB_PASSWORD VALUE`: the name says what it is."""
    kind = kind_of(name_of(match))
    start, end = value_span(found)
    if kind is None or match.string[start] in "-$%&|>=:([{":
        return None
    return judged(kind, match.string, start, end, Place.CONFIG)


def _row_of_table(match: re.Match[str]) -> Checked | None:
    """The first value of an SQL INSERT whose column is called like a password."""
    columns = [name.strip(' `"[]\r\n\t') for name in match["columns"].split(",")]
    values = _SQL_VALUE.finditer(match.string, match.end(), match.end() + 2000)
    for column, value in zip(columns, values, strict=False):
        kind = kind_of(column)
        if kind is None or value["text"] is None:
            continue
        checked = judged(kind, match.string, *value.span("text"), Place.LITERAL)
        if checked:
            return checked._replace(reason="column name")
    return None


def _reading(values: str, check: ValueCheck) -> Check:
    """A check that reads the value where the match ends."""
    compiled = re.compile(values, re.ASCII)

    def read(match: re.Match[str]) -> Checked | None:
        found = compiled.match(match.string, match.end())
        return check(match, found) if found else None

    return read


_SQL_VALUE: Final = re.compile(
    r"\s*(?:[NEeBbX]?'(?P<text>(?:[^'\\]|\\.|''){0,400})'|[^,()']{1,80})\s*[,)]"
)

_SPAN = r"[^\r\n|;&]{0,160}?"
_ARGUMENT = r"(?:[\"'][^\"'\r\n]{0,120}[\"']|[\w$.:>\[\]\"'-]{1,60})\s{0,3},\s{0,12}"
_CALLS = (
    r"(?:NetworkCredential|UsernamePasswordCredentials?|UsernamePasswordAuthenticationToken|HTTP"
    r"(?:Basic|Digest|Proxy)Auth"
    r"|BasicAuth(?:entication|Credentials)?|BasicAWSCredentials|basic_?auth|set_?basic_?auth"
    r"|PasswordAuthentication|PlainAuth|ftp_login|inMemoryAuthentication"
    r"|authenticate|login|auth|credentials|httpBasic|setCredentials|ClientSecretCredential"
    r"|withCredentials|PlainTextAuthProvider|setBasicAuth)"
)
_CALLS_3 = (
    r"(?:mysqli?_connect|mysqli_real_connect|mysqli|PDO|getConnection|pymysql\.connect"
    r"|FTP(?:_TLS)?|MySQLdb\.connect|psycopg2\.connect|ftp_connect|DBI->connect|dbConnect|odbc_connect"
    r"|oci_connect|pg_connect|SqlCredential)"
)
_DIRECTIVES = (
    r"requirepass|masterauth|masteruser-password|bindpw|rootpw|rootbindpw|olcRootPW:|bind_pw"
    r"|rocommunity6?|rwcommunity6?|AuthLDAPBindPassword"
    r"|ldap_bind_password|insecure-password|wpa-psk(?: ascii(?: 0)?)?|wpa_passphrase|key-string"
    r"|pre-shared-key(?: ascii-text| local| remote| hexadecimal)?|ascii-text"
    r"|plain-text-password(?:-value)?|encrypted-password|shared-secret"
    r"|authentication-key(?: \d{1,5} (?:md5|sha1))?"
    r"|psksecret|passwd|passphrase|ppp-password|snmp-server community"
    r"|(?:tacacs|radius|tacacs-server|radius-server)(?: host \S{1,40})?"
    r"(?: [\w-]{1,20} \d{1,5}){0,3} key|crypto isakmp key"
    r"|message-digest-key \d{1,3} md5|com2sec6? \S{1,40} \S{1,40}"
    r"|set snmp community|snmp \{\s{1,12}community|neighbor \S{1,40} password"
    r"|enable (?:password|secret)|set (?:password|passwd|psksecret)|SSLPassPhrase"
    r"|pinentry-pass|userPassword:|sasl_passwd"
    r"|ike-psk|secret-key|admin-password|user-password"
    r"|smtp_auth_password|proxy_pass_password|psk|key-passphrase|AuthUserPass|auth-pass|auth_pass"
)

_ROWS: Final = (
    Row(
        "mysql",
        rf"\b(?:mysql\w{{0,12}}|mariadb[\w-]{{0,12}})\b{_SPAN}\s-p(?=[^\s])",
        r"(?:mysql|mariadb)",
        _given,
    ),
    Row("sshpass", r"\bsshpass\s{1,3}(?:-v\s)?-p\s{0,2}", r"sshpass\s", _given),
    Row(
        "login_option",
        rf"\b(?:(?:docker|podman|nerdctl|buildah|helm\s{{1,2}}registry|az|cf|oc|skopeo|vault"
        rf"|npm)\s{{1,2}}login|mongo\w{{0,12}}|psexec\w{{0,4}}|twine|mosquitto_\w{{3}}|sqlcmd"
        rf"|bcp|zip|unzip|7z|ipmitool|rabbitmqadmin|crackmapexec|rdesktop|wget|tsm|tabcmd)\b{_SPAN}"
        r"\s(?:-p|-P|--pass|-password|/p:?)(?:\s{1,3}|=)",
        r"(?:login|mongo|psexec|twine|mosquitto_|sqlcmd|bcp|zip|7z|ipmitool|rabbitmqadmin"
        r"|crackmapexec|rdesktop|wget|tsm|tabcmd)[^\r\n|;&]{0,170}\s(?:-[pP]|--pass|-password|/p)",
        _given,
    ),
    Row("redis", rf"\bredis-(?:cli|benchmark)\b{_SPAN}\s(?:-a|--pass)\s{{1,3}}", r"redis-", _given),
    Row(
        "ldap",
        rf"\bldap(?:search|add|modify|delete|passwd|whoami)\b{_SPAN}\s-w\s{{1,3}}",
        r"ldap[admpsw]",
        _given,
    ),
    Row("openssl", r"\bpass(?:in|out)?\s{1,3}pass:|(?<![\w])pass:(?=[^\s])", r"pass:", _likely),
    Row("seven_zip", rf"\b7z[ar]?\b{_SPAN}\s-p(?=[^\s])", r"7z", _given),
    Row("rdp", r"(?<![\w:/])/(?:p|pass|password|pwd):", r"/(?:p|pass|password|pwd):", _likely),
    Row(
        "sudo",
        r"\becho\s{1,3}(?:-n\s{1,3}|-e\s{1,3})?",
        r"echo\s",
        _likely,
        _VALUE + r"(?=\s{0,3}\|\s{0,3}(?:sudo\s{1,2}-S|docker\s{1,2}login|podman\s{1,2}login|helm"
        r"|passwd\s|sudo\s{1,2}passwd|gpg|az|cryptsetup))",
    ),
    Row(
        "secure_string",
        r"\bConvertTo-SecureString\s{1,3}(?:-String\s{1,3}|-AsPlainText\s{1,3}|-Force\s{1,3}){0,3}",
        r"ConvertTo-SecureString\s",
        _given,
    ),
    Row(
        "net_user",
        r"\bnet\s{1,3}user\s{1,3}[^\s/]{1,40}\s{1,3}(?=[^\s/])",
        r"net\s{1,3}user\s",
        _likely,
    ),
    Row(
        "vault_file",
        r"\becho\s{1,3}(?:-n\s{1,3})?",
        r"echo\s",
        _likely,
        _VALUE + r"(?=\s{0,3}>{1,2}\s{0,3}[\w./~-]{0,60}(?:pass|secret|token|key|cred|pwd))",
    ),
    Row(
        "net_use",
        r"\bnet\s{1,3}use\b[^\r\n]{0,120}?/user:[^\s]{1,60}\s{1,3}(?=[^\s/])",
        r"net\s{1,3}use",
        _likely,
    ),
    Row(
        "snmp",
        r"\b(?:auth|priv)\s(?:md5|sha(?:-?\d{1,3})?|des|3des|aes)(?:[ -]\d{3})?\s{1,2}",
        r"(?:auth|priv)\s(?:md5|sha|des|3des|aes)",
        _likely,
    ),
    Row(
        "openssl_enc", rf"\bopenssl\s{{1,3}}\w{{2,12}}\b{_SPAN}\s-k\s{{1,3}}", r"openssl\s", _given
    ),
    Row("schtasks", rf"\bschtasks\b{_SPAN}\s/r?p\s{{1,3}}", r"schtasks", _given),
    Row(
        "rabbitmqctl",
        r"\brabbitmqctl\s{1,3}(?:add_user|change_password)\s{1,3}[^\s]{1,60}\s{1,3}",
        r"rabbitmqctl\s",
        _given,
    ),
    Row("nickserv", r"\bnickserv\s{1,3}(?:identify|register)\s{1,3}", r"nickserv\s", _given),
    Row(
        "preseed",
        r"\bpasswd/[\w-]{0,30}password(?:-again)?\s{1,4}password\s{1,4}",
        r"passwd/[\w\-]{0,30}password",
        _given,
    ),
    Row(
        "snmp_user",
        r"\bcreateUser\s{1,3}[^\r\n]{1,120}?\s(?:MD5|SHA(?:-\d{3})?|DES|AES)\s{1,3}",
        r"createUser\s",
        _given,
    ),
    Row(
        "snmp_privacy",
        r"\b(?:MD5|SHA(?:-\d{3})?)\s{1,3}(?:\"[^\"\r\n]{4,64}\"|[^\s\"]{4,64})\s{1,3}(?:DES|AES)"
        r"\s{1,3}",
        r"(?:MD5|SHA(?:-\d{3})?)\s{1,3}(?:\"[^\"\r\n]{4,64}\"|[^\s\"]{4,64})\s{1,3}(?:DES|AES)\s",
        _given,
    ),
    Row(
        "redis_acl",
        r"\buser\s{1,3}[^\s]{1,60}\s{1,3}on\s[^\r\n>]{0,80}?>(?=[^\s>])",
        r"user\s{1,3}[^\s]{1,60}\s{1,3}on\s",
        _given,
    ),
    Row(
        "sql_identified",
        r"\bIDENTIFIED\s{1,4}(?:WITH\s{1,3}[\w'\"]{1,40}\s{1,3})?(?:BY|AS)\s{1,4}"
        r"(?:PASSWORD\s{1,3}|VALUES\s{1,3})?",
        r"IDENTIFIED\s",
        _identified,
    ),
    Row(
        "sql_password",
        r"\b(?:WITH|ENCRYPTED|ROLE\s{1,3}\w{1,40}|USER\s{1,3}[\w@'\".%]{1,60}"
        r"|BY)\s{1,4}PASSWORD\s{0,3}=?\s{0,3}N?(?=')",
        r"PASSWORD\s{0,3}=?\s{0,3}N?'",
        _given,
    ),
    Row(
        "netrc",
        r"\blogin\s{1,20}[^\s]{1,80}\s{1,20}password\s{1,20}",
        r"login\s{1,20}[^\s]{1,80}\s{1,20}pass",
        _given,
    ),
    Row(
        "account_directive",
        r"\b(?:username|user)\s{1,4}[^\s:=]{1,60}\s{1,4}(?:privilege\s{1,2}\d{1,2}\s{1,4})?"
        r"(?:password|secret|insecure-password)\s{1,4}(?:\d\s{1,3})?",
        r"user(?:name)?\s{1,4}[^\s:=]{1,60}\s",
        _line,
    ),
    Row(
        "directive",
        rf"(?<![\w=\"'.-])(?:{_DIRECTIVES})[ \t]{{1,12}}(?:\d{{1,2}}[ \t]{{1,4}})?(?=[^\s=:(,])",
        rf"(?:{_DIRECTIVES})[ \t]{{1,12}}[^\s=:(,]",
        _line,
    ),
    Row(
        "line",
        r"(?<![^\n])[ \t]{0,16}(?:[a-z]{2,12}[_-])?(?:password|passwd|passphrase|secret|authpass)"
        r"[ \t]{1,16}(?=[^\s=:(,])",
        r"(?:password|passwd|passphrase|secret|authpass)[ \t]{1,16}[^\s=:(,]",
        _whole_line,
    ),
    Row(
        "device",
        r"(?<![\w-])(?:password|secret|key|md5|key-string|community"
        r"|passwd)[ \t]{1,3}[0-9][ \t]{1,3}(?=[^\s=:(,])",
        r"(?:password|secret|key|md5|key-string|community|passwd)[ \t]{1,3}[0-9][ \t]",
        _device,
    ),
    Row(
        "call",
        rf"\b{_CALLS}\s{{0,2}}[=(]\s{{0,2}}[(\[{{]?\s{{0,6}}(?:{_ARGUMENT})(?=[\"'])",
        rf"{_CALLS}\s{{0,2}}[=(]",
        _given,
    ),
    Row(
        "signing",
        rf"\bjwt\.(?:sign|verify|encode|decode)\s{{0,2}}\(\s{{0,6}}(?:{_ARGUMENT})(?=[\"'])",
        r"jwt\.(?:sign|verify|encode|decode)\s{0,2}\(",
        _given,
    ),
    Row(
        "cipher",
        r"\b(?:(?:AES|DES3?|Blowfish|ARC4|Fernet|hmac)(?:\.new)?\s{0,2}\("
        r"|(?:password_hash|bcrypt\.hash(?:Sync|pw)?)\s{0,2}\("
        r"|create(?:Hmac|(?:Cipher|Decipher)(?:iv)?)\s{0,2}\(\s{0,4}[\"'][\w-]{2,20}[\"']\s{0,2},"
        r"|Client(?:\.new)?\s{0,2}\(\s{0,4}[\"']AC[0-9a-f]{32}[\"']\s{0,2},)\s{0,4}b?(?=[\"'])",
        r"(?:(?:AES|DES3?|Blowfish|ARC4|Fernet|hmac|Client)(?:\.new)?\s{0,2}\(|password_hash\s{0,2}\("
        r"|bcrypt\.hash|create(?:Hmac|Cipher|Decipher))",
        _likely,
    ),
    Row(
        "call",
        rf"\b{_CALLS_3}\s{{0,2}}\(\s{{0,6}}(?:{_ARGUMENT}){{2}}(?=[\"'])",
        rf"{_CALLS_3}\s{{0,2}}\(",
        _given,
    ),
)


def _row_pattern(row: Row) -> Pattern:
    return Pattern(
        name=f"password.{row.name}",
        entity_type="PASSWORD",
        regex=row.before,
        anchor=row.anchor,
        reach=width(row.before) + 4,
        longest=width(row.before) + 32,
        score=0.9,
        check=_reading(row.value, row.check),
        precedence=Precedence.ASSIGNED,
        ignore_case=row.name not in ("mysql", "login_option", "sshpass", "cipher"),
        also=_ALSO,
    )


_TAIL: Final = 24
_NAME = rf"(?P<stem>{STEMS})(?P<tail>[\w.-]{{0,{_TAIL}}})"
_NAME_ANCHOR = rf"(?:{STEMS_BYTES})[\w.\-]{{0,{_TAIL}}}"
_VARIABLES = r"(?:ENV|ARG|setenv|setx|set -[gxU]{1,2}|SetEnv|PassEnv|fastcgi_param|define)"


def _named_pattern(name: str, before: str, anchor: str, between: str) -> Pattern:
    """A name that means a secret, with `before` in front of it and `between` behind it."""
    regex = before + _NAME + between
    return Pattern(
        name=f"password.{name}",
        entity_type="PASSWORD",
        regex=regex,
        anchor=anchor + _NAME_ANCHOR + between,
        reach=width(before) + LONGEST_STEM + _TAIL + width(between),
        longest=width(regex) + 2,
        score=0.9,
        check=_reading(_VALUE, _named),
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
        also=_ALSO,
    )


_NAMED: Final = (
    _named_pattern("option", r"(?<![\w-])--?[\w-]{0,30}?", r"-[\w\-]{0,30}", r"[ \t]{1,3}"),
    _named_pattern(
        "variable",
        rf"(?<!\w){_VARIABLES}[ \t]{{1,4}}[\w.-]{{0,40}}?",
        rf"{_VARIABLES}[ \t]{{1,4}}[\w.\-]{{0,40}}",
        r"[ \t]{1,4}",
    ),
)
_INSERT: Final = Pattern(
    name="password.sql_insert",
    entity_type="PASSWORD",
    regex=r"\b(?:INSERT|REPLACE)\s{1,4}(?:IGNORE\s{1,3})?INTO\s{1,4}[^\s(]{1,120}\s{0,4}\("
    r"(?P<columns>[^()]{3,800})\)\s{0,8}VALUES\s{0,8}\(",
    anchor=r"(?:INSERT|REPLACE)\s{1,4}(?:IGNORE\s{1,3})?INTO\s{1,4}",
    reach=7 + 4 + 9 + 4 + 4,
    longest=1000,
    score=0.8,
    check=_row_of_table,
    precedence=Precedence.ASSIGNED,
    ignore_case=True,
    also=_ALSO,
)

PATTERNS: Final = (
    *map(_row_pattern, _ROWS),
    *_NAMED,
    _INSERT,
)
