"""CoNLL: one token a line, its tag in the last column, an empty line after each sentence.

Tags are IOB1 (CoNLL-2003), IOB2 (BIO), IOBES or BILOU; all are read alike: a span begins at `B-`,
`S-` and `U-`, where the label changes, and after `O`; it ends at `E-`, `L-`, `S-` and `U-`.
`-DOCSTART-` begins a document; without any, each sentence is a document of its own. Columns are
divided by tabs, else by spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from sluice.cli.evaluation.labelled import Document, Gold
from sluice.cli.evaluation.reading import Problems, document, text_of

Spacing = Literal["spaces", "natural"]
"""Tokens joined by single spaces, or as they are written: no space before `,` or after `(`."""

Row = tuple[int, str, str]
"""Its line, a token and its tag."""

_START: Final = "-DOCSTART-"
_CLOSING: Final = frozenset(
    [*".,;:!?)]}%…", "'s", "'S", "’s", "n't", "'re", "'ve", "'ll", "'d", "'m"]
)
_OPENING: Final = frozenset("([{$£€#")
_QUOTES: Final = frozenset(['"', "''", "``"])


def read(path: Path, problems: Problems, spacing: Spacing = "spaces") -> Iterator[Document]:
    """The documents of one file."""
    text = text_of(path, problems)
    for sentences in _documents(path, text or "", problems):
        written, spans = _written(sentences, spacing)
        yield document(path, sentences[0][0][0], written, spans, problems)


def _documents(path: Path, text: str, problems: Problems) -> Iterator[list[list[Row]]]:
    """Documents as lists of sentences, none of them empty."""
    several = any(line.startswith(_START) for line in text.splitlines())
    sentences: list[list[Row]] = []
    sentence: list[Row] = []
    for number, line in enumerate([*text.split("\n"), _START], start=1):
        starts = line.startswith(_START)
        if line.strip() and not starts:
            if row := _row(path, number, line, problems):
                sentence.append(row)
            continue
        if sentence:
            sentences.append(sentence)
            sentence = []
        if sentences and (starts or not several):
            yield sentences
            sentences = []


def _row(path: Path, number: int, line: str, problems: Problems) -> Row | None:
    line = line.rstrip("\r")
    columns = line.split("\t") if "\t" in line else line.split()
    columns = [column.strip() for column in columns]
    tag = columns[-1]
    if len(columns) < 2 or not columns[0]:
        problems.add(path, number, "a token and its tag must stand here")
    elif tag != "O" and (tag[:2] not in {"B-", "I-", "E-", "S-", "L-", "U-"} or len(tag) == 2):
        problems.add(path, number, "the last column is no tag such as O, B-PER or I-PER")
    else:
        return number, columns[0], tag
    return None


def _written(sentences: list[list[Row]], spacing: Spacing) -> tuple[str, list[Gold]]:
    """The text of a document, a line for each sentence, and its spans."""
    parts: list[str] = []
    spans: list[Gold] = []
    length = 0
    for sentence in sentences:
        gaps = _gaps([token for _, token, _ in sentence], spacing)
        places = []
        for (_, token, _), gap in zip(sentence, gaps, strict=True):
            parts += [gap, token]
            length += len(gap)
            places.append((length, length + len(token)))
            length += len(token)
        spans += _spans([tag for *_, tag in sentence], places)
        parts.append("\n")
        length += 1
    return "".join(parts), spans


def _gaps(tokens: list[str], spacing: Spacing) -> list[str]:
    """What stands before each token."""
    if spacing == "spaces":
        return [" " if index else "" for index in range(len(tokens))]
    gaps, inside = [""], tokens[0] in _QUOTES
    for before, token in pairwise(tokens):
        closes = token in _CLOSING or (token in _QUOTES and inside)
        opened = before in _OPENING or (before in _QUOTES and inside)
        inside = not inside if token in _QUOTES else inside
        gaps.append("" if closes or opened else " ")
    return gaps


def _spans(tags: list[str], places: list[tuple[int, int]]) -> Iterator[Gold]:
    """Stretches of tokens with one label; a new one where a tag says so."""
    start, label = 0, ""
    for index, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        ended = index > 0 and tags[index - 1][:2] in {"E-", "S-", "L-", "U-"}
        if label and (name != label or kind in {"B", "S", "U"} or ended):
            yield Gold(places[start][0], places[index - 1][1], label)
            label = ""
        if name and not label:
            start, label = index, name
