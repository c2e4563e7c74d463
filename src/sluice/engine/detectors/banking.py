"""Numbers of bank accounts and of banks' branches, known by their labels.

`BANK_ACCOUNT` is an account; where the words around it are those of banks in the United States it
is `US_BANK_NUMBER`. `BANK_CODE` tells the bank or its branch: sort code, BSB, IFSC, Bankleitzahl,
transit number; an American one is `ABA_ROUTING_NUMBER`. Account numbers have no checksum of their
own in most countries: the label decides. Sums of money are not sensitive and are not looked for.
"""

from __future__ import annotations

import re
from typing import Final

from stdnum.es import ccc
from stdnum.us import rtn

from sluice.engine.detectors.labels import digits_of, labelled, words_between
from sluice.engine.patterns import (
    Checked,
    Pattern,
    Precedence,
    context,
    surrounding_words,
    words,
)

_NO = r"(?:[ _\-]?(?:numbers?|num|no|nr|nummer|id|#)\.?)"
_ACCOUNT = (
    rf"account{_NO}|account #|acc(?:t|nt)?\.?{_NO}|acct\.?|acc\.?|a/c{_NO}?"
    rf"|bank[ _\-]?(?:account|acct|acc){_NO}?"
    r"|(?:checking|savings?|current|deposit|debit|credit|beneficiary|payee|iban)[ _\-]account"
    r"|kontonummer|konto[ \-]?nr\.?|bankkonto|bankverbindung|girokonto|sparkonto|konto"
    r"|(?:num(?:é|e)ro|n°|nº|no\.?) (?:de |du )?compte|compte (?:bancaire|courant)(?: n°| no)?"
    r"|compte n°|compte|rib"
    r"|(?:n(?:ú|u)mero|n°|nº|n\.º|n\.o|nro\.?|num\.?) (?:de )?cuenta"
    r"|cuenta (?:bancaria|corriente|de ahorros?)(?: n°| nº)?|cuenta n[°º]?|cuenta|ccc"
    r"|(?:numero|n\.|nr\.) (?:di |del )?conto(?: corrente)?|conto corrente(?: n\.)?|c/c(?: n\.)?"
    r"|(?:bank)?rekening(?:nummer|nr\.?)?"
    r"|(?:n(?:ú|u)mero|n°|nº|n\.º) (?:da |de )?conta|conta[ \-]corrente(?: n°| nº)?"
    r"|conta poupan(?:ç|c)a|conta banc(?:á|a)ria|conta|nib|clabe"
)
# A bare word: an account of what, the words around it must say.
_BARE: Final = words("acct acc acc. konto compte cuenta conta rekening account")
_BANKING: Final = words(
    "bank banks banking iban bic swift routing aba ach wire transfer transfers transferred "
    "transferring deposit deposits direct debit debits checking savings sort bsb ifsc payee "
    "beneficiary payroll balance branch sepa überweisung überweisen überweise bankleitzahl blz "
    "lastschrift abbuchung kontoinhaber virement banque virer prélèvement guichet titulaire "
    "transferencia banco sucursal titular transferir ingreso domiciliación bonifico banca abi cab "
    "intestato filiale overboeking overschrijving overmaken incasso transferência agência agencia "
    "ag depósito poupança clabe acct checkings"
)
_OF_BANK: Final = words(
    "bank checking savings saving current deposit debit beneficiary payee iban bankkonto girokonto "
    "sparkonto bankverbindung bancaire bancaria bancária bankrekening rib clabe ccc nib"
)
_AMERICAN: Final = words("routing aba ach checking savings rtn")
# Between a label and a number, they say that the number is another one.
_OTHER: Final = words(
    "phone tel fax mobile date order invoice ticket sort bsb blz routing aba swift bic iban card "
    "ssn "
    "zip postcode born opened since created updated amount total"
)
_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)")
_NUMBER = (
    r"(?:\d{1,6}(?: \d{2,12}){1,6}|\d{5,24}(?:[\-/.][\dXx]{1,4}){0,2}"
    r"|\d{1,6}(?:[\-/.]\d{1,10}){1,4}"
    r"(?:-[\dXx])?)(?![\w%]|[.,]\d)"
)


def _account(match: re.Match[str]) -> Checked | None:
    """Five digits or more behind a label; behind a bare `account` only where money is moved."""
    value, text = match["value"], match.string
    digits = digits_of(value)
    if len(digits) < 5 or len(set(digits)) == 1 or _DATE.fullmatch(value):
        return None
    if not _OTHER.isdisjoint(words_between(match)):
        return None
    near = surrounding_words(text, *match.span("value"))
    label = match["label"].lower()
    of_bank = not _OF_BANK.isdisjoint(label.replace("_", " ").split())
    banking = of_bank or not _BANKING.isdisjoint(near - words(label))
    if label in _BARE and not banking:
        return None
    entity_type = "BANK_ACCOUNT" if _AMERICAN.isdisjoint(near) else "US_BANK_NUMBER"
    checked = _has_checksum(digits)
    score = 0.95 if checked else 0.85 if banking else 0.78
    reason = "checksum" if checked else "label"
    return Checked(*match.span("value"), score, entity_type, reason=reason)


def _has_checksum(digits: str) -> bool:
    return is_clabe(digits) or (len(digits) == 20 and ccc.is_valid(digits))


def is_clabe(digits: str) -> bool:
    """Whether 18 digits are a Mexican account: weights 3, 7, 1, sum modulo 10 (Banxico)."""
    if len(digits) != 18 or len(set(digits)) == 1:
        return False
    products = (int(d) * (3, 7, 1)[n % 3] % 10 for n, d in enumerate(digits[:17]))
    return (10 - sum(products) % 10) % 10 == int(digits[17])


def _plain_account(match: re.Match[str]) -> Checked | None:
    """`account 12345678` in a sentence about moving money."""
    near = surrounding_words(match.string, *match.span("value"))
    if _BANKING.isdisjoint(near) or _DATE.fullmatch(match["value"]):
        return None
    entity_type = "BANK_ACCOUNT" if _AMERICAN.isdisjoint(near) else "US_BANK_NUMBER"
    return Checked(*match.span("value"), 0.8, entity_type, reason="context word")


def _routing(match: re.Match[str]) -> Checked | None:
    """Nine digits behind a label; the American Bankers Association's checksum makes them sure."""
    digits = digits_of(match["value"])
    if len(set(digits)) == 1:
        return None
    if rtn.is_valid(digits):
        return Checked(*match.span("value"), 0.95, reason="ABA checksum")
    return Checked(*match.span("value"), 0.55, reason="label")


_CODE = (
    r"sort[ _\-]?codes?|bsb(?: ?(?:number|no\.?|code|#))?|blz|bankleitzahl|bank[ _\-]?code"
    r"|branch[ _\-](?:code|number|no)|transit(?:[ _\-](?:number|no\.?|#))?|institution"
    r"[ _\-](?:number|no\.?)|ifsc(?:[ _\-]?code)?|code (?:banque|guichet)|codice abi|codice cab"
    r"|ag(?:ê|e)ncia|clearing(?:[ \-](?:number|nummer|nr\.?))|bc[ \-]nummer"
)
_CODE_FORMS: Final = (
    (("sort",), re.compile(r"\d{2}([ -]?)\d{2}\1\d{2}", re.ASCII)),
    (("bsb",), re.compile(r"\d{3}[ -]?\d{3}", re.ASCII)),
    (("blz", "bankl"), re.compile(r"[1-9]\d{2} ?\d{3} ?\d{2}", re.ASCII)),
    (("ifsc",), re.compile(r"[A-Za-z]{4}0[A-Za-z0-9]{6}", re.ASCII)),
    (("transit",), re.compile(r"\d{5}(?:-\d{3})?", re.ASCII)),
    (("institution",), re.compile(r"\d{3}", re.ASCII)),
    (("code b", "code g", "codice"), re.compile(r"\d{5}", re.ASCII)),
    (("ag",), re.compile(r"\d{4}(?:-[\dXx])?", re.ASCII)),
    (("bank", "branch", "clearing", "bc"), re.compile(r"\d{3,8}(?:-\d)?", re.ASCII)),
)


def _branch(match: re.Match[str]) -> Checked | None:
    """The form that the label's country has."""
    label, value = match["label"].lower(), match["value"]
    for starts, form in _CODE_FORMS:
        if label.startswith(starts):
            fits = form.fullmatch(value)
            return Checked(*match.span("value"), 0.8, reason="label") if fits else None
    return None


def _ifsc(match: re.Match[str]) -> Checked | None:
    """A bank's four letters, a zero, a branch; only where the words speak of banks."""
    near = surrounding_words(match.string, *match.span())
    if _BANKING.isdisjoint(near):
        return None
    return Checked(*match.span(), 0.7, reason="context word")


def _clabe(match: re.Match[str]) -> Checked | None:
    """18 digits with the control digit, and a word that says that money is moved."""
    near = surrounding_words(match.string, *match.span())
    if _BANKING.isdisjoint(near) or not is_clabe(digits_of(match[0])):
        return None
    return Checked(*match.span(), 0.85, reason="control digit")


PATTERNS: Final[tuple[Pattern, ...]] = (
    labelled(
        "banking.account",
        "BANK_ACCOUNT",
        _ACCOUNT,
        _NUMBER,
        _account,
        longest=90,
        loose=True,
        also=frozenset({"US_BANK_NUMBER"}),
        context=context("", "order ticket tracking invoice issue", drop=0.25),
    ),
    labelled(
        "banking.account_mentioned",
        "BANK_ACCOUNT",
        r"accounts?",
        r"\d{7,17}(?![\w%]|[.,/-]\d)",
        _plain_account,
        longest=20,
        also=frozenset({"US_BANK_NUMBER"}),
    ),
    labelled(
        "banking.aba_routing",
        "ABA_ROUTING_NUMBER",
        r"routing(?:[ _\-]?(?:transit)?[ _\-]?(?:number|no\.?|num|#|code))?|aba(?:[ /_\-]?(?:rtn"
        r"|routing|"
        r"number|no\.?|#|code)){0,2}|rtn|bank routing",
        r"\d{4}[ -]?\d{4}[ -]?\d(?![\w%]|[.,-]\d)",
        _routing,
        longest=13,
        loose=True,
    ),
    labelled(
        "banking.branch",
        "BANK_CODE",
        _CODE,
        r"(?:[A-Za-z]{4}0[A-Za-z0-9]{6}|\d{1,8}(?:[ -]\d{2,3}){0,2}(?:-[\dXx])?)(?![\w%]|[.,-]\d)",
        _branch,
        longest=24,
        first="[A-Za-z0-9]",
    ),
    Pattern(
        name="banking.ifsc",
        entity_type="BANK_CODE",
        regex=r"(?<![\w-])[A-Z]{4}0[A-Z0-9]{6}(?![\w-])",
        anchor=r"\b[A-Z]{4}0[A-Z0-9]{6}\b",
        reach=11,
        longest=13,
        score=0.7,
        check=_ifsc,
    ),
    Pattern(
        name="banking.clabe",
        entity_type="BANK_ACCOUNT",
        regex=r"(?<![\w.-])\d{3} ?\d{3} ?\d{11} ?\d(?![\w-])",
        anchor=r"\b\d{3} ?\d{3} ?\d{11} ?\d\b",
        reach=21,
        longest=23,
        score=0.85,
        check=_clabe,
        precedence=Precedence.CHECKED,
    ),
)
