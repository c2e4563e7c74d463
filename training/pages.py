"""Natural text with its names marked in place, and marks on paragraphs of the public domain.

`pages/*.txt` is text written for this project: pieces apart by `----`, names as `{PER:Jane Roe}`.
`marks/*.jsonl` holds no text, only where names stand in a source's paragraphs: one line
`{"source", "paragraph", "spans": [[start, end, type], …]}` for each, offsets in code points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.corpora import paragraphs
from training.examples import Example, Mark, mark

HERE: Final = Path(__file__).parent
KINDS: Final = {
    "PER": "PERSON",
    "LOC": "LOCATION",
    "ORG": "ORGANIZATION",
    "NRP": "NRP",
    "ADR": "STREET_ADDRESS",
}
_MARK: Final = re.compile(r"\{(PER|LOC|ORG|NRP|ADR):([^{}]*)\}")
_BETWEEN: Final = re.compile(r"(?m)^----\s*$\n?")


def unmarked(marked: str, source: str) -> Example:
    """The example that a marked text describes.

    Raises:
        ValueError: a curly bracket is left over.
    """
    text, marks, at = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[at : found.start()]
        start, text = len(text), text + found[2]
        if found[2].strip():
            marks.append(mark(start, len(text), KINDS[found[1]]))
        at = found.end()
    text += marked[at:]
    if "{" in text or "}" in text:
        raise ValueError(f"a bracket is left over in a text of {len(text)} characters")
    return Example(text, tuple(marks), source)


def pages(folder: Path = HERE / "pages") -> Iterator[Example]:
    """Every piece of the written pages."""
    for path in sorted(folder.glob("*.txt")):
        for piece in _BETWEEN.split(path.read_text(encoding="utf-8")):
            if piece.strip():
                yield unmarked(piece.strip("\n"), "pages")


def marked_paragraphs(folder: Path = HERE / "marks") -> Iterator[Example]:
    """The marked paragraphs of `../shared/data/text`."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    texts = {name: list(paragraphs(name)) for name in sorted({row["source"] for row in rows})}
    for row in rows:
        marks = tuple(Mark(start, end, frozenset({kind})) for start, end, kind in row["spans"])
        yield Example(texts[row["source"]][row["paragraph"]], marks, "annotated")


def as_row(example: Example, source: str, paragraph: int) -> str:
    """The line of a marks file for a marked paragraph."""
    spans = [[item.start, item.end, *item.types] for item in example.marks]
    return json.dumps({"source": source, "paragraph": paragraph, "spans": spans})
