"""Private keys, signed tokens, one-time-password seeds and recovery phrases."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, urlsafe_b64decode
from typing import Final

from sluice.engine.detectors.secrets.values import is_placeholder, is_random
from sluice.engine.patterns import Checked, Pattern, Precedence, words

_TOKEN_REST = re.compile(r"[A-Za-z0-9_.=-]*", re.ASCII)
_DASHES: Final = "-----"
_END = re.compile(
    r"-----END (?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----", re.ASCII
)
# The lines of a key whose end is missing: line ends may be escaped, as in JSON or `.env` files.
_LINES = re.compile(r"(?:(?:\\[rn]|\s){0,8}[A-Za-z0-9+/]{16,200}={0,2})*", re.ASCII)
_BASE64_REST = re.compile(
    r"[A-Za-z0-9+/]*(?:\r?\n[ \t]*[A-Za-z0-9+/]{40,}(?=[\s=]|$))*={0,2}", re.ASCII
)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_MAC = re.compile(r"Private-(?:MAC|Hash):\s?[0-9a-f]{40,64}", re.ASCII)
_PUTTY_LENGTH: Final = 8000
"""How far the end of a PuTTY key is looked for, in code points."""
_JWK_AROUND: Final = 1500
"""How far the other members of a JSON Web Key are looked for, in code points."""


def _token(match: re.Match[str]) -> Checked | None:
    """A JSON Web Token whose header is a JSON object with an algorithm (RFC 7519)."""
    header = match["header"]
    try:
        fields = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not {"alg", "typ", "enc"} & fields.keys():
        return None
    rest = _TOKEN_REST.match(match.string, match.end())
    end = rest.end() if rest else match.end()
    while match.string[end - 1] in ".=":
        end -= 1
    return Checked(match.start(), end, 0.98, reason="JSON header")


def _private_key(match: re.Match[str]) -> Checked | None:
    """From the first to the last dash; without an end, as far as the lines of a key go."""
    text = match.string
    dashes = text.find(_DASHES, match.end())
    closing = _END.match(text, dashes) if dashes >= 0 else None
    if closing:
        score = 0.45 if is_placeholder(text[match.end() : dashes].strip()) else 1.0
        return Checked(match.start(), closing.end(), score, reason="PEM")
    lines = _LINES.match(text, match.end())
    end = lines.end() if lines else match.end()
    return Checked(match.start(), end, 0.9 if end > match.end() else 0.4, reason="PEM")


def _encoded_key(match: re.Match[str]) -> Checked | None:
    """A PEM file in base 64, as Kubernetes and CI systems keep it."""
    rest = _BASE64_REST.match(match.string, match.end())
    end = rest.end() if rest else match.end()
    while end > match.end() and match.string[end - 1].isspace():
        end -= 1
    head = _NOT_BASE64.sub("", match.string[match.start() : min(end, match.start() + 96)])
    decoded = b64decode(head[: len(head) // 4 * 4])
    if b"PRIVATE KEY" not in decoded:
        return None
    return Checked(match.start(), end, 0.98, reason="PEM in base 64")


def _putty(match: re.Match[str]) -> Checked | None:
    """From the first line to the code that seals the file."""
    closing = _MAC.search(match.string, match.end(), match.end() + _PUTTY_LENGTH)
    end = closing.end() if closing else match.end()
    return Checked(match.start(), end, 1.0 if closing else 0.4, reason="PuTTY key file")


def _jwk(match: re.Match[str]) -> Checked | None:
    """A private member of a JSON Web Key (RFC 7518, 6.2.2, 6.3.2 and 6.4.1)."""
    text, start = match.string, match.start()
    near = text[max(0, start - _JWK_AROUND) : match.end() + _JWK_AROUND]
    if '"kty' not in near and '\\"kty' not in near and "'kty" not in near:
        return None
    if not is_random(match["body"]):
        return None
    return Checked(*match.span("body"), 0.95, reason="JSON Web Key")


def _seed(match: re.Match[str]) -> Checked | None:
    """The seed of one-time passwords in an `otpauth:` URI or under such a name, in base 32."""
    body = match["body"]
    if is_placeholder(body):
        return None
    return Checked(*match.span("body"), 0.9, reason="otpauth")


_NO_SEED_WORDS: Final = words(
    "the and for from are was has had not his her out its been would could should through which"
    " their our were plans walks steps"
)
"""Words of sentences that are not among the 2,048 of BIP-39."""


def _phrase(match: re.Match[str]) -> Checked | None:
    """12, 15, 18, 21 or 24 words, as BIP-39 has them, under a name that says what they are."""
    count = len(match["body"].split())
    if count < 12 or len(set(match["body"].split())) < 8:
        return None
    if not _NO_SEED_WORDS.isdisjoint(match["body"].split()):
        return None
    return Checked(*match.span("body"), 0.9 if count % 3 == 0 else 0.6, reason="recovery phrase")


def _xml_key(match: re.Match[str]) -> Checked | None:
    """An RSA key as .NET writes it, if the private exponent is there."""
    if "<D>" not in match[0]:
        return None
    return Checked(*match.span(), 0.98, reason="RSAKeyValue")


PATTERNS: Final = (
    Pattern(
        name="jwt.signed",
        entity_type="JWT",
        regex=r"(?<![A-Za-z0-9_-])(?P<header>ey[JIK][A-Za-z0-9_-]{8,1000})\.[A-Za-z0-9_-]{4}",
        anchor=r"ey[JIK][A-Za-z0-9_\-]{8}",
        reach=11,
        longest=1010,
        score=0.98,
        check=_token,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.pem",
        entity_type="PRIVATE_KEY",
        regex=r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----",
        anchor=r"-----BEGIN [A-Z0-9 ]{0,52}PRIVATE KEY",
        reach=75,
        longest=90,
        score=1.0,
        check=_private_key,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.openvpn",
        entity_type="PRIVATE_KEY",
        regex=r"-----BEGIN OpenVPN Static key V1-----",
        anchor=r"-----BEGIN OpenVPN Static key V1",
        reach=32,
        longest=38,
        score=1.0,
        check=_private_key,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.pem_base64",
        entity_type="PRIVATE_KEY",
        regex=r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{24}",
        anchor=r"LS0tLS1CRUdJTi",
        reach=14,
        longest=38,
        score=0.98,
        check=_encoded_key,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.putty",
        entity_type="PRIVATE_KEY",
        regex=r"PuTTY-User-Key-File-\d: ?[a-z]{2,10}",
        anchor=r"PuTTY-User-Key-File-",
        reach=20,
        longest=33,
        score=1.0,
        check=_putty,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.rsa_xml",
        entity_type="PRIVATE_KEY",
        regex=r"<RSAKeyValue>[A-Za-z0-9+/=<>\s]{100,6000}?</RSAKeyValue>",
        anchor=r"<RSAKeyValue>",
        reach=13,
        longest=6030,
        score=0.98,
        check=_xml_key,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.jwk",
        entity_type="PRIVATE_KEY",
        regex=r"\\?[\"'](?:d|k|p|q|dp|dq|qi)\\?[\"']\s{0,2}:\s{0,2}\\?[\"']"
        r"(?P<body>[A-Za-z0-9_-]{20,1400})\\?[\"']",
        anchor=r"[\"'](?:d|k|p|q|dp|dq|qi)\\?[\"']\s{0,2}:\s{0,2}\\?[\"'][A-Za-z0-9_\-]{20}",
        reach=2 + 2 + 2 + 2 + 1 + 2 + 2 + 20,
        longest=1420,
        score=0.95,
        check=_jwk,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="api_key.otpauth",
        entity_type="API_KEY",
        regex=r"otpauth://[ht]otp/[^\s\"'<>]{1,200}?[?&]secret=(?P<body>[A-Za-z2-7]{8,128})",
        anchor=r"otpauth://",
        reach=10,
        longest=360,
        score=0.9,
        check=_seed,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
    Pattern(
        name="private_key.phrase",
        entity_type="PRIVATE_KEY",
        regex=r"(?:mnemonic|seed|recovery|backup|secret|wallet)[ _-]?(?:phrase|words|seed)?[\"']?"
        r"(?:\s{1,2}(?:is|are|was|of my wallet is))?\s{0,2}[:=]{0,2}\s{0,3}[\"'`]?"
        r"(?P<body>[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})(?![a-z])",
        anchor=r"(?:mnemonic|seed|recovery|backup|secret|wallet)[ _\-]?(?:phrase|words|seed)?[\"']?"
        r"(?:\s{1,2}(?:is|are|was"
        r"|of my wallet is))?\s{0,2}[:=]{0,2}\s{0,3}[\"'`]?[a-z]{3,8}[ ,]{1,2}[a-z]{3}",
        reach=70,
        longest=300,
        score=0.9,
        check=_phrase,
        precedence=Precedence.SECRET,
        ignore_case=True,
    ),
)
