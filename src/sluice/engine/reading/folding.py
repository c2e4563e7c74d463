"""Characters that are made to look like others, or not to be seen at all.

Read as the ASCII character that they stand for: compatibility forms (full width, mathematical,
enclosed; their Unicode compatibility decomposition), the decimal digits of every script (general
category Nd), and letters that look like Latin ones (a selection of those in Unicode Technical
Standard 39) where Latin letters or digits stand beside them. Left out: what is not displayed (the
property Default_Ignorable_Code_Point) and combining marks that make no ordinary letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final

from sluice.engine.reading.offsets import Edit

_COMPATIBLE: Final = (
    (0x2100, 0x214F),  # letter-like symbols
    (0x2460, 0x2473),  # circled numbers
    (0x24B6, 0x24EA),  # circled letters
    (0xFB00, 0xFB06),  # ligatures
    (0xFF10, 0xFF19),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0x1D400, 0x1D7FF),  # mathematical letters and digits
    (0x1F130, 0x1F149),  # squared letters
)
_SHIFTED: Final = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))
"""White on black letters, A to Z, which have no decomposition."""
_TAGS: Final = (0xE0020, 0xE007E)
"""Invisible copies of ASCII: what can be read by a machine only."""
_PUNCTUATION: Final = dict(zip("＠．－＿＋／％：＝﹫﹒﹣․", "@.-_+/%:=@.-.", strict=True))
_SMALL_CAPITALS: Final = dict(
    zip("ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)
)
_PAIRS: Final = (
    "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT ХX ҮY ԌG ԜW аa еe ѕs іi јj оo рp сc уy хx ԁd ԛq ԝw "
    "һh ӏl ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX αa οo νv ιi ρp υu χx κk"
)
_LOOKALIKES: Final = {pair[0]: pair[1] for pair in _PAIRS.split()}
_INVISIBLE: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE001F),
    (0xE007F, 0xE0FFF),
)
_MARKS: Final = (
    (0x0300, 0x034E),
    (0x0350, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_DASHES: Final = "\u2010-\u2013\u2212\ufe58"
_RAISED: Final = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u2080-\u2089"
_FEWEST_RAISED: Final = 3
"""Raised digits in a row that are no exponent and no footnote."""


def _tables() -> tuple[dict[int, str], dict[int, str]]:
    """What one character reads as: tables of those that read as one, and as several."""
    reads = {ord(seen): meant for seen, meant in (_PUNCTUATION | _SMALL_CAPITALS).items()}
    for low, high in _COMPATIBLE:
        for code in range(low, high + 1):
            form = unicodedata.normalize("NFKC", chr(code))
            if form.isascii() and form.isalnum():
                reads[code] = form
    for low, high in _SHIFTED:
        reads |= {code: chr(ord("A") + code - low) for code in range(low, high + 1)}
    reads |= {code: chr(code - 0xE0000) for code in range(_TAGS[0], _TAGS[1] + 1)}
    reads |= {code: str(unicodedata.decimal(chr(code))) for code in _digits()}
    one = {code: form for code, form in reads.items() if len(form) == 1}
    return one, {code: form for code, form in reads.items() if len(form) > 1}


def _digits() -> Iterator[int]:
    """The decimal digits of other scripts: rows of ten, whose zeros are at ...0 and ...6."""
    for tens in range(0x660, 0x1FC00, 16):
        for zero in (tens, tens + 6):
            if unicodedata.decimal(chr(zero), -1) == 0:
                yield from range(zero, zero + 10)


def _class(codes: Iterable[int]) -> str:
    """The inside of a character class that holds these code points."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] + 1 == code:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in ranges)


def _ranges(rows: Iterable[tuple[int, int]]) -> str:
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in rows)


_ONE, _SEVERAL = _tables()
_LOOKS = "".join(_LOOKALIKES)
_LOOKS_TABLE: Final = {ord(seen): meant for seen, meant in _LOOKALIKES.items()}
_RAISED_TABLE: Final = {
    ord(seen): meant for seen, meant in zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2, strict=True)
}
_SORTS: Final = {
    "one": f"[{_class(_ONE)}]+",
    "invisible": f"[{_ranges(_INVISIBLE)}]+",
    "marks": f"[{_ranges(_MARKS)}]+",
    "several": f"[{_class(_SEVERAL)}]",
    "space": f"[{_SPACES}]",
    "dash": f"[{_DASHES}]",
    "raised": f"[{_RAISED}]+",
}
_SORTED = re.compile("|".join(f"(?P<{name}>{sort})" for name, sort in _SORTS.items()))
_ALL = "".join(sort.rstrip("+")[1:-1] for sort in _SORTS.values())
_NEAR: Final = re.sub("[\U00010000-\U0010ffff](?:-[\U00010000-\U0010ffff])?", "", _ALL)
_SUSPECT = re.compile(f"[{_NEAR}]+")
_FAR_SUSPECT = re.compile("[\U0001bca0-\U000e0fff]+")
"""Everything beyond the basic plane: a set that holds both is slow to search for."""
_NATIVE = re.compile(f"(?![{_LOOKS}])[\u0370-\u03ff\u0400-\u052f]")
_LOOK = re.compile(f"[{_LOOKS}]+")
_LINKS: Final = rf"A-Za-z0-9@._+\-{_ranges(_INVISIBLE)}"
_MIXED = re.compile(rf"(?<![\w@.+-])[{_LINKS}]*+[{_LOOKS}][{_LINKS}{_LOOKS}]*+(?!\w)")
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_CONTROLS: Final = "".join(map(chr, (*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F)))
"""ASCII that is not displayed, without white space and the escapes that colour a terminal. A text
in UTF-16 that was read as ASCII has a zero behind every letter."""
_CONTROL_RUN: Final = re.compile(f"[{_CONTROLS}]+")
_LATIN = re.compile("[A-Za-z0-9]")


def folded(text: str) -> Iterator[Edit]:
    """Every character that stands for another or for none; of ASCII, controls alone."""
    # One by one: that is ten times as quick as a class of them.
    has_controls = any(control in text for control in _CONTROLS)
    controls = _controls(text) if has_controls else iter(())
    if text.isascii():
        return controls
    # Each character once: quotation marks, accents and emoji are no reason to look closer.
    beyond = "".join(set("".join(_BEYOND.findall(text))))
    found = [controls]
    if _SORTED.search(beyond):
        found += [_suspects(text, near) for near in (_SUSPECT, _FAR_SUSPECT) if near.search(beyond)]
    if _LOOK.search(beyond):
        found.append(_lookalikes(text))
    return merge(*found)


def _controls(text: str) -> Iterator[Edit]:
    for run in _CONTROL_RUN.finditer(text):
        yield Edit(*run.span(), "")


def _suspects(text: str, suspect: re.Pattern[str]) -> Iterator[Edit]:
    for run in suspect.finditer(text):
        for match in _SORTED.finditer(text, *run.span()):
            edit = _read(text, match)
            if edit is not None:
                yield edit


def _read(text: str, match: re.Match[str]) -> Edit | None:
    """What one run of characters of one sort reads as; None: it is as it should be."""
    start, end = match.span()
    match match.lastgroup:
        case "one":
            return Edit(start, end, match[0].translate(_ONE))
        case "several":
            return Edit(start, end, _SEVERAL[ord(match[0])])
        case "invisible":
            return Edit(start, end, "") if _beside_text(text, start, end) else None
        case "marks":
            return _unmarked(text, start, end)
        case "space":
            return Edit(start, end, " ") if _inside_number(text, start, end) else None
        case "dash":
            return Edit(start, end, "-") if _inside_number(text, start, end) else None
    if end - start >= _FEWEST_RAISED:
        return Edit(start, end, match[0].translate(_RAISED_TABLE))
    return None


def _beside_text(text: str, start: int, end: int) -> bool:
    """Whether something readable stands on either side: not so between parts of an emoji."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isascii() or before.isalnum()) and (after.isascii() or after.isalnum())


def _inside_number(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return before.isalnum() and after.isalnum() and (before.isdigit() or after.isdigit())


def _unmarked(text: str, start: int, end: int) -> Edit | None:
    """The character under the marks, with its first mark if they make an ordinary letter."""
    if start == 0 or not text[start - 1].isalnum():
        return Edit(start, end, "") if start else None
    base = text[start - 1]
    if not base.isascii():
        return Edit(start, end, "") if ord(base) in _ONE or base in _LOOKALIKES else None
    whole = unicodedata.normalize("NFC", text[start - 1 : start + 1])
    ordinary = len(whole) == 1 and (ord(whole) < 0x180 or 0x1EA0 <= ord(whole) <= 0x1EF9)
    return Edit(start - 1, end, whole if ordinary else base)


def _lookalikes(text: str) -> Iterator[Edit]:
    """Letters of another alphabet in words of Latin ones.

    In a text without any letter that is that alphabet's own, all of them.
    """
    if not _NATIVE.search(text):
        yield from _looks(text, 0, len(text))
        return
    for word in _MIXED.finditer(text):
        if _LATIN.search(word[0]):
            yield from _looks(text, *word.span())


def _looks(text: str, start: int, end: int) -> Iterator[Edit]:
    for run in _LOOK.finditer(text, start, end):
        yield Edit(*run.span(), run[0].translate(_LOOKS_TABLE))
