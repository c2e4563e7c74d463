"""What tells a secret from a stand-in for one, from a piece of a program, and from plain words."""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from math import log2
from typing import Final

from sluice.engine.patterns import lazily, words

_STAND_IN: Final = lazily(
    r"x{4,}|\*{3,}|\.{3,}|_{4,}|0{8,}|-{4,}|\u2026|\u2022{2,}|#{4,}|\?{3,}"
    r"|^(?!\{AQAA)[<\[({%].*[>\])}%]$|\$\{|\{\{|#\{|\$\(|<%|%>|^\$[A-Za-z_]\w*$|^%\w+%$|^%?[-\d.]*%[sdrv]$"
    r"|^%\(\w+\)"
    r"|^__\w+__$|^@[\w.]+@$|^!\w+$|^&[a-z]\w*;$|^\\?\$\w+\\?$|^:\w+$|^<\w"
    r"|(?<![A-Za-z])(?!changeit\d{0,4}$)(?:your|enter|insert|replace|change)[-_ ]?(?:me|this|it"
    r"|here|your?|the|with|an?)?(?![A-Za-z])"
    r"|(?<![A-Za-z])your[A-Z]\w*|(?<![A-Za-z])(?:my|some|the|a|an|any|our|new|old|user|their)[-_ ]"
    r"(?:\w{1,12}[-_ ])?(?:pass|pwd|key|secret|token|cred)[a-z_ -]*$"
    r"|(?<![A-Za-z])my(?:super)?(?:secret|api|access|auth)?(?:password|passwd|key|secret|token)$"
    r"|placeholder|redacted|EXAMPLE|(?<![A-Za-z])(?:example|sample|dummy|fake)(?![a-z])"
    r"|(?:example|dummy|fake)[-_ ]?(?:pass|key|secret|token|value)"
    r"|removed|hidden|masked|not[-_ ]?(?:set|used|real|a[-_ ]?real)"
    r"|^(?:todo|tbd|fixme|none|null|nil|undefined|true|false|n/a|na|empty|yes|no|on|off|unset)$"
    r"|^(?:foo|bar|baz|foobar|foobarbaz|change(?:me|this)\d{0,3}!?|to-?be-?changed"
    r"|secrets?|pass|passw(?:or)?d|passwort|contrase\w{1,3}a|motdepasse|wachtwoord|senha|pwd"
    r"|passphrase"
    r"|tokens?|keys?|api[-_]?key|string|str|text|value|varchar|bytes|int|test|default|something"
    r"|(?:this[-_ ]is[-_ ])?(?:a[-_ ])?(?:super[-_ ]?)?(?:secret|password|pass)[-_ ]?(?:here"
    r"|value|goes[-_ ]here)"
    r"|s3cret[-_]?here|blah|lorem|ipsum|abc|xyz|xxx|secret[-_]?(?:key|token)|access[-_]?(?:key"
    r"|token)"
    r"|client[-_]?secret|auth[-_]?token|bearer|basic|hash(?:ed)?|encrypted|required|optional|any)$",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"[A-Za-z_$@&*!~-][\w$]*(?:(?:\.|\?\.|::|->|\\)[A-Za-z_$][\w$]*)+[;,)\]}]*"  # self.config.key
    r"|[\w.$:@>?!&*-]{1,60}[(\[].*"  # call(…), list[…]
    r"|[{(\[](?!cipher\}|AQAA).*|=.*|[|&>~]{1,2}.*|@[\w/.-]+|!.*|[<].*|\+.*"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"  # A_CONSTANT
    r"|\.{0,2}/(?:[\w.@-]+/?){1,20}|~/.*|[A-Za-z]:[\\/].*|[a-z]{2,12}://[^@]*"  # paths, addresses
    r"|\$[\w{(].*|%[\w(].*|\\.*|//.*|#.*|/\*.*",
    re.ASCII,
)
_NAME_LIKE: Final = re.compile(
    r"(?=.{0,60}(?:pass|pwd|secret|token|key|cred|auth|user|config|setting|param|env|arg|opt|value"
    r"|input|get|load|read|hash|crypt|field|label|text))[A-Za-z_]\w*",
    re.IGNORECASE | re.ASCII,
)
_CAMEL_NAME: Final = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RUN: Final = re.compile(r"[A-Za-z0-9+/=]{8,}")
_PIECES: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_HEX: Final = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_CONSONANTS: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}", re.IGNORECASE)
_LEAST_RANDOM: Final = 10
"""Fewer code points are never called random."""

ORDINARY: Final = words(
    "hello world welcome login logout signin signup username user admin_password enter submit "
    "cancel confirm back next save show hide reset forgot remember email phone name first last "
    "title label button form field page home help settings options account profile success error "
    "failed failure invalid valid warning info message note description number code type mode "
    "status state plain plaintext clear basic digest bearer oauth oauth2 saml ldap local remote "
    "file path url http https json xml html yaml base64 md5 sha1 sha256 sha512 bcrypt argon2 "
    "scrypt aes rsa hmac input output data body header query cookie session env environment vault "
    "manual auto automatic prompt always never strict lax public private shared common general "
    "misc other custom internal external primary secondary master slave main global enabled "
    "disabled active inactive object array boolean integer float double list dict map set tuple "
    "char function class const static final new return import export module package self this "
    "args kwargs params param request response result context config configuration opts argv "
    "line row item match group index count length size offset start end stop begin current "
    "previous left right top bottom middle center inherit initial normal bold"
)
"""Words that stand in programs and on screens behind names that otherwise mean a secret."""

COMMON: Final = words(
    "master welcome hello private public login admin root guest user shared local remote world"
)
"""Words among them that people also take for passwords."""

PROSE: Final = words(
    "a an the no not too also very so now never always only already still being been wrong "
    "incorrect correct invalid valid required optional missing expired empty weak strong secure "
    "safe set unset reset changed stored saved hashed encrypted sent shown hidden visible needed "
    "used unknown known blank short longer shorter same different case that this what where when "
    "why how your my our his her their its in on at to for from by with as if stale leaked "
    "compromised written kept accepted rejected checked compared least one protected due about "
    "going supposed string str text bool boolean int none null true false bytes any secretstr "
    "password passwd input prompt number must should can will may please use enter type see and or "
    "nicht kein falsch richtig erforderlich abgelaufen leer zu der die das ein eine mein dein ihr "
    "muss soll kann bitte pas un une le la les requis incorrecte invalide expiré oublié doit est "
    "no es el los las una incorrecta requerida debe puede non il lo obbligatoria errata deve niet "
    "het een de verkeerd vereist moet não o a os as um uma obrigatória incorreta deve"
)
"""What follows "password is" or "password:" in sentences."""


class Look(IntEnum):
    """What a value looks like, from the least to the most like a secret."""

    NOTHING = 0
    """A stand-in, a type, a piece of a program."""
    WORDS = 1
    """Letters, perhaps several words: a name, a label, a weak password."""
    NUMBER = 2
    """Digits alone."""
    MIXED = 3
    """Letters with digits or signs, as people make passwords."""
    RANDOM = 4
    """As random as keys are."""


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a secret without being one: `<your-key>`, `xxxx`, `${VAR}`."""
    return len(set(value)) < 3 or bool(_STAND_IN.search(value))


def is_sequence(value: str) -> bool:
    """Whether most neighbours follow each other, as in `abcdef123456` or `1111222233334444`."""
    steps = sum(-1 <= ord(right) - ord(left) <= 1 for left, right in pairwise(value))
    return len(value) >= 12 and steps >= 0.6 * (len(value) - 1)


def is_reference(value: str) -> bool:
    """Whether an unquoted value is a piece of a program: a variable, a call, a path."""
    return bool(_REFERENCE.fullmatch(value))


def is_name_like(value: str) -> bool:
    """Whether an unquoted value is an identifier that speaks of secrets or settings itself."""
    return bool(_NAME_LIKE.fullmatch(value) or _CAMEL_NAME.fullmatch(value))


def bits_per_point(value: str) -> float:
    """Shannon entropy of the value's own code points, in bits for each."""
    size = len(value)
    counts = (value.count(char) for char in set(value))
    return -sum(count / size * log2(count / size) for count in counts)


def is_random(value: str) -> bool:
    """Whether some run of letters and digits is as irregular as keys are, and long enough.

    Words joined by separators, identifiers and versions are not.
    """
    if len(value) < _LEAST_RANDOM or is_sequence(value) or bits_per_point(value) < 2.8:
        return False
    if _UUID.search(value):
        return True
    if any(_random_run(match[0]) for match in _RUN.finditer(value)):
        return True
    joined = re.sub(r"[-_.~]", "", value)
    return (
        len(joined) >= 20
        and len(value) - len(joined) <= len(value) / 8
        and _random_run(joined, joined=True)
    )


def _random_run(run: str, joined: bool = False) -> bool:
    """Short pieces of one kind, digits here and there, or letters that no word has in a row."""
    pieces: list[str] = _PIECES.findall(run)
    if not pieces:
        return False
    numbers = sum(piece[0].isdigit() for piece in pieces)
    if _HEX.fullmatch(run):
        return 2 <= numbers < len(pieces)
    size = sum(map(len, pieces))
    if size >= _LEAST_RANDOM and numbers >= 3 and len(pieces) > numbers:
        return True
    mean = sum(len(piece) ** 2 for piece in pieces) / size
    return size >= 12 and (mean <= 3.0 or (not joined and _unpronounceable(run, size)))


def _unpronounceable(run: str, size: int) -> bool:
    letters = [char for char in run.lower() if char.isalpha()]
    vowels = sum(char in "aeiouy" for char in letters)
    return bool(_CONSONANTS.search(run)) and size >= 14 and vowels <= 0.3 * len(letters)


def look(value: str) -> Look:
    """What a quoted value, or one known to be literal, looks like."""
    if len(value) < 3 or is_placeholder(value):
        return Look.NOTHING
    if is_random(value):
        return Look.RANDOM
    if value.isdecimal():
        return Look.NUMBER
    if any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
        return Look.MIXED
    plain = re.sub(r"[-_. /]", "", value)
    return Look.WORDS if plain.isalpha() else Look.MIXED
