"""Characters that are written by their number or name: as URLs, HTML, JSON and e-mail write them.

Each function gives the edits of one way of writing, ascending and apart. A second layer of the
same way (`%2540`, `&amp;#64;`, `\\\\u0040`) is read together with the first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final

from sluice.engine.reading.offsets import Edit

_URL = re.compile(
    r"%(?:(?:25){0,2}(?P<one>[0-7][0-9A-Fa-f])"
    r"|[89A-Fa-f][0-9A-Fa-f](?:%[89A-Fa-f][0-9A-Fa-f])*)"
)
_QUERY = re.compile(r"[?&][\w.\-]{1,64}=(?P<value>[^&\s#\"'<>@%=]{1,256})")
_PLUS = re.compile(r"(?<=[^\W\d_])\+(?=[^\W\d_])")
_ENTITY = re.compile(
    r"&(?:amp;){0,2}(?P<body>#[0-9]{1,7};?|#[xX][0-9A-Fa-f]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)"
)
_ESCAPE = re.compile(
    r"(?<!\\)\\{1,8}(?:u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\{1,8}u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})"
    r"|u(?P<unit>[0-9A-Fa-f]{4})|u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|x(?P<byte>[0-9A-Fa-f]{2})"
    r"|(?P<blank>[nrt])(?=\w)|(?P<self>['/]))"
)
_PRINTABLE: Final = re.compile(r"=40[\w-]{1,63}\.\w", re.ASCII)
_SOFT = re.compile(r"=[ \t]{0,8}\r?\n|(?:=[0-9A-F]{2})+")
_TAG: Final = (
    r"<(?:!--[^<>]{0,200}--|/?(?:a|b|bdi|bdo|code|em|font|i|mark|small|span|strong|sub|sup|u|wbr)"
    r"(?:[ /][^<>]{0,200})?)>"
)
_TAGS = re.compile(rf"{_TAG}(?:{_TAG})*", re.IGNORECASE)
_BLANKS: Final = {"n": "\n", "r": "\n", "t": "\t"}


def url_decoded(text: str) -> Iterator[Edit]:
    """Percent-encoding (RFC 3986, section 2.1) and the plus sign between words of a query."""
    for match in _URL.finditer(text):
        reads = _octets(match)
        if reads:
            yield Edit(*match.span(), reads)


def plus_decoded(text: str) -> Iterator[Edit]:
    """The plus sign that stands for a space in a URL's query (WHATWG URL standard, section 5)."""
    if "+" not in text:
        return
    for match in _QUERY.finditer(text):
        for plus in _PLUS.finditer(text, *match.span("value")):
            yield Edit(*plus.span(), " ")


def _octets(match: re.Match[str]) -> str:
    """The text that an escape or a run of escapes stands for; empty if it stands for none."""
    if match["one"]:
        reads = chr(int(match["one"], 16))
        return reads if reads.isprintable() or reads in "\t\r\n" else ""
    return _utf8(bytes.fromhex(match[0].replace("%", "")))


def _utf8(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return ""


def html_entities(text: str) -> Iterator[Edit]:
    """Character references (the HTML standard, section 13.2.5.72); named ones with a semicolon."""
    for match in _ENTITY.finditer(text):
        body = match["body"]
        if body[0] == "#" or body in html5:
            reads = html.unescape(f"&{body}").replace("\u00a0", " ")
            yield Edit(*match.span(), reads)


def json_escapes(text: str) -> Iterator[Edit]:
    """Backslash escapes of JSON (RFC 8259, section 7), JavaScript and others."""
    for match in _ESCAPE.finditer(text):
        reads = _escaped(match)
        if reads:
            yield Edit(*match.span(), reads)


def _escaped(match: re.Match[str]) -> str:
    if match["high"]:
        pair = bytes.fromhex(match["high"] + match["low"])
        return pair.decode("utf-16-be")
    if match["blank"]:
        return _BLANKS[match["blank"]]
    if match["self"]:
        return match["self"]
    code = int(match["unit"] or match["braced"] or match["byte"], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 and code > 0x1F else ""


def quoted_printable(text: str) -> Iterator[Edit]:
    """Quoted-printable (RFC 2045, section 6.7), where the text shows that it is written so."""
    if not ("=\n" in text or "=\r\n" in text or "=40" in text):
        return
    edits = [edit for match in _SOFT.finditer(text) if (edit := _quoted(match))]
    soft = any(not edit.reads for edit in edits) and any(edit.reads for edit in edits)
    if soft or _PRINTABLE.search(text):
        yield from edits


def _quoted(match: re.Match[str]) -> Edit | None:
    if match[0][-1] == "\n":
        return Edit(*match.span(), "")
    reads = _utf8(bytes.fromhex(match[0].replace("=", "")))
    # Letters and digits are never written so: `DB_PORT=3306` is an assignment.
    plain = reads.isascii() and any(map(str.isalnum, reads))
    return Edit(*match.span(), reads) if reads.isprintable() and reads and not plain else None


def markup(text: str) -> Iterator[Edit]:
    """HTML tags of inline elements and comments that stand inside of a word or a number."""
    for match in _TAGS.finditer(text):
        start, end = match.span()
        if start > 0 and end < len(text) and _glued(text[start - 1]) and _glued(text[end]):
            yield Edit(start, end, "")


def _glued(character: str) -> bool:
    return character.isalnum() or character in "@.-_+"
