"""Hashes of passwords, known by the form that `crypt(3)`, LDAP servers, databases and frameworks
write.

A finding is the hash alone, not the account in front of it. A bare hexadecimal digest is none: it
may be anything; under a name such as `password_hash` it is found by `assigned`.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.secrets.forms import width
from sluice.engine.detectors.secrets.values import is_placeholder
from sluice.engine.patterns import Checked, Pattern, Precedence

_C = "[./A-Za-z0-9]"
_B = "[A-Za-z0-9+/]"
# Name, fixed beginning (also the anchor), the rest.
_FORMS: Final = (
    ("bcrypt", r"\$2[abxy]?\$\d{2}\$", rf"{_C}{{53}}"),
    ("bcrypt", r"\$bcrypt-sha256\$", rf"[\w=,]{{5,40}}\${_C}{{22}}\${_C}{{31}}"),
    (
        "argon2",
        r"\$argon2(?:id|i|d)\$",
        rf"(?:v=\d{{1,3}}\$)?[mtp]=\d{{1,9}}(?:,[a-z]{{1,6}}=[\w+/]{{1,24}}){{0,4}}\${_B}{{8,128}}={{0,2}}\${_B}{{16,256}}={{0,2}}",
    ),
    ("md5_crypt", r"\$(?:1|apr1)\$", rf"{_C}{{0,8}}\${_C}{{22}}"),
    (
        "sha_crypt",
        r"\$[56]\$",
        rf"(?:rounds=\d{{1,9}}\$)?[^\s:$\"']{{1,16}}\$(?:{_C}{{86}}|{_C}{{43}})",
    ),
    ("yescrypt", r"\$(?:y|gy|7)\$", rf"{_C}{{2,20}}\${_C}{{4,90}}\${_C}{{43}}"),
    ("phpass", r"\$[PH]\$", rf"{_C}{{31}}"),
    ("drupal", r"\$S\$", rf"{_C}{{52}}"),
    ("scrypt", r"\$scrypt\$", rf"[\w=,]{{5,40}}\${_B}{{8,128}}={{0,2}}\${_B}{{16,256}}={{0,2}}"),
    ("scrypt", r"scrypt:\d{1,8}:\d{1,3}:\d{1,3}\$", r"[A-Za-z0-9./+]{8,64}\$[0-9a-f]{64,128}"),
    (
        "pbkdf2",
        r"\$pbkdf2(?:-sha\d{1,3})?\$",
        r"\d{1,8}\$[A-Za-z0-9./]{8,128}\$[A-Za-z0-9./]{20,256}",
    ),
    (
        "pbkdf2",
        r"pbkdf2_sha\d{1,3}\$",
        rf"\d{{1,8}}\$[A-Za-z0-9+/=]{{4,64}}\${_B}{{27,90}}={{0,2}}",
    ),
    ("pbkdf2", r"pbkdf2:sha\d{1,3}:", r"\d{1,8}\$[A-Za-z0-9]{4,64}\$[0-9a-f]{40,128}"),
    ("grub", r"grub\.pbkdf2\.sha512\.", r"\d{1,8}\.[0-9A-F]{32,256}\.[0-9A-F]{64,256}"),
    ("django", r"sha1\$", r"[A-Za-z0-9]{4,32}\$[0-9a-f]{40}"),
    (
        "ldap",
        r"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2[A-Z0-9-]{0,8}|ARGON2|SASL)\}",
        r"[A-Za-z0-9+/=$.,]{13,200}",
    ),
    (
        "scram",
        r"SCRAM-SHA-(?:1|256|512)\$",
        rf"\d{{1,8}}:{_B}{{16,64}}={{0,2}}\${_B}{{27,90}}={{0,2}}:{_B}{{27,90}}={{0,2}}",
    ),
    ("postgres", r"md5[0-9a-f]{32}", r""),
    ("mysql", r"\*[0-9A-F]{40}", r""),
    ("mysql", r"\$A\$005\$", r"[^\s'\"]{40,70}"),
    ("ntlm", r":\d{3,6}:[0-9a-fA-F]{32}:", r"(?P<body>[0-9a-fA-F]{32})(?=:)"),
    ("cisco", r"\$[89]\$", r"[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}"),
    ("juniper", r"\$9\$", r"[./A-Za-z0-9-]{8,100}"),
    ("kerberos", r"\$krb5(?:tgs|asrep|pa)\$", r"[^\s]{40,400}"),
    ("chef", r"\$NT\$", r"\$?[0-9a-f]{32}"),
)


def _hash(match: re.Match[str]) -> Checked | None:
    """A hash that is not one of a manual."""
    if is_placeholder(match[0].replace("....", ".")):
        return None
    body = match.span("body") if "body" in match.re.groupindex else match.span()
    return Checked(*body, 0.95, reason="form of the hash")


def _des(match: re.Match[str]) -> Checked | None:
    """13 characters of `crypt(3)`, mixed as no word is."""
    body = match["body"]
    kinds = (str.isdigit, str.isupper, str.islower)
    if not all(any(map(kind, body)) for kind in kinds) or is_placeholder(body):
        return None
    return Checked(*match.span("body"), 0.7, reason="form of the hash")


_DES: Final = Pattern(
    name="password_hash.des_crypt",
    entity_type="PASSWORD_HASH",
    regex=rf"(?<![^\n])[A-Za-z_][\w.@-]{{0,63}}:(?P<body>{_C}{{13}})(?![^\s:])",
    anchor=rf":{_C}{{13}}",
    reach=64 + 1 + 13,
    longest=64 + 1 + 13 + 1,
    score=0.7,
    check=_des,
    precedence=Precedence.ASSIGNED,
)


def _pattern(name: str, begin: str, rest: str) -> Pattern:
    before = "" if name == "ntlm" else r"(?<![A-Za-z0-9$])"
    return Pattern(
        name=f"password_hash.{name}",
        entity_type="PASSWORD_HASH",
        regex=rf"{before}{begin}{rest}(?![A-Za-z0-9])",
        anchor=begin,
        reach=width(begin),
        longest=width(begin + rest) + 3,
        score=0.95,
        check=_hash,
        precedence=Precedence.SECRET,
    )


PATTERNS: Final = (*(_pattern(*form) for form in _FORMS), _DES)
