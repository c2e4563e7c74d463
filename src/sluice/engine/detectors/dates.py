"""Dates and times: ISO, numeric, and written out in the languages of the table below."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from typing import Final, NamedTuple

from sluice.engine.detectors.birth import dated
from sluice.engine.patterns import Checked, Pattern, alternatives, context, factored

FIRST_YEAR: Final = 1700
LAST_YEAR: Final = 2199

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|CES?T|EES?T|WES?T|[ECMP][SD]T|BST|IST|JST|[+-]\d{2}:?\d{2}))?"
_HALF = r"(?: ?[AaPp](?:[Mm]\b|\.[Mm]\b\.?))?"
_TIME_BEHIND = rf"(?:(?:T|,? (?:at |um )?){_CLOCK}{_HALF}{_ZONE})?"
_LONGEST_TIME: Final = 50
# Not the offset of a zone: `+05:30`.
_CLOCKS = re.compile(r"(?<![\d+-])(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_CONTEXT: Final = context(
    "date dated born birth dob birthday birthdate due since until till before after on expires "
    "expiry deadline day when meeting appointment scheduled geboren geburtsdatum datum fecha día "
    "nacimiento ingreso alta naissance nascita data nascimento geboortedatum",
    "version versions v release ratio score odds chapter verse section page pages part scale "
    "resolution ip",
    boost=0.15,
    drop=0.35,
)


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    return (
        FIRST_YEAR <= year <= LAST_YEAR
        and 1 <= month <= 12
        and 1 <= day <= monthrange(year, month)[1]
    )


def _is_clock(text: str) -> bool:
    """Whether every `h:mm[:ss]` in a match is a time of day."""
    return all(
        int(hour) <= 23 and int(minute) <= 59 and int(second or 0) <= 60
        for hour, minute, second in _CLOCKS.findall(text)
    )


def _year_first(match: re.Match[str]) -> Checked | None:
    """`2024-01-31`, with a time perhaps."""
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if not _is_day(year, month, day):
        return None
    return _with_clock(match, 0.85)


def _with_clock(match: re.Match[str], score: float) -> Checked:
    """The whole match if its time is one, else the date alone; a log's own stamp is no finding."""
    timed = match.end() > match.end("date")
    end = match.end() if _is_clock(match[0][match.end("date") - match.start() :]) else -1
    if timed and end >= 0 and is_stamp(match.string, match.start(), end):
        return Checked(match.start(), end, STAMP, reason="time stamp")
    return dated(match.string, match.start(), end if end >= 0 else match.end("date"), score)


STAMP: Final = 0.3
"""The score of the time stamp that begins a line of a log; context words may not make it likely."""
_STAMPED = re.compile(
    r"(?:(?:\A|\n|\\n)[ \t]{0,4}[\[(<\"']{0,2}(?:[\w.-]{1,24} [|:-] ?)?"
    r"|[\"'](?:@?timestamp|ts|time|asctime|date_?time|logged_?at)[\"'] ?: ?[\"']"
    r"|\b(?:ts|time|timestamp|t)=[\"']?)\Z",
    re.IGNORECASE,
)
_LOGGED = re.compile(r"(?:[.,]\d{1,9}|Z|[\])>\"',:])*[ \t|,-]+\S|[\"'],?")


def is_stamp(text: str, start: int, end: int) -> bool:
    """Whether a date with a time begins a line that goes on, or is a log's field of time."""
    stamped = _STAMPED.search(text, max(0, start - 36), start)
    return stamped is not None and _LOGGED.match(text, end) is not None


def _year_last(match: re.Match[str]) -> Checked | None:
    """`31.01.2024`, `1/31/24`: in either order of day and month."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    short = len(match["y"]) == 2
    year += 2000 if short else 0
    if not (_is_day(year, second, first) or _is_day(year, first, second)):
        return None
    return _with_clock(match, _short_year_score(match) if short else 0.85)


def _short_year_score(match: re.Match[str]) -> float:
    """`31/1/84` is a date; with dots or dashes only a leading zero tells it from a version."""
    if match["sep"] == "/":
        return 0.6
    if match["b"][0] == "0" or _DAY_BEFORE.search(
        match.string, max(0, match.start() - 8), match.start()
    ):
        return 0.55
    return 0.3


_DAY_BEFORE = re.compile(
    r"\b(?:el|día|on|le|am|vom|del|op|il|em|dated|since|until|till|before|after|by) \Z",
    re.IGNORECASE,
)


def _without_year(match: re.Match[str]) -> Checked | None:
    """`am 22.3.`, `on 3/14`: behind such a word, in either order; small ones may be fractions."""
    first, second = int(match["a"]), int(match["b"] or match["c"])
    if not (_is_day(2000, second, first) or _is_day(2000, first, second)):
        return None
    fraction = match["sep"] == "/" and max(first, second) <= 4 and "0" not in match["date"]
    around_the_clock = (first, second) == (24, 7)
    score = 0.3 if fraction or around_the_clock else 0.6
    return Checked(*match.span("date"), score, reason="calendar")


_OF_A_DATE = re.compile(r"[-/]\d{2}(?:\d{2})?[ T]\Z", re.ASCII)


_OPENS_LINE = re.compile(r"(?:\n|\A)[\[(]\Z")
"""Before the time of a message: `[09:02] morning!`."""


def _time(match: re.Match[str]) -> Checked | None:
    """A time of day; `am`, seconds or a zone make it sure."""
    if not _is_clock(match[0]):
        return None
    hour = match["hour"]
    marked = match["half"] or match["zone"] or match[0].count(":") == 2
    if match["half"] and not 1 <= int(hour) <= 12:
        return None
    if _OF_A_DATE.search(match.string, max(0, match.start() - 6), match.start()):
        return None  # The date's own pattern reads it.
    if match[0].count(":") == 2 and is_stamp(match.string, *match.span()):
        return Checked(*match.span(), STAMP, reason="time stamp")
    if not match["half"] and _OPENS_LINE.search(
        match.string, max(0, match.start() - 2), match.start()
    ):
        return Checked(*match.span(), STAMP, reason="time stamp")
    return Checked(*match.span(), 0.75 if marked else 0.55 if len(hour) == 2 else 0.45)


def _hour(match: re.Match[str]) -> Checked | None:
    """`5 pm`."""
    return Checked(*match.span(), 0.7) if 1 <= int(match["hour"]) <= 12 else None


class Calendar(NamedTuple):
    """The names that a language gives to months (with their numbers) and to days of the week."""

    language: str
    months: dict[str, int]
    weekdays: tuple[str, ...]


def _calendar(language: str, months: str, weekdays: str) -> Calendar:
    numbered = {
        name: number for number, names in enumerate(months.split(), 1) for name in names.split("/")
    }
    return Calendar(language, numbered, tuple(weekdays.split()))


CALENDARS: Final = (
    _calendar(
        "en",
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug "
        "september/sept/sep october/oct november/nov december/dec",
        "monday tuesday wednesday thursday friday saturday sunday mon tues tue wed thurs thur thu "
        "fri sat sun",
    ),
    _calendar(
        "de",
        "januar/jänner/jan februar/feber/feb märz/mär april/apr mai juni/jun juli/jul august/aug "
        "september/sept/sep oktober/okt november/nov dezember/dez",
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa",
    ),
    _calendar(
        "fr",
        "janvier/janv février/févr mars avril/avr mai juin juillet/juil août septembre/sept "
        "octobre/oct novembre/nov décembre/déc",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    ),
    _calendar(
        "es",
        "enero/ene febrero/feb marzo/mar abril/abr mayo junio/jun julio/jul agosto/ago "
        "septiembre/setiembre/sept octubre/oct noviembre/nov diciembre/dic",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
    _calendar(
        "it",
        "gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago "
        "settembre/set ottobre/ott novembre/nov dicembre/dic",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    ),
    _calendar(
        "nl",
        "januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug "
        "september/sept/sep oktober/okt november/nov december/dec",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    ),
    _calendar(
        "pt",
        "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago "
        "setembro/set outubro/out novembro/nov dezembro/dez",
        "segunda terça quarta quinta sexta sábado domingo",
    ),
)
_NUMBERS: Final = {
    name: number for calendar in CALENDARS for name, number in calendar.months.items()
}
# Words that are months too: in lower case they count only beside a year.
_WORDS: Final = frozenset(
    (
        "out",
        "set",
        "ago",
        "gen",
        "ene",
        "may",
        "march",
        "mar",
        "sat",
        "sun",
        "jan",
        "august",
        "mai",
        "mars",
    )
)


def _written(match: re.Match[str]) -> Checked | None:
    """A month by its name, with a day or a year; the day is in the month."""
    parts = match.groupdict()
    name = match["month"].lower()
    month, day = _NUMBERS.get(name, 0), int(parts.get("d") or 1)
    year = int(parts.get("y") or 2000)
    if not _is_day(year if year > 99 else 2000, month, day):
        return None
    end = match.end() - (match[0][-1] == "." and match[0][-3:].lower() != ".m.")
    score = _written_score(match, parts, name)
    return dated(match.string, match.start(), end, score)


def _written_score(match: re.Match[str], parts: dict[str, str | None], name: str) -> float:
    """A word that is a month too needs a year, and so does English without its capital."""
    year, ordinal = parts.get("y"), parts.get("ordinal")
    if parts["month"] in _WORDS and not year:
        return 0.3
    if match["month"] in _NEVER_LOWER and not parts.get("d"):
        return 0.3
    if ordinal == "." and not year and not _IN_GERMAN.search(match.string, 0, match.start("d")):
        return 0.3
    if match["month"].islower() and not (year or ordinal) and name in _ENGLISH:
        start = match.start()
        return 0.6 if _DAY_BEFORE.search(match.string, max(0, start - 8), start) else 0.3
    return 0.85 if year and parts.get("d") else 0.6


_NEVER_LOWER: Final = frozenset(("set", "out", "ago", "gen", "mar", "may", "jan", "sat"))
_ENGLISH: Final = frozenset(CALENDARS[0].months)
_IN_GERMAN = re.compile(r"\b(?:am|vom|bis|bis zum|zum|den|der|dem|seit|ab|und|,) \Z", re.IGNORECASE)


def _logged(match: re.Match[str]) -> Checked | None:
    """A web server's time stamp: `02/Jan/2024:10:11:12 +0000`; nobody's date."""
    found = _written(match)
    return None if found is None else found._replace(score=0.45)


def _in_bytes(names: Iterable[str]) -> str:
    """The names' first three letters for an anchor: UTF-8 bytes written as Latin-1."""
    return "|".join(sorted({name[:3].encode().decode("latin-1") for name in names}))


_MONTH: Final = rf"(?P<month>{factored(alternatives(_NUMBERS))})"
_DAYS: Final = factored(alternatives(day for calendar in CALENDARS for day in calendar.weekdays))
_WEEKDAY: Final = rf"(?:(?:{_DAYS})(?:-feira)?\.?,? (?:the |le |el |den |d\. )?)?"
_BEGIN: Final = _in_bytes(_NUMBERS)
_ORDINAL: Final = r"(?P<ordinal>st|nd|rd|th|er|\u00ba|\u00aa|\.)?"
_TO: Final = r"(?: ?(?:-|\u2013|/) ?| (?:to|and|until|or|bis|und|et|au|y|al|e|a|tot|en|m\.) )"
_FROM: Final = rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.)?{_TO})?"
_YEAR: Final = (
    r"(?:(?:,? (?:of |de |del |del a\u00f1o |de l['\u2019]an )?|-|/)(?P<y>\d{4})(?!\d)"
    r"|-(?P<short>\d{2})(?![\d-]))?"
)
_NO_MORE: Final = r"(?!\w|:\d|\.\d)"

_WRITTEN: Final = tuple(
    Pattern(
        name=f"date.{form}",
        entity_type="DATE_TIME",
        regex=regex,
        anchor=anchor,
        reach=reach,
        longest=80 + _LONGEST_TIME,
        score=0.6,
        check=_written,
        ignore_case=True,
        also=frozenset({"DATE_OF_BIRTH"}),
    )
    for form, regex, anchor, reach in (
        (
            "day_first",
            rf"(?<![\w.,/:-]){_WEEKDAY}{_FROM}(?P<d>\d{{1,2}}){_ORDINAL}(?: day)?(?: of| de| "
            rf"d['\u2019])?[ -]?"
            rf"(?<=[ '\u2019-]){_MONTH}(?![A-Za-z\u00c0-\u024f])\.?{_YEAR}{_TIME_BEHIND}{_NO_MORE}",
            r"\d(?:st|nd|rd|th|er|\xc2\xba|\xc2\xaa|\.)?(?: day)?(?: of| de| d'| d\xe2\x80\x99)?[ "
            r"\-]?"
            rf"(?:{_BEGIN})",
            64,
        ),
        (
            "month_first",
            rf"(?<![\w/-]){_WEEKDAY}{_MONTH}(?![A-Za-z\u00c0-\u024f])\.? {{1,2}}(?:the "
            rf")?(?P<d>\d{{1,2}})"
            rf"{_ORDINAL}(?: ?[-\u2013] ?\d{{1,2}}(?:st|nd|rd|th)?(?![\d:.-]))?(?: ?,? "
            rf"(?P<y>\d{{4}}))?"
            rf"{_TIME_BEHIND}{_NO_MORE}",
            rf"(?:{_BEGIN})[a-z\x80-\xff]{{0,8}}\.? {{1,2}}(?:the )?\d",
            52,
        ),
        (
            "month_year",
            rf"(?<![\w/-]){_MONTH}(?![A-Za-z\u00c0-\u024f])\.?"
            r"(?:(?:,? | of | de | del | de l['\u2019]an | del a\u00f1o |-|/)(?P<y>\d{4})|"
            r"-(?P<short>\d{2}))(?!\w|-\d)",
            rf"(?:{_BEGIN})[a-z\x80-\xff]{{0,8}}\.?"
            r"(?:,? | of | de | del | de l(?:'|\xe2\x80\x99)an | del a\xc3\xb1o |[/-])\d{2}",
            36,
        ),
    )
)


_NUMERIC: Final = (
    Pattern(
        name="date.year_first",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.])(?<!\w[-/])(?P<date>(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)"
        rf"(?P<d>\d{{1,2}})){_TIME_BEHIND}(?!\d|[A-SU-Za-z_]|[-/:.]\d)",
        anchor=r"\b\d{4}[\-/.]\d{1,2}[\-/.]\d",
        reach=9,
        longest=11 + _LONGEST_TIME,
        score=0.85,
        also=frozenset({"DATE_OF_BIRTH"}),
        check=_year_first,
        context=_CONTEXT,
    ),
    Pattern(
        name="date.year_last",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.])(?<!\d[-/])(?P<date>(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)"
        rf"(?P<y>\d{{4}}|\d{{2}})){_TIME_BEHIND}(?!\w|[-/:.]\d)",
        anchor=r"\b\d{1,2}[\-/.]\d{1,2}[\-/.]\d{2}",
        reach=8,
        longest=11 + _LONGEST_TIME,
        score=0.85,
        also=frozenset({"DATE_OF_BIRTH"}),
        check=_year_last,
        context=_CONTEXT,
    ),
    Pattern(
        name="date.without_year",
        entity_type="DATE_TIME",
        regex=r"(?<![A-Za-z\u00c0-\u024f])(?:am|vom|bis|ab|zum|seit|den|el|d\u00eda|al|le|du|au|on|since|"
        r"until|il|dal|dia|op) "
        r"(?P<date>(?P<a>\d{1,2})(?:(?P<sep>/)(?P<b>\d{1,2})|\.(?P<c>\d{1,2})\.))(?![\w/%-]|[.,:]\d)",
        anchor=r"(?:am|vom|bis|ab|zum|seit|den|el|a|al|le|du|au|on|since|until|il|dal|dia|op) "
        r"\d{1,2}[/.]\d",
        reach=5 + 1 + 4,
        longest=5 + 1 + 6 + 2,
        score=0.6,
        check=_without_year,
        ignore_case=True,
    ),
    Pattern(
        name="date.compact",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.])(?P<date>(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})T(?:[01]\d|2[0-3])[0-5]\d"
        r"(?:[0-5]\d)?(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)(?!\w)",
        anchor=r"\b\d{8}T\d{4}",
        reach=13,
        longest=36,
        score=0.85,
        also=frozenset({"DATE_OF_BIRTH"}),
        check=_year_first,
    ),
    Pattern(
        name="date.log",
        entity_type="DATE_TIME",
        regex=r"(?<![\w/])(?P<d>\d{1,2})/(?P<month>[A-Z][a-z]{2})/(?P<y>\d{4})"
        r":\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?(?!\w)",
        anchor=r"\b\d{1,2}/[A-Z][a-z]{2}/\d{4}:",
        reach=12,
        longest=30,
        score=0.3,
        check=_logged,
    ),
    Pattern(
        name="date.time",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.:/+-])(?<!\d,)(?P<hour>\d{1,2}):\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
        rf"(?P<half>{_HALF})(?P<zone>{_ZONE})(?![\w%]|[:/.-]\w)",
        anchor=r"\b\d{1,2}:\d{2}",
        reach=5,
        longest=_LONGEST_TIME,
        score=0.55,
        check=_time,
        context=context(
            "at time clock from until till around by um uhr meeting appointment call start starts",
            "ratio score odds verse chapter scale aspect line version john matthew luke mark psalm",
            boost=0.15,
            drop=0.35,
        ),
    ),
    Pattern(
        name="date.hour",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.:/,$-])(?P<hour>\d{1,2})(?:\.[0-5]\d)? ?[ap](?:m\b|\.m\b\.?)(?!\w)",
        anchor=r"\b\d{1,2} ?[ap]\.?m",
        reach=9,
        longest=12,
        score=0.7,
        check=_hour,
        ignore_case=True,
    ),
)

PATTERNS: Final[tuple[Pattern, ...]] = _NUMERIC + _WRITTEN
