"""brat's stand-off format (https://brat.nlplab.org/standoff.html): a text and its `.ann` file.

A line `T1<TAB>PERSON 0 4<TAB>Jane` marks a span by offsets in code points; a discontinuous one,
`PERSON 0 4;9 14`, becomes a span for each fragment. Other kinds of lines (relations, events,
attributes, notes) say nothing about spans and are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from sluice.cli.evaluation.labelled import Document, Gold
from sluice.cli.evaluation.reading import Problems, document, text_of

_LINE: Final = re.compile(
    r"T\w+\t(?P<label>[^\s]+) (?P<places>\d+ \d+(?:;\d+ \d+)*)\t(?P<text>.*)", re.ASCII
)


def read(path: Path, problems: Problems) -> Iterator[Document]:
    """The documents of a folder (with its sub-folders), or of one `.ann` or `.txt` file."""
    found = sorted(path.rglob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    if not found:
        problems.add(path, 0, "no .ann file in this folder")
    for annotated in found:
        beside = annotated.with_suffix(".txt")
        missing = [one for one in (annotated, beside) if not one.is_file()]
        if missing:
            problems.add(missing[0], 0, "this file is missing")
            continue
        text, marks = text_of(beside, problems), text_of(annotated, problems)
        if text is not None and marks is not None:
            yield _document(annotated, beside, text, marks, problems)


def _document(annotated: Path, beside: Path, text: str, marks: str, problems: Problems) -> Document:
    spans: list[Gold] = []
    # brat counts a line end as one character; files written on Windows have two.
    text = text.replace("\r\n", "\n")
    for number, line in enumerate(marks.split("\n"), start=1):
        if line.startswith("T"):
            spans += _spans(annotated, number, line.rstrip("\r"), text, problems)
    read = document(annotated, 0, text, spans, problems)
    return Document(str(beside), read.text, read.spans)


def _spans(path: Path, number: int, line: str, text: str, problems: Problems) -> list[Gold]:
    """The fragments that one line marks; a line end in the text is a space in the mark."""
    match = _LINE.fullmatch(line)
    if match is None:
        problems.add(path, number, "no line such as T1, a label with offsets, and the text")
        return []
    places = [tuple(map(int, place.split())) for place in match["places"].split(";")]
    if any(first[1] > then[0] for first, then in pairwise(places)):
        problems.add(path, number, "the fragments are not in order")
        return []
    here = " ".join(text[start:end] for start, end in places)
    if here.split() != match["text"].split():
        problems.add(path, number, "the text at these offsets is another than the mark's own")
        return []
    return [Gold(start, end, match["label"]) for start, end in places]
