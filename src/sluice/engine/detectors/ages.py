"""Ages of people: `34 years old`, `aged 71`, `varón de 54 años`, `45-jährige`, `"age": 42`.

The same words with another number are a duration (`for 5 years`, `hace 10 años`), a guarantee or
the age of a thing; what stands directly before and behind tells them apart.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import Checked, Pattern, byte_pattern, lazily

_MOST: Final = {"year": 120, "month": 36, "week": 52, "day": 60}
"""The largest number of each unit that people give as an age."""

_UNITS: Final = {
    "year": r"years?|yrs?|jahren?|jahre|ans?|a\u00f1os?|anios?|anni|anno|anos?|jaar",
    "month": r"months?|monaten?|monat|mois|meses|mes|mesi|mese|m\u00eas|maanden|maand",
    "week": r"weeks?|wochen?|semaines?|semanas?|settimane?|weken|week",
    "day": r"days?|tagen?|tage|jours?|d\u00edas?|giorni|giorno|dias?|dagen",
}
_UNIT: Final = "|".join(_UNITS.values())
_TENS: Final = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_ONES: Final = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED: Final = (
    rf"(?:{_TENS})(?:[- ](?:{_ONES}))?|{_ONES}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|"
    "(?:veinti|treinta y |cuarenta y |cincuenta y |sesenta y |setenta y |ochenta y |noventa y )"
    "(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)|veinte|treinta|cuarenta|cincuenta|"
    "sesenta|"
    "setenta|ochenta|noventa|diecis\u00e9is|diecisiete|dieciocho|diecinueve|dos|tres|cuatro|cinco|"
    "seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|"
    "deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|"
    "zwei|drei|vier|f\u00fcnf|sechs|sieben|acht|neun|zehn|elf|zw\u00f6lf|"
    "due|tre|quattro|cinque|sei|sette|otto|nove|dieci|"
    "dois|duas|tr\u00eas|quatro|sete|oito|dez|"
    "twee|drie|vijf|zes|zeven|negen|tien"
)

_OLD = lazily(
    r"(?P<old>[- ]olds?\b)|,? (?:of age|de edad|alt|di et\u00e0|de idade|d['\u2019]\u00e2ge|oud)\b",
    re.IGNORECASE,
)
_THINGS = lazily(
    r" (?:\w+ )?(?:company|companies|firm|business|car|vehicle|building|house|home|tree|"
    r"whisk(?:e)?y|"
    r"wine|scotch|bug|issue|code|codebase|software|system|technology|law|policy|dispute|conflict|"
    r"tradition|institution|organi[sz]ation|agency|program(?:me)?|project|site|website|server|"
    r"laptop|phone|version|data|file|church|bridge|record|startup|brand|problem|question|ticket|"
    r"account|practice|rule|document|standard|model|machine|app|industry|city|town)s?\b",
    re.IGNORECASE,
)
_PERSON: Final = (
    r"var[o\u00f3]n(?:es)?|mujer|hombre|paciente|ni\u00f1[oa]|chic[oa]|lactante|joven|anciano|"
    r"anciana|"
    r"adolescente|se\u00f1ora?|hij[oa]|hermanos?|hermanas?|padre|madre|escolar|neonato|"
    r"reci\u00e9n nacid[oa]|"
    r"homme|femme|patiente?|fille|gar\u00e7on|enfant|monsieur|madame|p\u00e8re|m\u00e8re|fils|"
    r"nourrisson|"
    r"uomo|donna|ragazz[oa]|bambin[oa]|signora?|mann|frau|m\u00e4dchen|junge|patientin|kind|"
    r"vrouw|man|jongen|meisje|pati[e\u00eb]nte?|homem|mulher|menin[oa]|crian\u00e7a|raza|origen|"
    r"blanc[oa]|sexo|boy|girl|woman|patient|male|female|masculino|femenin[oa]|natural|edad"
)
_BEFORE = lazily(
    rf"(?:\b(?:{_PERSON})\w{{0,2}}(?:[ ,]{{1,2}}[^\W\d_]+){{0,3}}?,? (?:de|di|von|van|mit|con|"
    rf"com)(?: unos| alrededor de)? "
    rf"|\b(?:{_PERSON})(?: [^\W\d_]+){{0,2}}, (?:de )?|\ba los |\b(?:desde|hasta) los "
    r"|\b(?:aged|age of|at the age of|at age|im alter von|\u00e2g\u00e9e?s? (?:de|"
    r"d['\u2019]environ)|"
    r"\u00e0 l['\u2019]\u00e2ge (?:de|d['\u2019]))(?: about| around| approximately| circa| etwa)? "
    r"|\b(?:tiene|ten\u00eda|tengo|con|cumpli\u00f3|cumple|edad de|all['\u2019]et\u00e0 di|"
    r"et\u00e0 di|"
    r"ho|ha compiuto|aveva|j['\u2019]ai|il a|elle a|avait|avoir|tenho|tem|tinha|ik ben|"
    r"is|leeftijd van|op de leeftijd van|idade de|a edad de|la edad de) "
    r"|\b(?:age|edad|alter|\u00e2ge|et\u00e0|leeftijd|idade)[\"']? {0,2}[:=]? {0,2}[\"']?)\Z",
    re.IGNORECASE,
)
_PLAIN_VERB = lazily(
    r"\b(?:a los|desde los|hasta los|con|ho|il a|elle a|is|tem|tiene|ten\u00eda|avait|avoir|"
    r"aveva) \Z",
    re.IGNORECASE,
)
_DURATION_BEHIND = lazily(
    r" (?:de (?:evoluci\u00f3n|seguimiento|duraci\u00f3n|antig\u00fcedad|experiencia|"
    r"exp\u00e9rience|"
    r"prison|r\u00e9clusion|tratamiento|prisi\u00f3n|vida|pena|cadeia|priva)|d['\u2019]|di "
    r"(?:reclus|esper|"
    r"carcer)|erfahrung|haft|freiheitsstrafe|gevangenis|later|ago|after|despu\u00e9s|antes|fa\b|"
    r"previos|dopo|prima|apr\u00e8s|avant|plus|of (?:experience|service|prison|imprisonment))",
    re.IGNORECASE,
)


def _with_unit(match: re.Match[str]) -> Checked | None:
    """A number of years: the age of somebody if the words beside it say so."""
    text, start, end = match.string, match.start(), match.end()
    if not _is_plausible(match["number"], match["unit"]):
        return None
    old = _OLD.match(text, end)
    if old is not None:
        stop = old.end() if old["old"] else end
        bound = _BOUND.search(text, max(0, start - 20), start)
        score = 0.4 if bound else _old_score(text, old.end())
        return Checked(start, stop, score, reason="words of age")
    before = _BEFORE.search(text, max(0, start - 60), start)
    if before is None and _is_unit("year", match["unit"]) and _is_apposition(text, start, end):
        return Checked(start, end, 0.6, reason="behind a name")
    if before is None or _DURATION_BEHIND.match(text, end):
        return None
    loose = _PLAIN_VERB.search(text, max(0, start - 12), start) is not None
    if loose and text.startswith((" de ", " del "), end):
        return None  # `a los 2 años de la cirugía`
    month = not _is_unit("year", match["unit"])
    return Checked(
        start, end, 0.3 if loose and month else 0.6 if loose else 0.85, reason="words of age"
    )


def _is_apposition(text: str, start: int, end: int) -> bool:
    """Whether it stands between commas behind a word with a capital: `Bruno Roy, 57 ans, …`."""
    named = _NAMED.search(text, max(0, start - 30), start) is not None
    return named and text[end : end + 1] in (",", ")", ";")


_NAMED = re.compile(r"[A-Z\u00c0-\u00de][^\W\d_]+(?:, | \()\Z")


def _bare(match: re.Match[str]) -> Checked | None:
    """`Jane Roe, 46, of Leeds`: a number between commas behind a name."""
    start = match.start("number")
    if _NAMED.search(match.string, max(0, start - 30), start) is None:
        return None
    return Checked(*match.span("number"), 0.65, reason="behind a name")


def _old_score(text: str, end: int) -> float:
    return 0.3 if _THINGS.match(text, end) else 0.85


def _is_unit(name: str, unit: str) -> bool:
    return re.fullmatch(_UNITS[name], unit, re.IGNORECASE) is not None


def _is_plausible(number: str, unit: str) -> bool:
    """Whether people are so old; numbers in words always are."""
    if not number.isdecimal():
        return True
    most = next(most for name, most in _MOST.items() if _is_unit(name, unit))
    return 0 < int(number) <= most


_BOUND = lazily(
    r"\b(?:under|over|below|above|minimum|maximum|least|than|max|min|legal) (?:the "
    r")?\Z",
    re.IGNORECASE,
)
_BOUND_BEHIND = lazily(
    r" ?(?:\+|and (?:over|older|up|under|above)|or (?:older|over|under)|to \d|-\d|%)"
)
_UNIT_BEHIND = lazily(rf" (?:{_UNIT})\b(?:[- ]old\b)?", re.IGNORECASE)


def _labelled(match: re.Match[str]) -> Checked | None:
    """A number behind `age`, if it is not the limit of a rule."""
    text, (start, end) = match.string, match.span("number")
    if not 0 < int(match["number"]) <= _MOST["year"]:
        return None
    if _BOUND.search(text, max(0, match.start() - 20), match.start()):
        return Checked(start, end, 0.3)
    if _BOUND_BEHIND.match(text, end):
        return Checked(start, end, 0.3)
    unit = _UNIT_BEHIND.match(text, end)
    sure = match["sign"] is not None or match["label"].lower() in ("aged", "age of")
    return Checked(start, unit.end() if unit else end, 0.8 if sure else 0.6, reason="label")


def _spelled(match: re.Match[str]) -> Checked | None:
    """`at the age of sixteen`."""
    return Checked(*match.span("number"), 0.8, reason="words of age")


def _compound(match: re.Match[str]) -> Checked | None:
    """`45-jährige`, `45enne`: a person's age unless a thing of that age follows."""
    if not 0 < int(match["number"]) <= _MOST["year"]:
        return None
    thing = _GERMAN_THINGS.match(match.string, match.end())
    return Checked(*match.span(), 0.3 if thing else 0.75, reason="words of age")


_GERMAN_THINGS = lazily(
    r" (?:Jubil|Garantie|Erfahrung|Laufzeit|Bestehen|Berufserfahrung|Mietvertrag|Zeitraum|"
    r"Freiheitsstrafe|Haftstrafe|Pause|Zusammenarbeit|Tradition|Geschichte|Entwicklung|Krieg|"
    r"Ausbildung|Vertrag|Frist|Dauer|periode|garantie|ervaring|bestaan|contract|termijn|oorlog)"
)


def _short(match: re.Match[str]) -> Checked | None:
    """`34 yo`, `34 y/o`."""
    return (
        Checked(*match.span(), 0.8, reason="words of age") if int(match["number"]) <= 120 else None
    )


def _said(match: re.Match[str]) -> Checked | None:
    """`I'm 34.`"""
    return Checked(*match.span("number"), 0.55, reason="words of age")


def _decade(match: re.Match[str]) -> Checked | None:
    """`in her early thirties`."""
    return Checked(*match.span("age"), 0.6, reason="words of age")


_LABELS: Final = r"age of|aged|age|edad|alter|\u00e2ge|et\u00e0|leeftijd|idade"
_CAMEL_LABELS: Final = (
    r"(?:(?<![A-Za-z\u00c0-\u024f])(?<!max[-_ ])(?<!min[-_ ])|(?-i:(?<=[a-z])(?=[A-Z])))"
)

PATTERNS: Final = (
    Pattern(
        name="age.unit",
        entity_type="AGE",
        regex=rf"(?<![\w.,:/$+-])(?P<number>\d{{1,3}}|{_SPELLED})(?: {{1,2}}|-)?"
        rf"(?P<unit>{_UNIT})(?![A-Za-z0-9_\u00c0-\u024f])",
        anchor=rf"\b(?:\d{{1,3}}|{byte_pattern(_SPELLED)})(?: {{1,2}}|-)?"
        rf"(?:{byte_pattern(_UNIT)})\b",
        reach=19 + 2 + 8,
        longest=19 + 2 + 8 + 2,
        score=0.6,
        check=_with_unit,
        ignore_case=True,
    ),
    Pattern(
        name="age.label",
        entity_type="AGE",
        regex=rf"{_CAMEL_LABELS}(?P<label>{_LABELS})(?:(?P<sign>[\"']? {{0,3}}[:=] {{0,3}}[\"']?)| "
        r"(?:about |around |is )?)(?P<number>\d{1,3})(?![\w%]|[.,:/]\d)",
        anchor=rf"(?:{byte_pattern(_LABELS)})"
        r"(?:[\"']? {0,3}[:=] {0,3}[\"']?| (?:about |around |is )?)\d",
        reach=8 + 9 + 1,
        longest=8 + 9 + 3 + 2,
        score=0.6,
        check=_labelled,
        ignore_case=True,
    ),
    Pattern(
        name="age.spelled",
        entity_type="AGE",
        regex=rf"(?<!\w)(?:aged|at the age of|at age) (?P<number>(?:{_TENS})(?:[- ](?:{_ONES}))?|"
        rf"{_ONES}|"
        r"ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
        r"nineteen)(?![\w-])",
        anchor=rf"\b(?:aged|at the age of|at age) (?:{_TENS}|{_ONES}|ten|ele|twel|thir|four|fif|"
        rf"six|"
        r"seven|eigh|nine)",
        reach=14 + 8,
        longest=14 + 16 + 1,
        score=0.8,
        check=_spelled,
        ignore_case=True,
    ),
    Pattern(
        name="age.compound",
        entity_type="AGE",
        regex=r"(?<![\w.,:/-])(?P<number>\d{1,3})(?:[ -]?j\u00e4hrig(?:e[rnms]?)?|[ "
        r"-]?jaehrig(?:e[rnms]?)?|"
        r"-?jarige[ns]?|[ -]?enn[ei])(?![A-Za-z\u00c0-\u024f])",
        anchor=r"\d[ -]?(?:j\xc3\xa4hrig|jaehrig|jarige|enn[ei])",
        reach=3 + 1 + 7,
        longest=3 + 1 + 9 + 1,
        score=0.75,
        check=_compound,
    ),
    Pattern(
        name="age.short",
        entity_type="AGE",
        regex=r"(?<![\w.,:/-])(?P<number>\d{1,3})[ -]?(?:y/?o|y\.o\.?|yr?s?[ -]old"
        r"|[mf](?= (?:w/|with |who |presents|presenting|pt|patient|hx|s/p|admitted|seen|c/o)))"
        r"(?!\w)",
        anchor=r"\d[ -]?(?:y/?o|y\.o|yr?s?[ -]old|[mf] (?:w|p|h|s|a|c))",
        reach=3 + 1 + 7,
        longest=3 + 1 + 7 + 12,
        score=0.8,
        check=_short,
        ignore_case=True,
    ),
    Pattern(
        name="age.said",
        entity_type="AGE",
        regex=r"(?<!\w)(?:i['\u2019]?m|i am|(?:just )?turn(?:ed|ing|s)) "
        r"(?P<number>[1-9]\d)(?=[.,;!)]{0,1}(?:\s|$)"
        r"(?!(?:million|billion|thousand|hundred|people|pages|minutes|hours|days|weeks|months|miles|km|percent|degrees|feet|points|of|in|on)\b))",
        anchor=r"(?:\bi(?:'|\xe2\x80\x99)?m|\bi am|turn(?:ed|ing|s)) [1-9]\d",
        reach=15 + 3,
        longest=15 + 3 + 10,
        score=0.55,
        check=_said,
        ignore_case=True,
    ),
    Pattern(
        name="age.apposition",
        entity_type="AGE",
        regex=r"(?<=[a-z], )(?P<number>[1-9]\d)(?=, (?:an?|of|from|who|was|is|has|had|said|says"
        r"|told|died|formerly|appeared|pleaded|denied|admitted|lives|and (?:his|her))\b)",
        anchor=r"[a-z], [1-9]\d, [a-z]",
        reach=6,
        longest=2 + 13,
        score=0.65,
        check=_bare,
    ),
    Pattern(
        name="age.decade",
        entity_type="AGE",
        regex=r"(?<!\w)in (?:his|her|my|their) (?P<age>(?:early |mid[- ]?|late "
        r")?(?:[2-9]0['\u2019]?s|"
        r"twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties))(?!\w)",
        anchor=r"\bin (?:his|her|my|their) (?:early |mid[- ]?|late )?(?:[2-9]0|twen|thir|for|fif|"
        r"six|"
        r"seven|eigh|nine)",
        reach=3 + 6 + 6 + 5,
        longest=3 + 6 + 6 + 10 + 1,
        score=0.6,
        check=_decade,
        ignore_case=True,
    ),
)
