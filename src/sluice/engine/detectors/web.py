"""URLs: with a scheme, with `www.`, and bare domains where they can hardly be anything else."""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import Final

from sluice.engine.detectors.suffixes import has_registered_domain
from sluice.engine.patterns import Checked, Pattern, Precedence, context, words

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NOT_IN_URL = "\\s<>\"'`{}|\\\\^\u00ab\u00bb\u201c\u201d\u201e\u3000-\u3002\uff0c"
_REST = re.compile(rf"[^{_NOT_IN_URL}]*")
# Names of XML and JSON vocabularies and of licences: the same in everybody's documents.
_SCHEMAS = re.compile(
    r"(?:www\.w3\.org/(?:\d{4}/|ns/|TR/)|schemas?\.(?:xmlsoap|openxmlformats|microsoft|android)\.|"
    r"json-schema\.org/|schema\.org\b|purl\.org/|www\.apache\.org/licenses/|"
    r"(?:www\.)?opensource\.org/licenses/|(?:www\.)?gnu\.org/licenses/|"
    r"creativecommons\.org/(?:licenses|publicdomain)/|xml\.apache\.org/|java\.sun\.com/)",
    re.ASCII | re.IGNORECASE,
)
_CREDENTIALS = re.compile(r"[^\s/?#@]{0,256}:[^\s/?#@]{0,256}@", re.ASCII)
_TRAILING: Final = ".,;:!?*_~'\"\u2026"
_PAIRS: Final = {")": "(", "]": "["}
# Suffixes that are trusted without `www.` or a path. Those that are also words, file endings or
# common attributes in programs (`it`, `is`, `py`, `md`, `info`, `name`, …) are not among them.
_COMMON = (
    "com|net|org|edu|gov|mil|eu|de|fr|uk|nl|ch|at|be|es|pl|cz|se|dk|fi|pt|gr|hu|ro|ie|jp|cn|kr|"
    "br|mx|ar|cl|au|nz|za|ca|ru|ua|tr|biz|xyz|io"
)
# Of those, the ones that are also attributes in programs: a path or a word must make them surer.
_WORDLIKE: Final = words("at be es se br ch cl mil")
_NAMES_OF_SOFTWARE: Final = words(
    "java.io asp.net ado.net vb.net ml.net socket.io engine.io paper.net system.net"
)


def _with_scheme(match: re.Match[str]) -> Checked | None:
    """The whole URL; behind the credentials if it holds a password, which is found by itself."""
    text, start, authority = match.string, match.start(), match.end("scheme")
    end = _end(text, start, _end_of_cell(text, authority) or _rest(text, match.end()))
    credentials = _CREDENTIALS.match(text, authority, end)
    if credentials:
        start = credentials.end()
    if end <= max(start, authority + 1):
        return None
    names_nothing = _SCHEMAS.match(text, authority) is not None
    return Checked(start, end, 0.4 if names_nothing else 0.9, reason="scheme")


def _rest(text: str, at: int) -> int:
    """How far what may stand in a URL goes."""
    return _REST.match(text, at).end()  # type: ignore[union-attr]


def _end_of_cell(text: str, authority: int) -> int | None:
    """The URL's end at a comma directly behind its host: there the next cell of a row begins.

    A comma in credentials ends nothing. What stands behind is not read: a row of URLs may be long.
    """
    host = _HOST.match(text, authority)
    if host is None or _CREDENTIALS.match(text, authority):
        return None
    return host.end()


_HOST: Final = re.compile(r"[\w.-]{1,253}(?::\d{1,5})?(?=,)", re.ASCII)


def _www(match: re.Match[str]) -> Checked | None:
    """`www.` and a registered domain."""
    if not has_registered_domain(match["host"].lower()):
        return None
    return Checked(match.start(), _end_of_path(match), 0.85)


_LABEL_KEY = re.compile(r"/[\w.-]{1,63}[\"']?:(?:\s|$)")
"""Behind the domain of a key of labels: `app.kubernetes.io/name: shop`."""


def _bare(match: re.Match[str]) -> Checked | None:
    """A registered domain under a common suffix; a path behind it makes it surer."""
    host = match["host"]
    lower = host.lower()
    if host not in (lower, host.upper()) or lower in _NAMES_OF_SOFTWARE:
        return None
    if not has_registered_domain(lower) or lower.split(".")[0] in ("self", "this", "cls", "e"):
        return None
    end = _end_of_path(match)
    if end == match.end("host") and lower.rpartition(".")[2] in _WORDLIKE:
        return Checked(match.start(), end, 0.4, reason="registered domain")
    if _LABEL_KEY.match(match.string, match.end("host")):
        return None
    called = match.string[match.end("host") : match.end("host") + 1] in ("(", "[", "=")
    return None if called else Checked(match.start(), end, 0.7 if end > match.end("host") else 0.55)


def _end_of_path(match: re.Match[str]) -> int:
    """Where the path behind the host ends, if there is one."""
    end = match.end("host")
    if match["path"] is None:
        return end
    rest = _rest(match.string, match.end())
    return max(end, _end(match.string, match.start(), rest))


def _end(text: str, start: int, end: int) -> int:
    """The URL's end without the sentence's punctuation and without unopened brackets.

    A URL in parentheses, as in a Markdown link, ends with them.
    """
    if text[start - 1 : start] == "(":
        end = _closing(text, start, end)
    surplus = {
        closing: text.count(closing, start, end) - text.count(opening, start, end)
        for closing, opening in _PAIRS.items()
    }
    while end > start:
        last = text[end - 1]
        if last not in _TRAILING and surplus.get(last, 0) <= 0:
            break
        if last in surplus:
            surplus[last] -= 1
        end -= 1
    return end


def _closing(text: str, start: int, end: int) -> int:
    """Where the parenthesis in front of `start` is closed, at most `end`."""
    depth = 1
    for at in range(start, end):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return end


PATTERNS: Final = (
    Pattern(
        name="web.url",
        entity_type="URL",
        regex=rf"(?<![A-Za-z0-9])(?P<scheme>(?:https?|ftps?|sftp|wss?|ssh|git|file|ldaps?|s3|gs|"
        rf"rtsp|smb|jdbc:[a-z0-9]{{2,20}}|[a-z][a-z0-9]{{2,12}}(?:\+[a-z0-9]{{2,12}})?)://)"
        rf"[^{_NOT_IN_URL}/]",
        anchor=r"[A-Za-z0-9]://",
        reach=32,
        longest=32,
        score=0.9,
        check=_with_scheme,
        precedence=Precedence.WEB,
        ignore_case=True,
    ),
    Pattern(
        name="web.www",
        entity_type="URL",
        regex=rf"(?<![\w@./-])(?P<host>www\d?\.(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}})(?![\w-])"
        r"(?P<path>(?::\d{1,5})?[/?#])?",
        anchor=r"\bwww\d?\.[a-z0-9]",
        reach=6,
        longest=5 + 6 * 64 + 24 + 8,
        score=0.85,
        check=_www,
        precedence=Precedence.WEB,
        ignore_case=True,
    ),
    Pattern(
        name="web.domain",
        entity_type="URL",
        regex=rf"(?<![\w@./\\:$%#&=+-])(?P<host>(?:{_LABEL}\.){{1,4}}(?:{_COMMON}))"
        r"(?![\w@-]|\.\w)(?P<path>(?::\d{1,5})?[/?#])?",
        anchor=rf"[a-z0-9]\.(?:{_COMMON})\b",
        reach=4 * 64 + 8,
        run=f"{ascii_letters}{digits}-.",
        longest=4 * 64 + 8 + 10,
        score=0.55,
        check=_bare,
        context=context(
            "website site visit domain url link homepage host server dns browse www",
            "import package module npm pip namespace class using require",
            boost=0.2,
            drop=0.2,
        ),
        precedence=Precedence.WEB,
        ignore_case=True,
    ),
)
