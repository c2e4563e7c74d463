"""Stand-ins: realistic texts of the same kind as an original, which are nobody's.

| entity type | stand-in | why it is nobody's |
|---|---|---|
| CREDIT_CARD | length and grouping kept, Luhn right | issuer number 9999 is not given out |
| IBAN_CODE | country, length, grouping kept, check digits right | bank code of zeros (letters: X) |
| SWIFT_CODE | country and length kept | a test code (ISO 9362) |
| CRYPTO | same kind of address | Bitcoin's test network; Ethereum: drawn bytes |
| EMAIL_ADDRESS, URL | at example.org, .com or .net | RFC 2606 |
| PHONE_NUMBER | shape kept | ranges kept for fiction, else three zeros |
| IP_ADDRESS | same version | documentation ranges, RFC 5737 and 3849 |
| MAC_ADDRESS | same notation | locally administered |
| US_SSN | grouping kept | area 000 |
| DATE_TIME, DATE_OF_BIRTH | whole dates, notation kept | one to three years off |
| UUID | version 4 | 122 drawn bits |
| API_KEY, ACCESS_TOKEN, SESSION_ID, JWT, PASSWORD | prefix and length kept | drawn |

Every other type (names, custom terms, private keys), and an original that does not have its type's
form, has no stand-in: `replace` gives it a placeholder, which is restored just the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from sluice.engine.standins import contact, keys, money, network, records
from sluice.engine.standins.dice import Dice

LONGEST: Final = 512
"""No stand-in is longer, in code points: it bounds what a stream holds back."""

_SHORTEST: Final = 7
_DATES: Final = ("DATE_TIME", "DATE_OF_BIRTH")

_MAKERS: Final[Mapping[str, Callable[[str, Dice], str | None]]] = MappingProxyType(
    {
        **dict.fromkeys(("API_KEY", "ACCESS_TOKEN", "SESSION_ID", "JWT"), keys.api_key),
        "CREDIT_CARD": money.card,
        "CRYPTO": money.crypto,
        **dict.fromkeys(_DATES, records.date),
        "EMAIL_ADDRESS": contact.email,
        "IBAN_CODE": money.iban,
        "IP_ADDRESS": network.ip,
        "MAC_ADDRESS": network.mac,
        "PASSWORD": keys.password,
        "PHONE_NUMBER": contact.phone,
        "SWIFT_CODE": money.bic,
        "URL": contact.url,
        "US_SSN": records.ssn,
        "UUID": records.uuid,
    }
)

KINDS: Final = frozenset(_MAKERS)
"""The entity types that have stand-ins."""

# All begin with one of a few characters, by which `re` finds them ten times as fast.
_NUMBERS = re.compile(
    r"[0-9+(](?:"
    r"(?:(?<=1)92\.0\.2|(?<=1)98\.51\.100|(?<=2)03\.0\.113)\.[0-9]{1,3}"
    r"|(?<=2)001:db8:[0-9a-f:]{2,34}"
    r"|(?<=[0-9])(?<!\w[0-9])[0-9]{0,3}([-/.])[0-9]{1,2}\1[0-9]{1,4}\b"
    r"|(?:(?<=[+(])[0-9]|(?<=[0-9])(?<!\w[0-9]))[0-9 ().\-/\u00a0]{5,22}[0-9]\b"
    r")"
)
_MAIL_ENDS = re.compile(r"@example\.(?:org|com|net)")
_MAIL_HEAD = re.compile(r"(?<![a-z0-9.])[a-z]{2,12}\.[a-z]{2,12}[0-9]{2}\Z")
_LONGEST_HEAD: Final = 27


def make(entity_type: str, original: str, seed: bytes) -> str | None:
    """The stand-in that this seed gives; None if this type or the original's form has none.

    The same seed gives the same stand-in. It may be taken, or reveal something: try another seed.
    """
    maker = _MAKERS.get(entity_type)
    return maker(original, Dice(seed)) if maker else None


def reveals(entity_type: str, original: str, stand_in: str) -> bool:
    """Whether a stand-in shows part of its original, or is too short or long to be found again.

    The last four digits and letters of a number are what people recognise it by. A date may end
    like its original, in the time zone; its year is always another.
    """
    if not _SHORTEST <= len(stand_in) <= LONGEST or original == stand_in:
        return True
    last = _last_four(original)
    is_number = entity_type not in _DATES and any(map(str.isdecimal, last))
    return is_number and last == _last_four(stand_in)


def _last_four(text: str) -> str:
    return "".join(filter(str.isalnum, text))[-4:].casefold()


def lookalikes(text: str) -> Iterator[str]:
    """What stands in a text and might be drawn as a stand-in later: addresses, dates, numbers.

    Only the kinds of which there are so few that one could be drawn by chance.
    """
    yield from (found[0] for found in _NUMBERS.finditer(text))
    for end in _MAIL_ENDS.finditer(text):
        at = end.start()
        if head := _MAIL_HEAD.search(text, max(0, at - _LONGEST_HEAD), at):
            yield text[head.start() : end.end()]
