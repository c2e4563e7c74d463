"""Nationalities, peoples, religions and political groups (NRP), where they speak of people.

`English`, `French wine` and `Spanish translation` speak of languages and things: a bare adjective
scores below 0.5. What stands beside it decides: `a Turkish national`, `of Kurdish origin`,
`de nacionalidad boliviana`, `she is Jewish`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sluice.engine.detectors.peoples import BELIEFS, GROUPS, PARTIES, PEOPLES
from sluice.engine.patterns import Checked, Pattern, factored, lazily, words

_ALL: Final = PEOPLES | GROUPS | BELIEFS | PARTIES
SURE, LIKELY, MEMBERS, FAINT = 0.85, 0.65, 0.5, 0.3
"""Scores: a word of belonging beside it, a person beside it, a group's own name, nothing."""

_NOT_IN_LOWER_CASE: Final = words(
    "polish poles fins lets ire iren pools jude rus thai ceci cece chine brits swede finne lette "
    "inder copt ests estse iers duits deens frans noors druse ruse ruses russe danes scots belge "
    "chino china greco polin orthodox protestant republican democrat latina vasco roma ghano "
    "baptist methodist letto indiana african asian turk turks"
)
"""Other words, unless they have a capital."""
_NAMES_TOO: Final = words(
    "christian christen christina roma romana romani german germana frances francis jude latina "
    "scots georgian indiana vasco basco franco paris jordan chino tory dominican baptist"
)
"""First names and the like: alone they say nothing."""

_BELONGING: Final = (
    r"nationals?|citizens?|citizenship|nationality|passports?|origins?|descent|ethnicity|heritage|"
    r"ancestry|extraction|parentage|born|expats?|nationale[rn]?|"
    r"staatsangeh\w{3,20}|staatsb\w{3,20}|nationalit\w{1,4}|herkunft|abstammung|reisepass|"
    r"afkomst|nationaliteit|staatsburger\w{0,6}|faith|religion|belief"
)
_PERSON: Final = (
    r"m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?|lawyers?|attorneys?|journalists?|teachers?|"
    r"politicians?|business(?:wo)?m[ae]n|doctors?|nurses?|students?|soldiers?|officers?|officials?|"
    r"wife|wives|husbands?|mothers?|fathers?|sons?|daughters?|brothers?|sisters?|famil(?:y|ies)|"
    r"couples?|refugees?|(?:im|e)?migrants?|asylum|peoples?|population|minorit(?:y|ies)|"
    r"communit(?:y|ies)|prisoners?|detainees?|activists?|writers?|authors?|actors?|actress(?:es)?|"
    r"singers?|players?|scientists?|researchers?|engineers?|workers?|employees?|colleagues?|"
    r"friends?|girlfriends?|boyfriends?|patients?|victims?|applicants?|defendants?|suspects?|"
    r"presidents?|ministers?|professors?|priests?|clerics?|voters?|residents?|nannies|au pairs?|"
    r"males?|females?|ladies|lady|gentlem[ae]n|tourists?|tenants?|customers?|clients?|speakers?|"
    r"mann|frau|m\u00e4nner|frauen|anw\u00e4lt\w{1,4}|anwalt|familie[n]?|kinder|"
    r"fl\u00fcchtling\w{0,2}|student\w{0,5}|"
    r"arzt|\u00e4rztin|politiker\w{0,3}|journalist\w{0,5}|eltern|mutter|vater|vrouw|"
    r"vluchteling\w{0,2}|advocaat"
)
_BEHIND = lazily(
    rf"(?:[ -](?:[^\W\d_]+[ -])?(?P<belonging>{_BELONGING})|[ -](?:[^\W\d_]+ "
    rf")?(?P<person>{_PERSON}))(?!\w)",
    re.IGNORECASE,
)
_BEFORE = lazily(
    r"(?:(?P<belonging>\b(?:nationalit(?:y|\u00e9|\u00e4t)|nationaliteit|staatsangeh\u00f6rigkeit|"
    r"citizenship|nacionalidade?|nazionalit\u00e0|cittadinanza|ethnicity|ethnic|ethnically|etnia|"
    r"ressortissante?s?|citoyen(?:ne)?s?|ciudadan[oa]s?|cittadin[oaie]|cidad(?:\u00e3o|\u00e3|"
    r"\u00e3os)|"
    r"origine?|origen|origem|raza|religion|religi\u00f3n|konfession|religione|religi\u00e3o|faith|"
    r"nacional|pasaporte|passeport|passaporto|of)(?:[\"']? ?[:=] ?[\"']?|,? (?:is |was |de |es |"
    r"ist |est )?)(?:an? )?)"
    r"|(?P<person>\b(?:(?:I|he|she|who|they|we|you)(?:['\u2019](?:m|s|re)| am| is| was| are| were)"
    r"(?: an?| not| also| half| originally| a practi[cs]ing| practi[cs]ing| a devout)?"
    r"|(?:ich|er|sie) (?:bin|ist|war)(?: eine?)?|(?:je suis|il est|elle est|il \u00e9tait|elle "
    r"\u00e9tait)"
    r"|(?:soy|es un|es una|era|somos)|(?:sono|\u00e8 un[a']?)|(?:ik ben|hij is|zij is|ze is)|"
    r"(?:eu sou|ele \u00e9|ela \u00e9)"
    r"|hombre|mujer|var\u00f3n|paciente|ni\u00f1[oa]|se\u00f1ora?|abogad[oa]|estudiante|homme|"
    r"femme|"
    r"avocate?|journaliste|patiente?|\u00e9tudiante?|uomo|donna|avvocato|ragazz[oa]|studente|homem|"
    r"mulher|advogad[oa]|polic\u00eda|familia|famille|famiglia|fam\u00edlia) )"
    r"|(?P<article>\b(?:an?|two|three|four|several|many|some|other|young|old) ))\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s*(?:[.,;:!?)\"'\]}]|$)|\s(?:and|or|who|by birth|but|und|et|y)\b")
_NOT_PEOPLE = lazily(
    r"-(?:speaking|language|style|made|based)| (?:language|translation|version|wine|food|cheese|"
    r"cuisine|"
    r"restaurant|text|keyboard|locale|market|economy|dollar|pound|edition|word|grammar|lesson|"
    r"class|course|literature|history|war|coast|museum|church|school|university|embassy)",
    re.IGNORECASE,
)


def _check(match: re.Match[str]) -> Checked | None:
    """A people's name; the words beside it say whether it speaks of somebody."""
    word = match[0].lower()
    if word not in _ALL:
        return None
    if match[0].islower() and word in _NOT_IN_LOWER_CASE:
        return None
    score, reason = _score(match, word)
    if match[0].islower() and score < LIKELY:
        return None
    return Checked(*match.span(), score, reason=reason)


def _score(match: re.Match[str], word: str) -> tuple[float, str]:
    text, start, end = match.string, match.start(), match.end()
    if _NOT_PEOPLE.match(text, end):
        return FAINT, ""
    behind = _BEHIND.match(text, end)
    before = _BEFORE.search(text, max(0, start - 48), start)
    if behind is not None and behind["belonging"]:
        return SURE, "word of belonging"
    if before is not None and before["belonging"] and (_counts(before) or behind is not None):
        return SURE, "word of belonging"
    if behind is not None:
        whole = behind["person"].lower() in _WHOLE and text[max(0, start - 4) : start] == "the "
        return (0.45 if whole else LIKELY), "person"
    if before is not None and before["person"]:
        return LIKELY, "person"
    if before is not None and before["article"] and _ENDS.match(text, end) and word in _NOUNS:
        return LIKELY, "article"
    return _alone(match[0], word), "name of a group"


def _counts(before: re.Match[str]) -> bool:
    """`of` alone says nothing; every other word of belonging does."""
    return before["belonging"].strip().lower() not in ("of", "of a", "of an")


def _alone(written: str, word: str) -> float:
    """A group's own name counts in itself; an adjective of a country, or a first name, does not."""
    if word in _NAMES_TOO or written.islower():
        return FAINT
    if word in BELIEFS or word in PARTIES:
        return MEMBERS if word in _MEMBERS else 0.45
    if word in GROUPS:
        return 0.45
    return 0.4 if word.endswith("s") and word[:-1] in PEOPLES else FAINT


_WHOLE: Final = words("people population community communities families workers citizens voters")
"""`the American people` speaks of nobody."""
_MEMBERS: Final = words(
    "muslim muslims moslem moslems shia shiite shiites sunni sunnis alevi alevis jewish jew jews "
    "christians catholics protestants sikh sikhs hindus buddhists mormons atheists republicans "
    "democrats communists socialists kurd kurds juden muslime muslimin katholiken christen "
    "juifs musulmans judíos musulmanes ebrei musulmani moslims joden"
)
_NOUNS: Final = _ALL - words(
    "british english irish french dutch spanish danish swedish turkish polish"
)
"""What can stand behind an article alone: `a Muslim`, `an Italian`."""

_SHORT: Final = 5
_COMMON_STARTS: Final = words(
    "commu servi metho socia scien statu testi prote parag indis catal chris lette"
)
"""Beginnings of everyday words: the anchor reads on where a word begins so."""


def _beginning(form: str) -> str:
    """As much of a word as tells it from everyday words."""
    return form[: 8 if form[:_SHORT] in _COMMON_STARTS else _SHORT]


def _with_capitals(forms: Iterable[str]) -> set[str]:
    """Also with a capital first letter where that letter is beyond ASCII."""
    listed = set(forms)
    return listed | {form[0].upper() + form[1:] for form in listed if not form[0].isascii()}


def _anchor(beginnings: Iterable[str]) -> str:
    """In UTF-8 bytes written as Latin-1; `\\b` knows ASCII alone, so others stand without it."""
    in_bytes = sorted(beginning.encode().decode("latin-1") for beginning in beginnings)
    plain = "|".join(beginning for beginning in in_bytes if beginning[0].isascii())
    return rf"\b(?:{plain})|(?:{'|'.join(form for form in in_bytes if not form[0].isascii())})"


_BEGINNINGS: Final = sorted(_with_capitals(_beginning(form) for form in _ALL))
_OF_TWO_WORDS: Final = sorted(form for form in _ALL if not form.isalpha())
_LETTERS: Final = r"A-Za-z\u00c0-\u024f"
_LONGEST: Final = max(len(form) for form in _ALL)

PATTERNS: Final = (
    Pattern(
        name="nrp.group",
        entity_type="NRP",
        regex=rf"(?<![{_LETTERS}0-9_@#/.-])"
        rf"(?:(?:{factored('|'.join(_OF_TWO_WORDS))})"
        rf"|(?:{factored('|'.join(_BEGINNINGS))})[{_LETTERS}]{{0,14}})"
        rf"(?![{_LETTERS}0-9_]|[@/][A-Za-z])",
        anchor=_anchor(_BEGINNINGS),
        reach=8,
        longest=max(_LONGEST, 8 + 14) + 2,
        score=FAINT,
        check=_check,
        ignore_case=True,
    ),
)
