"""What is trained on and what is kept apart for development."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Final
from zlib import crc32

from training import corpora
from training.corpora import held_out
from training.examples import Example
from training.pages import marked_paragraphs, pages

DOMAINS: Final = ("ai", "literature", "music", "politics", "science")


@lru_cache(maxsize=1)
def _parted() -> tuple[list[Example], dict[str, list[Example]]]:
    train: list[Example] = []
    dev: dict[str, list[Example]] = {}

    def part(name: str, examples: list[Example], share: float) -> None:
        kept, apart = held_out(examples, share, seed=7)
        train.extend(kept)
        dev.setdefault(name, []).extend(apart)

    for letter in "abefg":
        part("twitter", list(corpora.twitter(letter)), 1.0 if letter == "e" else 0.08)
    part("wnut", list(corpora.wnut("wnut17train")), 0.0)
    dev["wnut"].extend(corpora.wnut("emerging.dev"))
    part("wiki", list(corpora.wikigold()), 0.2)
    part("sec", list(corpora.sec_filings()), 0.15)
    for domain in DOMAINS:
        part("crossner", list(corpora.crossner(domain, "train")), 0.0)
        part("crossner", list(corpora.crossner(domain, "dev")), 0.3)
    part("meddocan", list(corpora.meddocan("train")), 0.0)
    part("meddocan", list(corpora.meddocan("dev")), 0.4)
    for name, examples, share in (("pages", pages(), 7), ("annotated", marked_paragraphs(), 15)):
        for example in examples:
            # Drawn by the text itself: more pages change nothing about those that are there.
            apart = crc32(example.text.encode()) % 100 < share
            (dev.setdefault(name, []) if apart else train).append(example)
    part("snips", random.Random(3).sample(list(corpora.snips()), 4000), 0.1)
    return train, dev


def training() -> list[Example]:
    """Every example of the public data that may be trained on."""
    return _parted()[0]


def development() -> dict[str, list[Example]]:
    """Examples by source that nothing is trained on."""
    return _parted()[1]
