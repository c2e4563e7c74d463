"""Copies of examples with other names and other casing, drawn from a seed."""

from __future__ import annotations

import csv
import json
import random
import re
from functools import lru_cache

from training.corpora import data_folder
from training.examples import Example, Mark


@lru_cache(maxsize=1)
def _given() -> tuple[str, ...]:
    path = data_folder() / "gazetteers" / "philter" / "firstnames_minus_fps.json"
    return tuple(name.title() for name in _keys(path.read_text()) if 2 < len(name) < 13)


@lru_cache(maxsize=1)
def _family() -> tuple[str, ...]:
    path = data_folder() / "gazetteers" / "philter" / "lastnames_minus_fps.json"
    return tuple(name.title() for name in _keys(path.read_text()) if 2 < len(name) < 14)


def _keys(text: str) -> list[str]:
    return sorted(name for name in json.loads(text) if name.isalpha())


@lru_cache(maxsize=1)
def _cities() -> tuple[str, ...]:
    path = data_folder() / "gazetteers" / "world-cities" / "world-cities.csv"
    with path.open(encoding="utf-8") as rows:
        return tuple(row[0] for row in csv.reader(rows) if row[0] != "name")


@lru_cache(maxsize=1)
def _companies() -> tuple[str, ...]:
    path = data_folder() / "gazetteers" / "probablepeople" / "company_labeled.xml"
    found = []
    for body in re.findall(r"<(?:Name|Corporation)>(.*?)</(?:Name|Corporation)>", path.read_text()):
        name = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)).strip()
        name = name.replace("&amp;", "&")
        if 3 < len(name) < 40:
            found.append(name.title() if name.isupper() or name.islower() else name)
    return tuple(found)


def _person(draw: random.Random, old: str) -> str:
    parts = len(old.split())
    if parts == 1:
        return draw.choice(_given() if draw.random() < 0.5 else _family())
    middle = f" {draw.choice('ABCDEFGHJKLMPRST')}." if parts > 2 else ""
    return f"{draw.choice(_given())}{middle} {draw.choice(_family())}"


def _other(draw: random.Random, old: str, kind: str) -> str | None:
    if kind == "PERSON":
        return _person(draw, old)
    if kind == "LOCATION" and old.isalpha():
        return draw.choice(_cities())
    if kind == "ORGANIZATION" and len(old.split()) > 1:
        return draw.choice(_companies())
    return None


def swapped(example: Example, draw: random.Random) -> Example:
    """The example with other names in its marks; the same name becomes the same other one."""
    text, marks, at = "", [], 0
    chosen: dict[str, str] = {}
    for item in sorted(example.marks, key=lambda m: m.start):
        old = example.text[item.start : item.end]
        if len(item.types) == 1 and draw.random() < 0.8 and old not in chosen:
            new = _other(draw, old, next(iter(item.types)))
            if new:
                chosen[old] = _cased(new, old)
        text += example.text[at : item.start]
        start, text = len(text), text + chosen.get(old, old)
        marks.append(Mark(start, len(text), item.types))
        at = item.end
    return Example(text + example.text[at:], tuple(marks), example.source, example.unmarked)


def _cased(new: str, old: str) -> str:
    if old.islower():
        return new.lower()
    return new.upper() if old.isupper() and len(old) > 3 else new


def recased(example: Example, draw: random.Random) -> Example:
    """The example in lower case, in capitals, or without some of its capitals.

    Only where no letter changes its length.
    """
    way = draw.random()
    text = example.text
    other = text.lower() if way < 0.7 else text.upper() if way < 0.9 else _some_lower(text, draw)
    if len(other) != len(text):
        return example
    return Example(other, example.marks, example.source, example.unmarked)


def _some_lower(text: str, draw: random.Random) -> str:
    return re.sub(r"\w+", lambda m: m[0].lower() if draw.random() < 0.5 else m[0], text)


def augmented(example: Example, draw: random.Random, swap: float, recase: float) -> Example:
    """The example, perhaps swapped, perhaps recased."""
    if draw.random() < swap:
        example = swapped(example, draw)
    return recased(example, draw) if draw.random() < recase else example
