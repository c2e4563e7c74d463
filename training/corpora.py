"""Readers of the training data in `../shared/data` (or `SLUICE_TRAINING_DATA`).

Each reader turns one source into examples; what its labels mean in our entity types stands in a
table. See `docs/tagger.md` for the sources and their licences.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from training.examples import ALL_TYPES, Example, Mark, mark

PER, LOC, ORG = "PERSON", "LOCATION", "ORGANIZATION"
_NO_NRP: Final = frozenset({"NRP"})
_NO_ADDRESS: Final = frozenset({"NRP", "STREET_ADDRESS"})

_TWITTER: Final = {"PER": (PER,), "LOC": (LOC,), "ORG": (ORG,)}
_WNUT: Final = {
    "person": (PER,),
    "location": (LOC,),
    "corporation": (ORG,),
    "group": (ORG,),
}
_WIKIGOLD: Final = {"PER": (PER,), "LOC": (LOC,), "ORG": (ORG,), "MISC": ("O", "NRP")}
_SEC: Final = {"PER": (PER,), "LOC": (LOC, "STREET_ADDRESS"), "ORG": (ORG,), "MISC": ("O",)}
_PEOPLE: Final = ("politician", "writer", "musicalartist", "scientist", "researcher", "person")
_GROUPS: Final = ("organisation", "politicalparty", "band", "university")
_CROSSNER: Final = {
    **dict.fromkeys(_PEOPLE, (PER,)),
    **dict.fromkeys(_GROUPS, (ORG,)),
    "location": (LOC,),
    "country": (LOC,),
    "magazine": ("O", ORG),
    "academicjournal": ("O", ORG),
    "misc": ("O", "NRP"),
    "conference": ("O",),
}
_SNIPS: Final = {
    "city": (LOC,),
    "state": (LOC,),
    "country": (LOC,),
    "geographic_poi": (LOC,),
    "poi": ("O", LOC, "STREET_ADDRESS"),
    "restaurant_name": (ORG,),
    "artist": (PER, ORG),
    "cuisine": ("O", "NRP"),
    "location_name": (ORG, LOC),
    "party_size_description": ("O", PER),
    "entity_name": ("O", PER, ORG),
    "object_name": ("O", PER, ORG),
    "playlist": ("O", PER, ORG),
    "album": ("O", PER),
    "track": ("O", PER),
    "movie_name": ("O", PER),
}
_MEDDOCAN: Final = {
    "NOMBRE_SUJETO_ASISTENCIA": (PER,),
    "NOMBRE_PERSONAL_SANITARIO": (PER,),
    "HOSPITAL": (ORG,),
    "INSTITUCION": (ORG,),
    "CENTRO_SALUD": (ORG,),
    "TERRITORIO": (LOC,),
    "PAIS": (LOC,),
    "CALLE": ("STREET_ADDRESS",),
}


def data_folder() -> Path:
    """Where the training data are."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("SLUICE_TRAINING_DATA", beside))


def twitter(part: str, source: str = "twitter") -> Iterator[Example]:
    """Broad Twitter Corpus, one of its parts `a`, `b`, `e`, `f`, `g`."""
    path = data_folder() / "ner" / "broad-twitter" / f"{part}.conll"
    yield from _conll(path, _TWITTER, source, _NO_ADDRESS)


def wnut(name: str) -> Iterator[Example]:
    """WNUT 2017, file `wnut17train` or `emerging.dev`."""
    yield from _conll(data_folder() / "ner" / "wnut17" / f"{name}.conll", _WNUT, "wnut", _NO_NRP)


def wikigold() -> Iterator[Example]:
    """Wikigold: Wikipedia sentences."""
    path = data_folder() / "ner" / "wikigold" / "wikigold.conll.txt"
    yield from _conll(path, _WIKIGOLD, "wiki", _NO_ADDRESS)


def sec_filings() -> Iterator[Example]:
    """Loan agreements; pronoun-like persons (`Lender`) are marked there, names here."""
    path = data_folder() / "ner" / "sec-filings" / "FIN5.txt"
    for example in _conll(path, _SEC, "sec", _NO_ADDRESS):
        yield _named_only(example)


def _named_only(example: Example) -> Example:
    """Without the parties' roles, which this source marks as persons: `Borrower`, `Bank`."""
    roles = re.compile(r"(?i)(?:the )?(?:\W*)(?:borrower|lender|bank|agent|guarantor|holder)s?\W*")
    marks = tuple(
        m if not roles.fullmatch(example.text[m.start : m.end]) else mark(m.start, m.end, "O")
        for m in example.marks
    )
    return Example(example.text, marks, example.source, example.unmarked)


def crossner(domain: str, part: str) -> Iterator[Example]:
    """CrossNER, one domain's `train` or `dev`."""
    path = data_folder() / "ner" / "crossner" / domain / f"{part}.txt"
    yield from _conll(path, _CROSSNER, "crossner", _NO_ADDRESS)


def snips() -> Iterator[Example]:
    """What people say to assistants; mostly lower case."""
    for path in sorted((data_folder() / "ner" / "snips").glob("train_*.json")):
        content = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        for rows in content.values():
            for row in rows:
                yield _snips_example(row["data"])


def _snips_example(parts: list[dict[str, str]]) -> Example:
    text, marks = "", []
    for part in parts:
        start, text = len(text), text + part["text"]
        types = _SNIPS.get(part.get("entity", ""))
        if types:
            marks.append(mark(start, len(text), *types))
    return Example(text, tuple(marks), "snips", _NO_ADDRESS)


def meddocan(part: str) -> Iterator[Example]:
    """Spanish clinical cases, `train` or `dev`."""
    path = data_folder() / "ner" / "meddocan-es.tar.gz"
    with tarfile.open(path) as archive:
        names = sorted(n for n in archive.getnames() if f"/{part}/" in n and n.endswith(".txt"))
        for name in names:
            yield _brat(_member(archive, name), _member(archive, f"{name[:-4]}.ann"))


def _member(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    if file is None:
        raise FileNotFoundError(name)
    return file.read().decode()


def _brat(text: str, annotations: str) -> Example:
    marks = []
    for line in annotations.splitlines():
        if not line.startswith("T"):
            continue
        label, start, end = re.split(r"[ ;]", line.split("\t")[1])[:3]
        marks.append(mark(int(start), int(end), *_MEDDOCAN.get(label, ("O",))))
    return Example(text, tuple(marks), "meddocan", _NO_NRP)


def paragraphs(name: str) -> Iterator[str]:
    """Unlabelled paragraphs of `18f-blog`, `digital-gov` or `peps`."""
    with gzip.open(data_folder() / "text" / f"{name}.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield line.strip()


def _conll(
    path: Path, table: Mapping[str, tuple[str, ...]], source: str, unmarked: frozenset[str]
) -> Iterator[Example]:
    for number, rows in enumerate(_sentences(path)):
        # As people write it, and every third time as the source has it: tokens with spaces.
        joined = _spaced(rows) if number % 3 == 0 else _written(rows)
        example = _example(joined, table, source, unmarked)
        yield example if number % 3 == 0 else _handles_open(example)


def _handles_open(example: Example) -> Example:
    """Handles written as people write them may be names or not: the sources disagree."""
    marks = [m for m in example.marks if not _is_handle(example.text, m)]
    for found in re.finditer(r"@\w+", example.text):
        kinds = {
            kind
            for m in example.marks
            if m.start < found.end() and found.start() < m.end
            for kind in m.types
        }
        marks.append(Mark(found.start(), found.end(), frozenset(kinds | {"O"})))
    return Example(example.text, tuple(marks), example.source, example.unmarked)


def _is_handle(text: str, item: Mark) -> bool:
    return text[item.start] == "@" or (item.start > 0 and text[item.start - 1] == "@")


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Sentences as (word, label) rows; the label is the last column."""
    rows: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) < 2 or not columns[0].strip():
            if rows:
                yield rows
            rows = []
        elif columns[0] != "-DOCSTART-":
            rows.append((columns[0].strip(), columns[-1].strip()))
    if rows:
        yield rows


Joined = list[tuple[str, str, str]]
"""Rows of (space before, word, label)."""

_CLOSING = re.compile(r"[.,;:!?%)\]}]+|'s|'re|'ve|'ll|'d|'m|n't|’s|\.\.\.|''")
_OPENING = re.compile(r"[(\[{$£€]|``")


def _spaced(rows: Iterable[tuple[str, str]]) -> Joined:
    return [(" ", word, label) for word, label in rows]


def _written(rows: Iterable[tuple[str, str]]) -> Joined:
    """Without the spaces that tokenizers put around punctuation."""
    joined: Joined = []
    opened = True
    quoted = False
    for word, label in rows:
        closing = bool(_CLOSING.fullmatch(word)) or (word == '"' and quoted)
        joined.append(("" if opened or closing else " ", word, label))
        opened = bool(_OPENING.fullmatch(word)) or (word == '"' and not quoted) or word in "@#"
        quoted ^= word == '"'
    return joined


def _example(
    joined: Joined, table: Mapping[str, tuple[str, ...]], source: str, unmarked: frozenset[str]
) -> Example:
    text, open_label = "", ""
    marks: list[Mark] = []
    for space, word, label in joined:
        text += space if text else ""
        start, text = len(text), text + word
        kind = label[2:]
        if label == "O":
            open_label = ""
            continue
        if open_label == kind and not label.startswith("B"):
            marks[-1] = Mark(marks[-1].start, len(text), marks[-1].types)
        else:
            marks.append(mark(start, len(text), *table.get(kind, ("O",))))
        open_label = kind
    return Example(text, tuple(marks), source, unmarked)


def held_out(examples: Iterable[Example], share: float, seed: int) -> tuple[list[Example], ...]:
    """Examples for training and for development, parted by a seeded draw."""
    draw = random.Random(seed)
    parted: tuple[list[Example], list[Example]] = ([], [])
    for example in examples:
        parted[draw.random() < share].append(example)
    return parted


def synthetic(path: Path) -> Iterator[Example]:
    """Text written by `training.synthetic`, as JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            marks = tuple(
                mark(start, end, kind) for start, end, kind in row["spans"] if kind in ALL_TYPES
            )
            yield Example(row["text"], marks, row.get("source", "synthetic"))
