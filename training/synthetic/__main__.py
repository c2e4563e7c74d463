"""`python -m training.synthetic --count N --seed S --out FILE.jsonl`: write labelled text."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from training.synthetic import generate


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Write labelled text for training the tagger.")
    parser.add_argument("--count", type=int, default=1000, help="how many texts")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same texts")
    parser.add_argument("--out", default="-", help="a JSONL file, - for standard output")
    parser.add_argument("--register", action="append", help="only these (may be repeated)")
    parser.add_argument("--language", action="append", help="only these (may be repeated)")
    parser.add_argument("--show", action="store_true", help="texts to read, spans marked [TYPE …]")
    return parser.parse_args()


@contextmanager
def opened(name: str) -> Iterator[IO[str]]:
    """Open the file to write to; standard output is left open."""
    if name == "-":
        yield sys.stdout
        return
    with Path(name).open("w", encoding="utf-8") as out:
        yield out


def marked(text: str, spans: tuple[tuple[int, int, str], ...]) -> str:
    """Return the text with each span in brackets, headed by its type."""
    for start, end, entity_type in reversed(spans):
        text = f"{text[:start]}[{entity_type[:4]} {text[start:end]}]{text[end:]}"
    return text


def main() -> None:
    """Write the texts."""
    given = arguments()
    texts = generate(given.count, given.seed, registers=given.register, languages=given.language)
    with opened(given.out) as out:
        for text in texts:
            if given.show:
                out.write(f"--- {text.register}\n{marked(text.text, text.spans)}\n")
            else:
                out.write(json.dumps(text.as_json(), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
