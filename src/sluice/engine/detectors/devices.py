"""Devices, subscriptions, sessions and users that programs know by a number.

None of these numbers tells by its form alone that it belongs to a person: the label in front of it
does. Serial numbers that carry a check digit (IMEI, ICCID: Luhn, ITU-T E.118 and 3GPP TS 23.003)
are surer. `SESSION_ID` holds session identifiers and the values of cookies, `DEVICE_ID` what names
a phone, a browser or a machine, `USER_ID` the number under which a program keeps a person.
"""

from __future__ import annotations

import re
from typing import Final

from stdnum import imsi, luhn

from sluice.engine.detectors.labels import digits_of, has_letters_and_digits, labelled
from sluice.engine.detectors.secrets.values import is_placeholder
from sluice.engine.patterns import Checked, Pattern, Precedence

_NO = r"(?:[ _\-]?(?:numbers?|num|no|nr|nummer|code|id|#)\.?)?"
_ID = r"[ _\-]?(?:uu|gu)?id"
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_SAME_DIGIT = re.compile(r"(\w)\1*", re.ASCII)


def _serial(match: re.Match[str]) -> Checked | None:
    """An IMEI (15 digits, 16 with the software's version) or an ICCID (89, then 16 to 18)."""
    digits = digits_of(match["value"])
    is_sim = match["label"].lower().startswith(("icc", "sim"))
    if len(set(digits)) < 3 or (is_sim and not (digits.startswith("89") and len(digits) >= 18)):
        return None
    if not is_sim and not 14 <= len(digits) <= 16:
        return None
    entity_type = "ICCID" if is_sim else "IMEI"
    valid = luhn.is_valid(digits[:15] if not is_sim else digits)
    score, reason = (0.95, "Luhn") if valid else (0.6, "label")
    return Checked(*match.span("value"), score, entity_type, reason=reason)


def _subscription(match: re.Match[str]) -> Checked | None:
    """An IMSI: a country's and a network's code that exist make it sure."""
    digits = digits_of(match["value"])
    if len(set(digits)) < 3:
        return None
    known = imsi.is_valid(digits)
    reason = "network code" if known else "label"
    return Checked(*match.span("value"), 0.9 if known else 0.6, reason=reason)


def _named(match: re.Match[str]) -> Checked | None:
    """A value that names one device or one user: no stand-in, no word."""
    value = match["value"]
    if is_placeholder(value) or len(set(value.replace("-", ""))) < 4:
        return None
    return Checked(*match.span("value"), 0.75, reason="label")


def _serial_number(match: re.Match[str]) -> Checked | None:
    """Letters and digits, as manufacturers number their products."""
    value = match["value"]
    digits = sum(map(str.isdigit, value))
    if digits < 2 or (digits == len(value) < 9) or (" " in value and value != value.upper()):
        return None
    return _named(match) and Checked(*match.span("value"), 0.55, reason="label")


def _session(match: re.Match[str]) -> Checked | None:
    """Random characters, at least eight; names of variables and stand-ins are none."""
    start, end = match.span("value")
    value = match["value"]
    mixed = has_letters_and_digits(value) or any(map(str.isdigit, value))
    if is_placeholder(value) or len(set(value)) < 5 or not mixed:
        return None
    if match["label"].lower() == "session" and (len(value) < 12 or not value.isalnum()):
        return None  # an ordinary word
    called = match.string[end : end + 1] in ("(", "[")
    return None if called else Checked(start, end, 0.8, reason="label")


_MOST_OF_HEADER: Final = 4096
_HEADER = re.compile(r"[^\r\n\"'`]*", re.ASCII)
_PAIR = re.compile(r"\s*[\w.!#$%&*+^|~-]{1,128}=[^\s;,]{1,4000}", re.ASCII)


def _cookies(match: re.Match[str]) -> Checked | None:
    """All cookies of a `Cookie` header; of `Set-Cookie` the first pair (RFC 6265, section 4)."""
    text, start = match.string, match.start("value")
    if match["set"]:
        pair = _PAIR.match(text, start, start + _MOST_OF_HEADER)
        end = pair.end() if pair else start
    else:
        header = _HEADER.match(text, start, start + _MOST_OF_HEADER)
        end = header.end() if header else start
    while end > start and text[end - 1] in " \t;,)":
        end -= 1
    value = text[start:end].partition("=")[2]
    if len(value) < 4 or is_placeholder(value):
        return None
    return Checked(start, end, 0.75, reason="Cookie header")


_NAME_OF_SESSION = (
    r"(?:php|asp)?sess(?:ion)?[ _\-]?id|phpsessid|jsessionid|asp\.net_sessionid"
    r"|aspsessionid[a-z]{8}"
    r"|connect\.sid|laravel_session|ci_session|_session_id|_[a-z]{2,20}_session|session[ _\-]cookie"
    r"|session[ _\-]?key|sitzungs-?id|id de (?:session|sesi(?:ó|o)n|sess(?:ã|a)o)"
    r"|identifiant de session|id sessione|sessie-?id|awsalb(?:cors)?|cf_clearance|__cf_bm|sid"
    r"|session"
)
_OF_DEVICE = (
    rf"(?:device|android|advertising|installation|hardware|machine|fingerprint|browser){_ID}"
    r"|idfa|idfv|gaid|aaid|udid|oaid|meid|esn|device[ _\-]?fingerprint|fingerprintjs"
    r"|ger(?:ä|ae)te-?id|id (?:de l'appareil|del dispositivo|do dispositivo)"
)
_OF_USER = (
    rf"(?:user|account|profile|customer|visitor|client|person|patient|member|subscriber|employee"
    rf"|contact|guest|student|tenant|owner|author|anonymous|distinct|benutzer|kunden|nutzer){_ID}"
    r"|(?:user|customer|person|patient|member|employee|subject|profile|account|sub)"
    r"|id (?:de )?(?:usuario|cliente|utilisateur|utente)"
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    labelled(
        "devices.serial",
        "IMEI",
        rf"imei(?:[ /]?sv)?\d?{_NO}|iccid{_NO}|sim(?:[ _\-]card)?[ _\-](?:numbers?|no|serial|id|nr)"
        r"|sim-?karten-?nummer",
        r"\d(?:[ -]?\d){13,19}f?(?![\w]|[.-]\d)",
        _serial,
        longest=44,
        loose=True,
        also=frozenset({"ICCID"}),
    ),
    labelled(
        "devices.imsi",
        "IMSI",
        rf"imsi{_NO}",
        r"\d{3}[ -]?\d{2,3}[ -]?\d{8,10}(?![\w]|[.-]\d)",
        _subscription,
        longest=24,
        loose=True,
    ),
    labelled(
        "devices.device_id",
        "DEVICE_ID",
        _OF_DEVICE,
        rf"(?:{_UUID}|[0-9a-f]{{14,64}})(?![\w-])",
        _named,
        longest=66,
        first="[0-9a-f]",
    ),
    labelled(
        "devices.serial_number",
        "DEVICE_ID",
        r"serial(?:[ _\-]?(?:number|no|nr|num|#))\.?|s/n|seriennummer|serien-nr\.?"
        r"|num(?:é|e)ro de s(?:é|e)rie|n° de s(?:é|e)rie|n(?:ú|u)mero de s(?:é|e)rie"
        r"|numero di serie|serienummer",
        r"[A-Z0-9](?:[ -]?[A-Z0-9]){5,23}(?![\w-])",
        _serial_number,
        longest=50,
        first="[A-Za-z0-9]",
        precedence=Precedence.SHAPE,
    ),
    labelled(
        "devices.session",
        "SESSION_ID",
        _NAME_OF_SESSION,
        r"(?:s%3a)?[A-Za-z0-9](?:[\w.%+/~-]{6,255}[A-Za-z0-9=_-])",
        _session,
        longest=264,
        first="[A-Za-z0-9]",
        precedence=Precedence.ASSIGNED,
    ),
    Pattern(
        name="devices.cookie",
        entity_type="SESSION_ID",
        regex=r"(?<![A-Za-z-])(?P<set>set-)?cookie[\"']?: ?[\"']?(?P<value>[\w.!#$%&*+^"
        r"|~-]{1,128}=)",
        anchor=r"cookie[\"']?: ?[\"']?[\w.!#$%&*+^|~\-]{1,128}=",
        reach=4 + 6 + 4 + 128 + 1,
        longest=4 + 6 + 4 + 128 + 1,
        score=0.75,
        check=_cookies,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
    labelled(
        "devices.user_id",
        "USER_ID",
        _OF_USER,
        rf"{_UUID}(?![\w-])",
        _named,
        longest=38,
        first=r"[0-9a-f]{8}-[0-9a-f]{4}-",
    ),
)
