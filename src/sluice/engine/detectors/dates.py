"""Dates and times: ISO, numeric, and written out in the languages of the table below."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from typing import Final, NamedTuple

from sluice.engine.patterns import Checked, Pattern, context

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
    "expiry deadline day when meeting appointment scheduled geboren geburtsdatum datum",
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
    """The whole match if its time is one, else the date alone."""
    end = match.end() if _is_clock(match[0][match.end("date") - match.start() :]) else -1
    return Checked(match.start(), end if end >= 0 else match.end("date"), score)


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
    return 0.55 if match["b"][0] == "0" else 0.3


def _time(match: re.Match[str]) -> Checked | None:
    """A time of day; `am`, seconds or a zone make it sure."""
    if not _is_clock(match[0]):
        return None
    hour = match["hour"]
    marked = match["half"] or match["zone"] or match[0].count(":") == 2
    if match["half"] and not 1 <= int(hour) <= 12:
        return None
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
_WORDS: Final = frozenset(("may", "march", "mar", "sat", "sun", "jan", "august", "mai", "mars"))


def _written(match: re.Match[str]) -> Checked | None:
    """A month by its name, with a day or a year; the day is in the month."""
    parts = match.groupdict()
    month = _NUMBERS.get(match["month"].lower(), 0)
    if not _is_day(int(parts.get("y") or 2000), month, int(parts.get("d") or 1)):
        return None
    bare = parts["month"] in _WORDS and not parts.get("y")
    end = match.end() - (match[0][-1] == "." and match[0][-3:].lower() != ".m.")
    if bare or (match["month"].islower() and not (parts.get("y") or parts.get("ordinal"))):
        return Checked(match.start(), end, 0.3)
    complete = bool(parts.get("y") and parts.get("d"))
    return Checked(match.start(), end, 0.85 if complete else 0.6)


# In English a dot behind a number ends a sentence or numbers a list.
_ORDINALS: Final = (r"er|º|ª|\.", r"st|nd|rd|th")


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _in_bytes(names: Iterable[str]) -> str:
    """The names' first three letters for an anchor: UTF-8 bytes written as Latin-1."""
    return "|".join(sorted({name[:3].encode().decode("latin-1") for name in names}))


def _written_patterns(calendar: Calendar) -> tuple[Pattern, ...]:
    """The three ways of writing a date out: day first, month first, month and year."""
    month = rf"(?P<month>{_alternatives(calendar.months)})"
    weekday = rf"(?:(?:{_alternatives(calendar.weekdays)})\.?,? )?"
    begin = _in_bytes(calendar.months)
    ordinal = rf"(?P<ordinal>{_ORDINALS[calendar.language == 'en']})?"
    forms = (
        (
            "day_first",
            rf"(?<![\w.,/:-]){weekday}(?P<d>\d{{1,2}}){ordinal}(?: of| de)?[ -]{month}"
            rf"(?![A-Za-z])\.?(?:(?:,? | de |-)(?P<y>\d{{4}}))?{_TIME_BEHIND}(?!\w|:\d|\.\d)",
            rf"\d(?:st|nd|rd|th|er|\xc2\xba|\xc2\xaa|\.)?(?: of| de)?[ \-](?:{begin})",
            40,
        ),
        (
            "month_first",
            rf"(?<![\w-]){weekday}{month}(?![A-Za-z])\.? {{1,2}}(?:the )?(?P<d>\d{{1,2}}){ordinal}"
            rf"(?:,? (?P<y>\d{{4}}))?{_TIME_BEHIND}(?!\w|:\d|\.\d)",
            rf"(?:{begin})[a-z\x80-\xff]{{0,8}}\.? {{1,2}}(?:the )?\d",
            40,
        ),
        (
            "month_year",
            rf"(?<![\w-]){month}(?![A-Za-z])\.?(?:,? | of | de )(?P<y>\d{{4}})(?!\w|-\d)",
            rf"(?:{begin})[a-z\x80-\xff]{{0,8}}\.?(?:,? | of | de )\d{{4}}",
            30,
        ),
    )
    return tuple(
        Pattern(
            name=f"date.{calendar.language}_{form}",
            entity_type="DATE_TIME",
            regex=regex,
            anchor=anchor,
            reach=reach,
            longest=60 + _LONGEST_TIME,
            score=0.6,
            check=_written,
            ignore_case=True,
            languages=frozenset((calendar.language,)),
        )
        for form, regex, anchor, reach in forms
    )


_NUMERIC: Final = (
    Pattern(
        name="date.year_first",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.])(?<!\d[-/])(?P<date>(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)"
        rf"(?P<d>\d{{1,2}})){_TIME_BEHIND}(?!\d|[A-SU-Za-z_]|[-/:.]\d)",
        anchor=r"\b\d{4}[\-/.]\d{1,2}[\-/.]\d",
        reach=9,
        longest=11 + _LONGEST_TIME,
        score=0.85,
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
        check=_year_last,
        context=_CONTEXT,
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
        score=0.9,
        check=_written,
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
        regex=r"(?<![\w.:/,$-])(?P<hour>\d{1,2}) ?[ap](?:m\b|\.m\b\.?)(?!\w)",
        anchor=r"\b\d{1,2} ?[ap]\.?m",
        reach=6,
        longest=9,
        score=0.7,
        check=_hour,
        ignore_case=True,
    ),
)

PATTERNS: Final = _NUMERIC + tuple(
    pattern for calendar in CALENDARS for pattern in _written_patterns(calendar)
)
