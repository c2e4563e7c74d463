"""Passwords, PINs and codes that people tell each other, in seven languages."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.secrets.names import kind_of
from sluice.engine.detectors.secrets.values import PROSE, Look, is_placeholder, is_random, look
from sluice.engine.patterns import Checked, Pattern, Precedence, lazily

_NETWORK = (
    r"(?:wi-?fi|wlan|wireless|network|router|hotspot|guest|door|gate|alarm|lock|safe|building"
    r"|entry|access|unlock|garage|keypad|lockbox|zugangs|tür)"
)
_NAMES = (
    rf"(?:{_NETWORK}[- ]?)?(?:pass ?words?|pass ?code|pass ?phrase|pwd|pw|login pass|passwort"
    rf"|kennwort|pin|pin[- ]?code|pin[- ]?nummer|passe?)"
    rf"|{_NETWORK}[- ]?(?:code|key|pw|schlüssel|clé)"
    r"|mot de passe|code (?:wi-?fi|d'accès|secret|pin|de la porte)|mdp|clé (?:wi-?fi|wpa)"
    r"|contrase(?:ñ|n)a|clave(?: (?:de acceso|del? wi-?fi|secreta))?"
    r"|password del wi-?fi|parola (?:d'ordine|chiave)|codice (?:pin|di accesso|segreto)"
    r"|wachtwoord|toegangscode|pincode|wifi-?code"
    r"|senha|palavra[- ]passe|código (?:pin|de acesso|de acceso|secreto)|código del? wi-?fi"
)
_NAMES_BYTES: Final = _NAMES.encode().decode("latin-1")
"""The same over UTF-8 bytes, for the anchor."""
_MACHINE_NAMES = (
    r"(?:api|access|secret|auth|client|private|license|encryption|bearer|session|refresh|webhook"
    r"|personal access)"
    r"[- ](?:key|token|secret)|token|secret"
)
_OF = (
    r"(?:\s(?:for|to|of|on|at|is for|für|vom|zum|zu|des|der|pour|de|du|para|del|do|da|per|di"
    r"|voor|van|in)\s[^\n.:=]{1,40}?)?"
)
_IS = (
    r"(?:(?P<is>\s{0,2}[:=]\s{0,3})|\s{1,2}(?:is|was|are|=|lautet|ist|war|heißt|est|était|es|era"
    r"|è|e'|é|is nu|will be|should be|to|werd|wird|sera|será|sarà)\s{0,1}:?\s{1,3}"
    r"|\s{1,2}(?:now|still|jetzt|ahora|maintenant|ora|nu|agora)\s{1,2}(?:is\s{1,2})?)"
)
_VALUE = (
    r"(?:[\"'“”„«‘`*]{1,2}\s?(?P<quoted>[^\"'“”«»’`\n*]{3,64})\s?[\"'“”»’`*]{1,2}|"
    r"(?P<bare>[^\s\"'“”„«»<>]{3,64}))"
)
_TRAILING: Final = ".,;:!?)]}»”’*"
_SENTENCE: Final = frozenset(".!?\n\r")
_PIN: Final = re.compile(r"pin|code|código|codice", re.IGNORECASE)
_WHOSE: Final = lazily(
    r"\b(?:my|our|his|her|their|mein|unser|mon|notre|ma|mi|nuestra|mia|mio|mijn|ons|onze|minha"
    r"|nossa|root|admin"
    r"|wi-?fi|wlan|guest|network)\b",
    re.IGNORECASE,
)
_ADJECTIVE: Final = lazily(
    r"(?:[a-zà-ÿ]+(?:ed|ing|ly|able|ible|ous|ive|lich|isch|ado|ido|ée?|ato|uto))", re.IGNORECASE
)


_PASSED = re.compile(r"pass\s{1,2}(?:to|for)\s", re.IGNORECASE)
"""`pass to f`: a verb."""
_SAID: Final = lazily(_OF + _IS + _VALUE, re.IGNORECASE)


def _spoken(match: re.Match[str]) -> Checked | None:
    """What is said to be the password: not a word of the sentence."""
    said = _SAID.match(match.string, match.end())
    if said is None or (said["is"] and match["name"].isalpha() and match["name"].isascii()):
        return None  # nothing is said, or it is an assignment
    group = "quoted" if said["quoted"] is not None else "bare"
    start, end = said.span(group)
    text = match.string
    while end > start and text[end - 1] in _TRAILING and (group == "bare" or text[end - 1] in ".,"):
        if text[end - 1] in "!?" and any(map(str.isdigit, text[start:end])):
            break
        end -= 1
    value = text[start:end]
    if len(value) < 3 or is_placeholder(value) or value.lower() in PROSE:
        return None
    if group == "bare" and (value[-1] in "(`" or _PASSED.match(text, match.start(), start)):
        return None
    score = _score(value, match, end, group == "quoted")
    return Checked(start, end, score, reason="said to be one") if score else None


def _score(value: str, match: re.Match[str], end: int, quoted: bool) -> float:
    seen = look(value)
    if seen is Look.NUMBER:
        return 0.75 if len(value) >= 4 and not _year(value, match["name"]) else 0.0
    if seen in (Look.MIXED, Look.RANDOM):
        return _mixed(value, quoted)
    if quoted:
        return 0.65 if " " not in value or len(value.split()) >= 3 else 0.5
    return _word(value, match, end)


def _year(value: str, name: str) -> bool:
    return len(value) == 4 and value[:2] in ("19", "20") and not _PIN.search(name)


def _mixed(value: str, quoted: bool) -> float:
    """A word with a hyphen or an apostrophe is none yet; with a digit or a sign it is."""
    plain = re.sub(r"[-'’./]", "", value)
    if plain.isalpha():
        return 0.6 if quoted else 0.3
    if re.fullmatch(r"\d+(?:[.:/-]\d+)*%?", value):
        return 0.6 if quoted else 0.3
    return 0.85 if "://" not in value else 0.3


def _word(value: str, match: re.Match[str], end: int) -> float:
    """One bare word that ends the sentence, after "my password is": likely; else a guess."""
    behind = match.string[end : end + 1]
    ends = not behind or behind in _SENTENCE or match.string[end : end + 2] == ", "
    before = match.string[max(0, match.start() - 24) : match.start()]
    if not ends or not _WHOSE.search(before + match["name"][:8]) or _ADJECTIVE.fullmatch(value):
        return 0.3
    return 0.55


def _one_time(match: re.Match[str]) -> Checked | None:
    """The code itself, if it holds a digit."""
    if not any(map(str.isdigit, match["body"])):
        return None
    return Checked(*match.span("body"), 0.75, reason="said to be one")


def _said_key(match: re.Match[str]) -> Checked | None:
    """A key or token that a sentence names: as random as those are."""
    said = _SAID.match(match.string, match.end())
    kind = kind_of(match["name"])
    if said is None or said["is"] or kind is None:
        return None
    start, end = said.span("quoted" if said["quoted"] is not None else "bare")
    while end > start and match.string[end - 1] in _TRAILING:
        end -= 1
    if not is_random(match.string[start:end]):
        return None
    entity_type = kind.entity_type
    detector = f"{entity_type.lower()}.spoken"
    return Checked(start, end, 0.85, entity_type, detector, "said to be one")


PATTERNS: Final = (
    Pattern(
        name="api_key.spoken",
        entity_type="API_KEY",
        regex=rf"(?<![A-Za-z0-9_.-])(?P<name>{_MACHINE_NAMES})(?=\s)",
        anchor=rf"(?:{_MACHINE_NAMES})\s",
        reach=24,
        longest=26,
        score=0.85,
        check=_said_key,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
        also=frozenset(("ACCESS_TOKEN", "PRIVATE_KEY")),
    ),
    Pattern(
        name="password.spoken",
        entity_type="PASSWORD",
        regex=rf"(?<![A-Za-z0-9_.-])(?P<name>{_NAMES})(?=[\s:=])",
        anchor=rf"(?:{_NAMES_BYTES})[\s:=]",
        reach=38,
        longest=36,
        score=0.8,
        check=_spoken,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
    Pattern(
        name="password.one_time",
        entity_type="PASSWORD",
        regex=r"(?<![A-Za-z])(?:verification|security|confirmation|one[- ]time|login|sign[- ]in"
        r"|authentication|otp|2fa|mfa|sms|access)"
        r"[- ](?:pass)?code(?:\s(?:for|to)\s[^\n.:]{1,40}?)?(?:\s{0,2}:\s{0,2}|\s(?:is"
        r"|was)\s{0,2}:?\s{0,2})(?P<body>\d{3}[- ]?\d{3,5}|\d{4,8}|[A-Z0-9]{5,8})(?![\w])",
        anchor=r"(?:verification|security|confirmation|one[\- ]time|login|sign[\- ]in"
        r"|authentication|otp|2fa|mfa|sms|access)[\- ](?:pass)?code",
        reach=24,
        longest=24 + 50 + 12 + 12,
        score=0.75,
        check=_one_time,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
)
