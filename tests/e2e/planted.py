"""Values to plant, and the search for them in every form in which they may have been written.

Nothing here is anybody's: the addresses are reserved for examples, the keys are assembled from
pieces so that no scanner takes them for real, card and account numbers are those of test tables.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

_BODY = "Zq81bX7tLw2RkPz9VnQc4YhJ6mDs3FgA8uTe1Ki5oWx"

PLANTED = {
    "e-mail": "canary.zq81@example.com",
    "phone": "+1 415 555 0187",
    "card": "4539 5787 6362 1486",
    "card without spaces": "5555341244441115",
    "iban": "DE89 3704 0044 0532 0130 00",
    "swift": "DEUTDEFF500",
    "ssn": "536-22-8726",
    "ip": "203.0.113.187",
    "ip6": "2001:db8:81:beef::187",
    "mac": "00:1B:44:11:3A:B7",
    "url": "https://canary-zq81.example.com/a/b",
    "aws": "AKIA" + "Q7ZP2MLK4VXW8RTB",
    "github": "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "openai": "sk-proj-" + _BODY + _BODY[::-1],
    "anthropic": "sk-ant-api03-" + _BODY + _BODY[::-1] + "Ab12Cd3",
    "slack": "xoxb-" + "123456789012-" + _BODY[:24],
    "stripe": "sk_live_" + _BODY[:24],
    "jwt": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjYW5hcnkxIn0."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "private key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
    "-----END PRIVATE KEY-----",
    "bitcoin": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "bech32": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
}
"""By kind: each is found by a detector."""

PASSWORD = "hunter2-Zq81!"
URL_PASSWORD = "hunter3-Zq81"
FOUND = [*PLANTED.values(), PASSWORD, URL_PASSWORD]
"""Everything that detectors find in the prompt."""
PROMPT = "\n".join(
    [f"{kind}: {value} ." for kind, value in PLANTED.items()]
    + [f"password: {PASSWORD}", f"postgres://app:{URL_PASSWORD}@db.example.com:5432/app"]
)

THREAD_NAME = "Thread about canary-person-Zq81"
CREDENTIAL = "canary-outside-Zq81"
TERM = "Heron Zq81 Größe"
HIDDEN = [*FOUND, THREAD_NAME, CREDENTIAL, TERM]
"""Everything that is planted; the last three are typed where no detector looks."""


def forms(secret: str) -> set[bytes]:
    """The secret as it may have been written, in lower case where case does not matter."""
    plain = secret.encode()
    written = {
        plain,
        urllib.parse.quote(secret, safe="").encode(),
        urllib.parse.quote(secret).encode(),
        urllib.parse.quote_plus(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
        json.dumps(json.dumps(secret))[3:-3].encode(),
        secret.encode("unicode_escape"),
        secret.encode("utf-16-le"),
        secret.encode("utf-16-be"),
        plain.hex().encode(),
    }
    return {form.lower() for form in written}


def encoded(secret: str) -> set[bytes]:
    """The secret in base64, wherever in the encoded text it began."""
    plain = secret.encode()
    found = set()
    for before in range(3):
        # Only the characters that the secret alone decides: 6 bits each.
        start, end = -(-8 * before // 6), 8 * (before + len(plain)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(before) + plain)[start:end])
    return found


_FORMS = {secret: (forms(secret), encoded(secret)) for secret in HIDDEN}


def leaks(where: bytes) -> list[str]:
    """Which planted values stand in these bytes."""
    lower = where.lower()
    return [
        secret
        for secret, (written, base64s) in _FORMS.items()
        if any(form in lower for form in written) or any(form in where for form in base64s)
    ]


def leaks_in(folder: Path) -> dict[str, list[str]]:
    """Which planted values stand in which file, or in its name."""
    found = {
        str(path): leaks(path.read_bytes() + path.name.encode())
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: secrets for name, secrets in found.items() if secrets}
