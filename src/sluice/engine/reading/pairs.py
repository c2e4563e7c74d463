"""Keys with values: JSON, YAML, INI, forms, queries, code, whatever writes `key: value`.

Each colon and equals sign is looked at by itself: the key is what stands before it, the value what
stands behind it. So nothing needs to be well-formed: documents may be cut off or stand in prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from sluice.engine.reading.deciding import Field, field_of, once
from sluice.engine.reading.keys import LONGEST, Meaning, Names, whole_meaning
from sluice.engine.reading.siblings import around

_SEPARATOR = re.compile(r"[:=]")
_KEY_BACKWARDS = re.compile(
    r"[ \t*_]{0,4}(?:\)[^()\n]{1,24}\([ \t]{0,2})?[)\]]?"
    r"(?:(?P<quote>[\"'`]\\{0,3})(?P<quoted>[^\"'`\\\n]{1,48})(?P=quote)"
    r"|(?P<label>[^\n,;{}()\[\]<>|\"'`=:?&!\t\\$@#/]{1,48}))"
)
_BLANK = re.compile(r"[ \t]{0,40}")
_OPENS = re.compile(r"(?:[A-Za-z]{0,2}|@)(?P<quote>\\{0,3}(?:\"{3}|'{3}|[\"'`])|[“„«‘])")
_INNER: Final = {
    '"': re.compile(r'(?:[^"\\\n]|\\.){0,2000}+'),
    "'": re.compile(r"(?:[^'\\\n]|\\.|(?<=\w)'(?=\w)){0,2000}+"),
    "`": re.compile(r"[^`\n]{0,2000}+"),
}
_CLOSING: Final = {"“": "”", "„": "“", "«": "»", "‘": "’"}
_QUERY_END = re.compile(r"[&\s\"'<>#;,)\]}]")
_BARE_END = re.compile(r"[;|\t{}\[\]<>\"\n\r]|[ ]{2}| #| //|\\n|&[\w.\-]{1,40}=|$")
_WORD_END = re.compile(r"[\s,;&)\]}\"'<>|]|$")
_NEXT_KEY = re.compile(r"(?<![:=])[:=](?!//)")
_ITEM = re.compile(
    r"\s{0,80}(?:\"(?P<in>(?:[^\"\\\n]|\\.){0,400}+)\"|(?P<bare>[^\s\"',\[\]{}][^\"\n,\[\]{}]{0,100}))\s{0,8}(?:,|(?=\]))"
)
_LISTED = re.compile(
    r"[ \t]{0,8}\r?\n[ \t]{0,40}[-*•][ \t]+(?P<item>[^\n\r:={}\[\]]{2,100})(?=\r?\n|$)"
)
_BELOW = re.compile(r"[ \t]{0,8}\r?\n[ \t]{0,40}(?P<item>[^\n\r:=|{}\[\]<>]{2,100})(?=\r?\n|$)")
_LINE_START = re.compile(r"[ \t>*\-#/•]*(?:export |set |SET |const |let |var |final )?$")
_BARE_LONGEST: Final = 300
_WORDS_BEFORE: Final = 5
_CODE: Final = re.compile(
    r"\w\(|^\(|\s=\s|=$|^[a-z_]\w*(?:\.\w+)+$|^[a-z]+[A-Z]\w*$|^\w+_\w+$|[;{]$|^!|^&|^\*\w"
)
_NUMBERED = re.compile(r"(?<!\S)\d\S*")
_VARIABLE = re.compile(r"[a-z_]\w*")
_TRAILING: Final = " \t.,:;\"'*_`)]-"


class _Key(NamedTuple):
    start: int
    end: int
    name: str
    quoted: bool


def pairs(text: str, names: Names) -> Iterator[Field]:
    """The fields that a key and a separator name, ascending."""
    at = 0
    for match in _SEPARATOR.finditer(text):
        place = match.start()
        if place < at:
            continue
        value = _after_separator(text, place)
        if value < 0:
            continue
        key, meaning = _known_key(text, place, names)
        if key is None or meaning is None or _is_expansion(text, key, value):
            continue
        for field in _values(text, key, meaning, value, names):
            yield field
            at = field.end


def _after_separator(text: str, place: int) -> int:
    """Where the value may begin; -1 for what is no separator: `==`, `!=`, `::`, `://`."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] == "=":
        if after == "=" or (before and before in "=!<>+-*/%&|^~:"):
            return -1
        return place + (2 if after in (">", "~") else 1)
    if before.isdigit() and after.isdigit():
        return -1
    if before == ":" or (after == "/" and text[place + 2 : place + 3] == "/"):
        return -1
    return -1 if after == ":" else place + (2 if after == "=" else 1)


def _is_expansion(text: str, key: _Key, value: int) -> bool:
    """Whether it is a shell's `${NAME:-value}` or `${NAME:?message}`."""
    return text[key.start - 2 : key.start] == "${" and text[value : value + 1] in tuple("-?+=")


def _known_key(text: str, place: int, names: Names) -> tuple[_Key | None, Meaning | None]:
    """The key that ends before a separator, and what it names."""
    key = _key(text, place)
    if key is None:
        return None, None
    meaning = names.meaning(key.name)
    if key.quoted:
        return key, meaning
    if text[place] == "=" and " " in key.name and whole_meaning(key.name) is None:
        return _shortened(key, key.name.rpartition(" ")[2], names)
    if meaning is None and "." in key.name:
        return _shortened(key, key.name.rpartition(".")[2], names)
    if meaning is None and key.name.count(" ") > 1:
        return _shortened(key, " ".join(key.name.split()[-_WORDS_BEFORE:]), names)
    return key, meaning


def _shortened(key: _Key, last: str, names: Names) -> tuple[_Key, Meaning | None]:
    return _Key(key.end - len(last), key.end, last, quoted=False), names.meaning(last)


def _key(text: str, place: int) -> _Key | None:
    before = text[max(0, place - LONGEST - 12) : place][::-1]
    match = _KEY_BACKWARDS.match(before)
    if match is None:
        return None
    group = "quoted" if match["quoted"] else "label"
    low = match.start(group)
    name = match[group][::-1]
    if group == "label":
        name = _last_label(name, glued=text[place] == "=" and text[place - 1] != " ")
    stripped = name.strip(" \t-*_>•.")
    if not stripped or not stripped[0].isalpha():
        return None
    start = place - low - len(name.lstrip(" \t-*_>•."))
    return _Key(start, place - low, stripped, group == "quoted")


def _last_label(name: str, *, glued: bool) -> str:
    """The label without what stands before it on the line: a sentence, another value."""
    if glued:
        return name.rpartition(" ")[2]
    name = name[max(name.rfind(". "), name.rfind("  ")) + 1 :]
    numbers = [word.end() for word in _NUMBERED.finditer(name)]
    return name[numbers[-1] :] if numbers and name[numbers[-1] :].strip() else name


def _values(text: str, key: _Key, meaning: Meaning, at: int, names: Names) -> Iterator[Field]:
    """The fields of one key: one, or several of a list."""
    beside = once(partial(around, text, key.start, at, names))
    for start, end in _spans(text, key, at, names):
        field = field_of(text, start, end, key.name, meaning, beside)
        if field is not None:
            yield field


def _spans(text: str, key: _Key, at: int, names: Names) -> Iterator[tuple[int, int]]:
    """Where the values of a key stand."""
    match = _BLANK.match(text, at)
    start = match.end() if match else at
    if text.startswith("[", start):
        yield from _items(text, start + 1)
        return
    start = _past_emphasis(text, start)
    quote = _OPENS.match(text, start)
    if quote:
        end = _closing(text, quote)
        if end >= 0:
            yield quote.end(), end
        return
    if text.startswith(("\n", "\r"), start) or start >= len(text):
        if not key.quoted and text[at - 1] == ":":
            yield from _below(text, start, names)
        return
    span = _bare(text, key, start)
    if span is not None:
        yield span


def _past_emphasis(text: str, start: int) -> int:
    """Behind the asterisks that end a bold label: `**Name:** Jane`."""
    at = start
    while text.startswith(("*", "_"), at) and at < start + 3:
        at += 1
    blank = _BLANK.match(text, at)
    return blank.end() if blank and at > start else start


def _closing(text: str, quote: re.Match[str]) -> int:
    """Where a quoted value ends; at the text's end if it is cut off; -1 if it never ends."""
    mark, start = quote["quote"], quote.end()
    plain = _INNER.get(mark)
    if plain is not None:
        inner = plain.match(text, start)
        end = inner.end() if inner else start
        return end if end == len(text) or text[end] == mark else -1
    closing = _CLOSING.get(mark, mark)
    end = text.find(closing, start, start + 2000)
    if end < 0 and "\n" not in text[start : start + 300] and len(text) - start < 300:
        return len(text)
    return end


def _items(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The strings of a list, up to the first thing that is none."""
    while item := _ITEM.match(text, at):
        yield item.span("in" if item["in"] is not None else "bare")
        at = item.end()


def _below(text: str, at: int, names: Names) -> Iterator[tuple[int, int]]:
    """The values below a label that ends its line: a list, or one line."""
    item = _LISTED.match(text, at)
    if item is None:
        below = _BELOW.match(text, at)
        if below and names.meaning(below["item"].strip()) is None:
            yield below.span("item")
    while item:
        yield item.span("item")
        item = _LISTED.match(text, item.end())


def _bare(text: str, key: _Key, start: int) -> tuple[int, int] | None:
    """A value without quotes."""
    before = text[key.start - 1 : key.start]
    glued = text[start - 1] == "="
    if glued and before in ("?", "&"):
        return start, _first(_QUERY_END, text, start, len(text))
    limit = min(len(text), start + _BARE_LONGEST)
    end = _first(_BARE_END, text, start, limit)
    if glued and not _begins_line(text, key.start):
        end = min(end, _first(_WORD_END, text, start, limit))
    end = _before_next_key(text, start, end)
    if text[end : end + 1] == "[" and not text[end - 1].isspace():
        return None
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    value = text[start:end]
    if not value or _CODE.search(value) or value.lower() == key.name.lower():
        return None
    if "=" in text[key.end : start] and _VARIABLE.fullmatch(value):
        logged = before == " " and text[key.start - 2 : key.start - 1] not in (",", "(")
        return (start, end) if glued and (logged or _begins_line(text, key.start)) else None
    return start, end


def _begins_line(text: str, start: int) -> bool:
    line = text.rfind("\n", max(0, start - 60), start)
    if line < 0 and start > 60:
        return False
    return _LINE_START.match(text, line + 1, start) is not None


def _first(pattern: re.Pattern[str], text: str, start: int, limit: int) -> int:
    match = pattern.search(text, start, limit)
    return match.start() if match else limit


def _before_next_key(text: str, start: int, end: int) -> int:
    """The end of a value before the next key on its line: `Name: Jane Roe Age: 41`."""
    sign = _NEXT_KEY.search(text, start, end)
    if sign is None:
        return end
    words = list(re.finditer(r"[^\s,;|]+", text[start : sign.start()]))
    for count in range(min(_WORDS_BEFORE, len(words)), 0, -1):
        first = start + words[-count].start()
        if whole_meaning(text[first : sign.start()].strip()) is not None:
            return first
    cut = max(text.rfind(mark, start, sign.start()) for mark in (",", ";", ". "))
    return cut if cut > start else (start + words[-1].start() if len(words) > 1 else end)
