"""Streets as German, Dutch, French, Spanish, Italian and Portuguese write them."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.addresses import tail
from sluice.engine.detectors.addresses.english import LIVING
from sluice.engine.detectors.addresses.head import unit_before
from sluice.engine.detectors.addresses.vocabulary import CAPITAL
from sluice.engine.patterns import Checked, Pattern, alternatives, byte_pattern, lazily, words

SURE, UNSURE, FAINT = 0.7, 0.6, 0.4
"""Scores of a street with a number: by its kind, by its capitals, by little."""

_LETTER = r"A-Za-z\u00c0-\u024f"
_HOUSE = (
    r"(?P<number>\d{1,4}(?: ?[a-zA-Z](?![A-Za-z0-9_\u00c0-\u024f-]))?"
    r"(?: ?[-\u2013/+] ?(?:\d{1,4}[a-zA-Z]?|[A-Za-z]{1,3})(?![A-Za-z0-9_\u00aa-\u024f]))?)"
    r"(?![A-Za-z0-9_\u00c0-\u024f]|[:.,]\d|[.] ?(?:Januar|Februar|M\u00e4rz|April|Mai|Ju[nl]i"
    r"|August|September|Oktober|November|Dezember)|%| ?(?:Uhr|uur|km|%))"
)

# --- German and Dutch: the kind of street is the end of a word, the number follows

_ENDINGS_SURE: Final = (
    "stra\u00dfe strasse straat str allee gasse weg chaussee laan gracht plein kade"
)
_ENDINGS_LOOSE: Final = (
    "platz ring damm ufer steig stieg pfad hof graben kai wall dreef dijk steeg singel markt "
    "promenade berg park br\u00fccke baan lei wal hoek pad hout veld burg tor winkel feld garten"
)
_ENDINGS: Final = alternatives(f"{_ENDINGS_SURE} {_ENDINGS_LOOSE}".split())
_SURE_SET: Final = words(_ENDINGS_SURE)
_NO_STREETS: Final = words(
    "umweg unterweg heimweg rechtsweg dienstweg postweg irrweg ausweg onderweg snelweg autoweg "
    "norweg milaan decade dekade dekkade arbeitsplatz parkplatz stellplatz sitzplatz spielplatz "
    "bildungsweg lösungsweg mittelweg instr substr astr ostr wstr cstr tostr strstr istr lstr "
    "einbahnstraße einbahnstrasse wasserstraße autostraße"
)
_LEAD = lazily(
    r"(?<![^\W_])(?:(?:Alte[rn]?|Neue[rn]?|Große[rn]?|Grosse|Kleine[rn]?|Obere[rn]?|Untere[rn]?|"
    r"Lange|Hohe[rn]?|Breite|An der|An den|Auf der|Nieuwe|Oude|Grote|Korte|Verlengde|Van der|"
    r"van der|Van den|van den|Van|van|De|Ter|Eerste|Tweede|Derde|1e|2e|3e|Sint|St\.|Dr\.|Prof\.|"
    r"Burg\.|Jan|Prins|Prinses|Koningin|Willem|Graaf|Laan van|Kaiser|König)[ -]){1,3}\Z"
)
_ADJECTIVE = lazily(
    rf"(?<![^\W_])(?:(?:Am|An der|Auf der|Zum|Zur|Im) )?{CAPITAL}[^\W\d_]*(?:-{CAPITAL}[^\W\d_]*)*"
    rf"(?: {CAPITAL}[^\W\d_]*\.?)?[ -]\Z"
)
_LOWER_ADJECTIVE = re.compile(r"(?<![^\W_])[^\W\d_]{3,20}e[rnms]? \Z")


def _compound(match: re.Match[str]) -> Checked | None:
    """`Hauptstr. 5`, `Lange Straße 12`, `Keizersgracht 123-II`."""
    kind, own = match["type"].lower(), match["own"]
    word = (own + match["type"]).lower()
    if word in _NO_STREETS:
        return None
    start = _lead(match)
    if start is None:
        return None
    read = tail.read(match.string, match.end())
    score = _compound_score(match, kind, read)
    if score < 0.25:
        return None
    return Checked(start, read.end, score, reason="postcode" if read.postcode else "kind of street")


def _lead(match: re.Match[str]) -> int | None:
    """Where the street's name begins; None if the kind of street stands alone."""
    start, text = match.start(), match.string
    near = text[max(0, start - 48) : start]
    if match["own"]:
        found = _LEAD.search(near)
    else:
        found = _ADJECTIVE.search(near)
        if found is None and match["type"].islower():
            found = _LOWER_ADJECTIVE.search(near)
        if found is None:
            return None
    return start if found is None else start - len(near) + found.start()


def _compound_score(match: re.Match[str], kind: str, read: tail.Tail) -> float:
    """A sure ending of a word of some length is a street; another needs more around it."""
    sure, capital = kind in _SURE_SET, match[0][0].isupper()
    own = len(match["own"])
    if kind == "str" and not (capital or read.confirms or match["dot"]):
        return 0.0
    if not sure:
        year = match["number"].isdecimal() and 1900 <= int(match["number"]) <= 2099
        base = FAINT if capital and not year else 0.2
    else:
        base = SURE if capital and (own >= 3 or not own) else 0.55
        if kind == "weg" and not capital:
            base = FAINT
    return min(0.97, base + read.bonus + (0.1 if read.postcode and not sure else 0.0))


_SURE_ENDING = re.compile(rf"(?:{'|'.join(sorted(_SURE_SET))})\b", re.IGNORECASE)

# --- prepositions: `Am Markt 3`, `Unter den Linden 77`


def _prepositional(match: re.Match[str]) -> Checked | None:
    """Such a name is a street only where a postcode and a town follow."""
    read = tail.read(match.string, match.end())
    if not read.postcode or _SURE_ENDING.search(match[0]):
        return None
    return Checked(match.start(), read.end, 0.85, reason="postcode")


# --- Spanish, Italian, Portuguese: kind, name, number

_ROMANCE_SURE: Final = (
    r"calle|c/|p/|cl\.|avda\.?|avd\.?|avenida|avinguda|carrer|plaza|pza\.?|plaça|paseo|pso\.?|"
    r"p\u00ba|"
    r"passeig|ronda|traves\u00eda|ctra\.?|carretera|glorieta|urbanizaci\u00f3n|urb\.|"
    r"piazza|p\.zza|p\.za|piazzale|viale|v\.le|vicolo|corso|c\.so|lungomare|strada|contrada|"
    r"rua|travessa|pra\u00e7a|alameda|rodovia|estrada|rambla|callej\u00f3n|cuesta"
)
_ROMANCE_LOOSE: Final = (
    r"via|rotonda|calzada|prolongaci\u00f3n|camino|largo|av\.?|r\.|c\.|ronda|barrio|partida|"
    r"pol\u00edgono|salita|vico|campo"
)
_ROMANCE_WORD = rf"[{_LETTER}0-9.'\u00b4\u2019\u00ba\u00aa-]{{1,24}}"
_CONNECTING: Final = words(
    "de del la las los el da do das dos di dei della delle dell d y e i san san"
)
_NOT_ROMANCE: Final = words(
    "http https ssh tcp udp api email e-mail phone port ip web rest json usb smtp flight zoom "
    "slack teams sms satellite line train bus route the a an our your this that my"
)
_SIN_NUMERO = r"s/?n(?![A-Za-z0-9_\u00c0-\u024f])"


def _type_first(match: re.Match[str]) -> Checked | None:
    """The first kind of street within a match that begins one: others may stand before it."""
    found, end = _romance_street(match), match.end() + 3
    while found is None:
        inner = _ROMANCE.compiled.search(match.string, match.start() + 1, end)
        if inner is None:
            return None
        found, match = _romance_street(inner), inner
    return found


def _romance_street(match: re.Match[str]) -> Checked | None:
    """`C/ Mayor, 5, 3º B`, `Via Roma 12/A`, `Rua Augusta, 1500`."""
    kind = match["type"].lower()
    names = match["name"].replace(",", " ").split()
    if not names or any(name.lower() in _NOT_ROMANCE for name in names):
        return None
    if any(name.isdecimal() for name in names[1:]):
        return None
    read = tail.read(match.string, match.end())
    score = _romance_score(match, kind, names, read)
    if score is None:
        return None
    return Checked(
        unit_before(match.string, match.start()),
        read.end,
        min(0.97, score + read.bonus),
        reason="postcode" if read.postcode else "kind of street and house number",
    )


def _romance_score(
    match: re.Match[str], kind: str, names: list[str], read: tail.Tail
) -> float | None:
    """Capitals make it sure; a kind that is a word of English needs them or what follows."""
    capital = all(
        name[0].isupper() or name[0].isdigit() or name.lower() in _CONNECTING or "'" in name
        for name in names
    )
    capital = capital and any(name[0].isupper() for name in names)
    if kind in ("r.", "c.", "via", "av", "av.", "largo", "campo", "c/", "camino", "partida"):
        if capital and (match["type"][0].isupper() or kind in ("c/", "camino")):
            return UNSURE if kind not in ("r.", "c.", "campo", "partida") else FAINT + 0.05
        if read.confirms:
            return 0.45
        # With a word such as `live` near it becomes likely.
        return 0.35 if kind in ("via", "c/", "av", "av.", "camino") and len(names) <= 3 else None
    if capital:
        return SURE
    return 0.5 if len(names) <= 4 else 0.3


# --- French: number, kind, name

_FRENCH_SURE: Final = (
    r"rue|avenue|av\.|boulevard|boul\.|bld|bd|bvd|chemin|ch\.|all\u00e9es?|impasse|quai|ruelle|"
    r"faubourg|lotissement|lieu-dit|rond-point|venelle|sentier"
)
_FRENCH_LOOSE: Final = (
    r"place|pl\.|cours|route|rte|square|passage|villa|cit\u00e9|voie|r\u00e9sidence|hameau|"
    r"mont\u00e9e|esplanade|promenade|parvis|traverse|clos|domaine|mail|av"
)
_LINKS: Final = words("de la des du le les aux au sur sous et lès d l")
_NO_MORE: Final = words(
    "à a au aux chez pour et est sont dans près avec depuis le la les en qui que où il elle je "
    "nous vous ils france is and in at was"
)
_WORD_OF_NAME = re.compile(r"(?:[dl]['’])?[^\W_]['’.\w-]*")


def _french(match: re.Match[str]) -> Checked | None:
    """`12 bis rue de la Paix, 75002 Paris`."""
    text = match.string
    capital, end = _french_name(text, match.end())
    if end == match.end():
        return None
    loose = match["type"].lower() not in _FRENCH_SET
    read = tail.read(text, end)
    if loose and not (capital or read.postcode):
        return None
    base = UNSURE if loose else SURE
    if not capital:
        base = 0.55
    start = unit_before(text, match.start())
    score = min(0.97, base + read.bonus)
    return Checked(start, read.end, score, reason="postcode" if read.postcode else "kind of street")


_FRENCH_SET: Final = frozenset(
    _FRENCH_SURE.replace(r"all\u00e9es?", "allée|allées").replace("\\", "").split("|")
)


def _french_name(text: str, at: int) -> tuple[bool, int]:
    """Whether the name behind a kind of street has a capital, and where it ends."""
    end, capital, count = at, False, 0
    while count < 7 and text[end : end + 1] == " ":
        word = _WORD_OF_NAME.match(text, end + 1, end + 32)
        if word is None:
            break
        plain = word[0].rstrip(".").lower()
        link = plain in _LINKS or plain[:2] in ("d'", "l'", "d’", "l’")
        upper = any(char.isupper() for char in word[0])
        if capital and not upper and not link:
            break
        if not link and word[0].isdecimal() and (len(word[0]) > 4 or capital):
            break
        capital = capital or upper
        end, count = word.end(), count + 1
        if not capital and not link and count >= 2:
            break
    return capital, _without_links(text, at, end)


def _without_links(text: str, at: int, end: int) -> int:
    """Words such as `à` at the end of a name belong to what follows."""
    while end > at:
        last = text.rfind(" ", at, end)
        if last < 0 or text[last + 1 : end].lower() not in _NO_MORE | _LINKS:
            break
        end = last
    return end - (end > at and text[end - 1] == ".")


_COMPOUND_REGEX = (
    rf"(?<![{_LETTER}0-9_.-])(?P<own>[{_LETTER}.'\u2019-]{{0,32}}?)(?P<type>{_ENDINGS})"
    rf"(?P<dot>\.?),? {{0,2}}(?:Nr\.? ?|nr\.? ?|n\u00b0 ?)?{_HOUSE}"
)
_PREPOSITIONS: Final = (
    r"am|an der|an den|auf dem|auf der|im|in der|in den|zum|zur|unter den|hinter der|vor dem|"
    r"bei der|beim|aan de|aan het|op de|op het"
)

_ROMANCE: Final = Pattern(
    name="address.romance",
    entity_type="STREET_ADDRESS",
    regex=rf"(?<![{_LETTER}0-9_/.-])(?P<type>{_ROMANCE_SURE}|{_ROMANCE_LOOSE})"
    rf"(?:(?<=[/.\u00ba]) ?| )(?P<name>{_ROMANCE_WORD}(?:,? {_ROMANCE_WORD}){{0,6}}?)"
    rf"(?:,? {{1,2}}|, ?)(?:(?:n\.? ?[\u00bao\u00b0\u00aa]|n\u00fam|num|n|n\u00famero|numero|km|"
    rf"kilom\u00e9tro)"
    rf"\.?:? ?)?(?:km\.? {{0,2}}\d{{1,3}}[.,]\d{{1,3}}|{_HOUSE}|{_SIN_NUMERO})",
    anchor=rf"\b(?:{byte_pattern(_ROMANCE_SURE)}|{byte_pattern(_ROMANCE_LOOSE)})"
    r"[A-Za-z0-9.,:'/ \x80-\xff-]*(?:\d|s/?n)",
    reach=14 + 1 + 7 * 26 + 20,
    longest=14 + 1 + 7 * 26 + 50,
    score=UNSURE,
    check=_type_first,
    context=LIVING,
    ignore_case=True,
)

PATTERNS: Final = (
    Pattern(
        name="address.compound",
        entity_type="STREET_ADDRESS",
        regex=_COMPOUND_REGEX,
        anchor=rf"(?:{byte_pattern(_ENDINGS)})\.?,? {{0,2}}(?:nr\.? ?|n\xc2\xb0 ?)?\d",
        reach=32 + 10 + 4 + 5 + 1,
        longest=32 + 10 + 4 + 5 + 30,
        score=UNSURE,
        check=_compound,
        context=LIVING,
        ignore_case=True,
    ),
    Pattern(
        name="address.prepositional",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![{_LETTER}0-9_.-])(?:{_PREPOSITIONS}) [{_LETTER}-]{{3,24}}"
        rf"(?: [{_LETTER}-]{{3,24}})? {_HOUSE}",
        anchor=rf"\b(?:{_PREPOSITIONS}) [A-Za-z\x80-\xff-]{{3,60}} "
        r"(?:[A-Za-z\x80-\xff-]{3,60} )?\d",
        reach=11 + 26 + 26 + 2,
        longest=11 + 26 + 26 + 36,
        score=FAINT,
        check=_prepositional,
        ignore_case=True,
    ),
    _ROMANCE,
    Pattern(
        name="address.french",
        entity_type="STREET_ADDRESS",
        regex=r"(?<![\w.,:/$+-])(?P<number>\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?"
        r"(?: ?[-/] ?\d{1,4})?),? (?P<type>"
        rf"{_FRENCH_SURE}|{_FRENCH_LOOSE})(?= [A-Za-z0-9\u00c0-\u024f])",
        anchor=rf"\d ?(?:bis|ter|quater|[A-D])?,? (?:{byte_pattern(_FRENCH_SURE)}|"
        rf"{byte_pattern(_FRENCH_LOOSE)}) ",
        reach=20 + 2 + 14,
        longest=20 + 2 + 16,
        score=UNSURE,
        check=_french,
        context=LIVING,
        ignore_case=True,
    ),
)
