"""Where names rarely stand: inside of identifiers, and in rows of numbers.

The tagger reads code as it reads prose. A word that is a part of an expression, or a row of
numbers with commas, needs more sureness there than elsewhere. Only what nobody writes around a
name counts: names stand in bold, in tables, behind `=` and in tags, and are masked there.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import words

_IN_CODE: Final = 0.9
"""What a word that is a part of an expression must score."""
_CAMEL: Final = re.compile(r"[a-z][A-Z]")
_CAMEL_LEAST: Final = 0.75
_SMALL_LEAST: Final = 0.65
"""What a single word in small letters must score."""
_BEFORE: Final = re.compile(r"(?:\w[\[(]|\w_|[$\\]|::|->)$")
"""`f(x`, `Set[Name`, `MAX_SIZE`, `$TARGET`, `std::Thread`; `Thanks.Jane` is a hasty sentence."""
_BEHIND: Final = re.compile(r"\(|_\w|::|->|\.[a-z_]|\.[A-Z_]{3}|\[\s{0,40}\w")
"""`oklch(`, `PID_MAX`, `Group.wait`, `Kind.FIRST`, `rows[0`."""
_KEYWORD: Final = re.compile(
    r"(?:elif|elsif|endif|isinstance|issubclass|instanceof|typeof|sizeof|func|fn|var|const|async"
    r"|await|struct|enum|impl|mut|nullptr|namespace|typedef|println|printf|kwargs|argv|argc|stdout"
    r"|stderr|stdin|sudo|chmod|chown|kubectl)(?!\w)"
)
"""A word of programs that begins a span, in small letters as they write it."""
_MANY_HUMPS: Final = re.compile(r"[A-Z]?[a-z]+(?:[A-Z]+[a-z]+){2,8}")
"""`AuthLDAPBindPassword`."""
_HOST: Final = re.compile(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|dev|io|app|local|lan|internal|cloud|edu|gov|info|biz"
    r"|uk|de|fr|es|it|nl|pt|eu|us|ca|au|ch|at|be)"
)
"""The name of a machine or a site: no person and no place."""
_TECHNICAL: Final = words(
    "AES DES RSA SHA MD5 HMAC SSL TLS SSH HTTP HTTPS FTP SFTP SMTP IMAP POP3 DNS DHCP TCP UDP "
    "VPN NAT LDAP SAML OIDC JWT JSON XML YAML CSV HTML CSS SQL API APIS SDK CLI GUI URL URI "
    "UUID CPU GPU RAM SSD HDD USB PDF PNG JPEG ASCII UTF EAP PSK WPA WEP EIGRP OSPF BGP SNMP "
    "NTP VLAN SCRAM PGP GPG PEM CSR REST SOAP ORM DOM CRUD QA UAT ETL KPI ROI FAQ TODO FIXME "
    "NULL TRUE FALSE BIOS UEFI SKU ETA FYI ASAP RSVP PIN SIM GPS NFC RFID WIFI LAN WAN MAC ISBN "
    "IBAN BIC CVV OTP SMS MMS "
    "CEO CFO COO CTO CMO PCP CHF COPD ICU MRI ECG EKG CIF NIF NIE DNI VAT IVA TVA RFP SLA KYC"
)
"""Protocols, formats and abbreviations that a tagger takes for the names of firms."""
_LABELS: Final = words(
    "State Country City Town County Occupation Position Department Subject Status Employer Title "
    "Betreff Angebot Beruf Datum Objet Fonction Asunto Oggetto Onderwerp Assunto Az Att Attn "
    "Tel Fax"
)
"""Labels of forms and letters, which stand where names do."""
_APART: Final = re.compile(r"[ \t]{3}")
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_PACKED: Final = re.compile(r",\S|[\[\]{}<>=]")
_LETTERS: Final = 0.4
"""The least share of letters in an address."""


def is_doubtful(text: str, start: int, end: int, kind: str, score: float) -> bool:
    """Whether a tagged span of this score is rather no name where it stands."""
    span = text[start:end]
    if kind == "STREET_ADDRESS":
        return not _like_an_address(span)
    if _KEYWORD.match(span):
        return True
    if any(map(str.isspace, span)):
        return False
    if span in _TECHNICAL or span in _LABELS or not any(map(str.isalpha, span)):
        return True
    if kind in ("PERSON", "LOCATION") and _HOST.fullmatch(span):
        return True
    return score < max(
        _IN_CODE if _in_code(text, start, end) else 0.0,
        _IN_CODE if _MANY_HUMPS.fullmatch(span) else 0.0,
        _CAMEL_LEAST if _CAMEL.search(span) else 0.0,
        _SMALL_LEAST if span.islower() else 0.0,
    )


def _in_code(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 2) : start]
    return _BEFORE.search(before) is not None or _BEHIND.match(text, end) is not None


def _like_an_address(span: str) -> bool:
    """A word, mostly letters, and no row of values packed with commas."""
    if _WORD.search(span) is None or _PACKED.search(span) or _APART.search(span):
        return False
    letters = sum(map(str.isalpha, span))
    return letters >= _LETTERS * sum(not char.isspace() for char in span)
