"""Spoiling text as people and machines do, with the spans kept right.

Every kind of noise is a set of edits; `edited` carries the spans along. No edit reaches over the
edge of a span, so a span keeps its first and its last character's place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from training.synthetic.model import Labelled, Span

Edit = tuple[int, int, str]
"""Start and end in the old text, and what stands there afterwards."""

NEIGHBOURS: Final = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj",
    "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o",
    "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip
OCR: Final = {
    "l": "1", "I": "l", "O": "0", "0": "O", "m": "rn", "S": "5", "B": "8", "e": "c", "h": "b",
    "1": "l", "5": "S", "g": "q", "c": "e", "w": "vv",
}  # fmt: skip
CURLY: Final = {"'": "’", '"': "”"}


@dataclass(frozen=True, slots=True)
class Noise:
    """How often (0..1, per text) each kind of noise is applied; they can fall together.

    `lower`/`upper` change the whole text, `names_lower` its spans only (people type names small),
    `starts_lower` the first letters of sentences; `typing` and `ocr` spoil about one character in
    sixty; `unpunctuated` drops marks, `glued` loses blanks, `spaced` doubles them or splits lines,
    `curly` makes typographic quotes, `tokenized` sets marks apart (as corpora do: `Leeds , UK .`).
    """

    lower: float = 0.06
    upper: float = 0.015
    names_lower: float = 0.03
    starts_lower: float = 0.03
    typing: float = 0.06
    ocr: float = 0.01
    unpunctuated: float = 0.03
    glued: float = 0.02
    spaced: float = 0.04
    curly: float = 0.12
    tokenized: float = 0.08

    def scaled(self, factor: float) -> Noise:
        """Return the same with every probability multiplied, at most 1."""
        scaled = {name: min(1.0, getattr(self, name) * factor) for name in self.__slots__}
        return replace(self, **scaled)


CLEAN: Final = Noise(*([0.0] * 11))
COMMON: Final = Noise()
CASUAL: Final = Noise(
    lower=0.28, names_lower=0.10, starts_lower=0.08, typing=0.16, unpunctuated=0.10, glued=0.04
)


def edited(labelled: Labelled, edits: Iterable[Edit]) -> Labelled:
    """Apply edits (apart from each other) and move the spans; drop a span left without letters.

    Raises ValueError where an edit reaches over the edge of a span.
    """
    ordered = sorted(edits)
    text, parts, at = labelled.text, [], 0
    for start, end, new in ordered:
        parts += [text[at:start], new]
        at = end
    parts.append(text[at:])
    moved = (_moved(span, ordered) for span in labelled.spans)
    fresh = "".join(parts)
    spans = (_trimmed(fresh, span) for span in moved)
    return replace(labelled, text=fresh, spans=tuple(span for span in spans if span[0] < span[1]))


def _moved(span: Span, edits: list[Edit]) -> Span:
    start, end, entity_type = span
    first, last = start, end
    for low, high, new in edits:
        if low >= end:
            break
        if high <= start:
            first += len(new) - (high - low)
        elif low < start or high > end:
            raise ValueError(f"an edit of {low}:{high} over the edge of the span {start}:{end}")
        last += len(new) - (high - low)
    return first, last, entity_type


def _trimmed(text: str, span: Span) -> Span:
    start, end, entity_type = span
    core = text[start:end].strip()
    begin = text.index(core, start) if core else start
    return begin, begin + len(core), entity_type


def recased(labelled: Labelled, case: Callable[[str], str], where: Iterable[int]) -> Labelled:
    """Change the case of single characters, where that keeps their number."""
    text = list(labelled.text)
    for index in where:
        changed = case(text[index])
        text[index] = changed if len(changed) == 1 else text[index]
    return replace(labelled, text="".join(text))


def lower(labelled: Labelled, random: Random) -> Labelled:
    """Write everything small."""
    return recased(labelled, str.lower, range(len(labelled.text)))


def upper(labelled: Labelled, random: Random) -> Labelled:
    """Write everything in capitals."""
    return recased(labelled, str.upper, range(len(labelled.text)))


def names_lower(labelled: Labelled, random: Random) -> Labelled:
    """Write the spans small, the rest as it was."""
    return recased(labelled, str.lower, [i for s, e, _ in labelled.spans for i in range(s, e)])


def starts_lower(labelled: Labelled, random: Random) -> Labelled:
    """Begin sentences with small letters, unless a span stands there."""
    starts = [found.end() - 1 for found in re.finditer(r"(?:^|[.!?]\s+|\n)[A-Z]", labelled.text)]
    named = _covered(labelled)
    return recased(labelled, str.lower, [index for index in starts if index not in named])


def _covered(labelled: Labelled) -> set[int]:
    return {index for start, end, _ in labelled.spans for index in range(start, end)}


def _edges(labelled: Labelled) -> set[int]:
    return {index for start, end, _ in labelled.spans for index in (start, end)}


_SLIPS: Final = ("swap", "drop", "double", "near")


def typing(labelled: Labelled, random: Random) -> Labelled:
    """Slip on the keyboard, in one word of about ten: letters swapped, lost, doubled, missed."""
    words = re.finditer(r"[^\W\d_]{4,}", labelled.text)
    edits = [_slip(word, random) for word in words if random.random() < 0.1]
    edges = _edges(labelled)
    return edited(labelled, [e for e in edits if not any(e[0] < x < e[1] for x in edges)])


def _slip(word: re.Match[str], random: Random) -> Edit:
    at = random.randrange(word.start() + 1, word.end() - 1)
    text, slip = word.string, random.choice(_SLIPS)
    if slip == "swap":
        return at, at + 2, text[at + 1] + text[at]
    if slip == "near":
        return at, at + 1, random.choice(NEIGHBOURS.get(text[at].lower(), text[at]))
    return at, at + 1, "" if slip == "drop" else text[at] * 2


def ocr(labelled: Labelled, random: Random) -> Labelled:
    """Misread single characters as scanners do."""
    return edited(
        labelled,
        [
            (index, index + 1, OCR[char])
            for index, char in enumerate(labelled.text)
            if char in OCR and random.random() < 0.03
        ],
    )


def unpunctuated(labelled: Labelled, random: Random) -> Labelled:
    """Leave out full stops, commas and apostrophes that stand outside of spans."""
    named, keep = _covered(labelled), random.choice([0.0, 0.0, 0.5])
    marks = [found.start() for found in re.finditer(r"[.,;:!?'](?=\s|$|s\b)", labelled.text)]
    dropped = [index for index in marks if index not in named and random.random() >= keep]
    return edited(labelled, [(index, index + 1, "") for index in dropped])


def glued(labelled: Labelled, random: Random) -> Labelled:
    """Lose the blank after a comma or a full stop: `Dear Jane,thank you`."""
    named = _covered(labelled)
    blanks = [found.end() - 1 for found in re.finditer(r"[,.;:!?] ", labelled.text)]
    chosen = [index for index in blanks if index not in named and random.random() < 0.4]
    return edited(labelled, [(index, index + 1, "") for index in chosen])


def spaced(labelled: Labelled, random: Random) -> Labelled:
    """Double some blanks, or break lines at some."""
    wide = random.choice(["  ", "  ", "\n", " \n", "\t"])
    often = 0.15 if wide == "  " else 0.06
    blanks = [found.start() for found in re.finditer(r"(?<=\S) (?=\S)", labelled.text)]
    return edited(labelled, [(i, i + 1, wide) for i in blanks if random.random() < often])


def curly(labelled: Labelled, random: Random) -> Labelled:
    """Write typographic quotation marks and apostrophes."""
    edits: list[Edit] = []
    for found in re.finditer(r"['\"]", labelled.text):
        opens = found.start() == 0 or labelled.text[found.start() - 1] in " \n\t(["
        close = CURLY[found.group()]
        edits.append((*found.span(), {"’": "‘", "”": "“"}[close] if opens else close))
    return edited(labelled, edits)


def tokenized(labelled: Labelled, random: Random) -> Labelled:
    """Set marks apart by blanks, outside of spans, as annotated corpora do."""
    named = _covered(labelled)
    marks = re.finditer(r"(?<=\w)(?:[,;:!?)]|\.(?=\s|$)|'s\b)(?=\s|$)|\((?=\w)", labelled.text)
    edits = [
        (found.start(), found.end(), "( " if found.group() == "(" else " " + found.group())
        for found in marks
        if found.start() not in named
    ]
    return edited(labelled, edits)


KINDS: Final[dict[str, Callable[[Labelled, Random], Labelled]]] = {
    "curly": curly,
    "tokenized": tokenized,
    "typing": typing,
    "ocr": ocr,
    "unpunctuated": unpunctuated,
    "glued": glued,
    "spaced": spaced,
    "starts_lower": starts_lower,
    "names_lower": names_lower,
    "lower": lower,
    "upper": upper,
}


def spoiled(labelled: Labelled, noise: Noise, random: Random) -> Labelled:
    """Apply each kind of noise with its probability; the order is fixed."""
    for name, kind in KINDS.items():
        if random.random() < getattr(noise, name):
            labelled = kind(labelled, random)
    return labelled
