"""Texts that cost some detector somewhere more than their length, as endless as one likes."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Mapping
from itertools import cycle, islice
from typing import Final

_WORDS: Final = re.findall(
    r"\w+",
    "jane marcus berlin acme main street call after meeting invoice number paris may will "
    "jordan washington post account the and of with for please send from",
)
_SCRIPTS: Final = ("Anna", "Анна", "Άννα", "آنا", "安娜", "애나", "अन्ना", "Jürgen")


def _said(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    return [chosen.choice(_WORDS) for _ in range(count)]


def _column(count: int) -> str:
    chosen = random.Random(7)
    return "value\n" + "\n".join(str(chosen.randrange(10**9)) for _ in range(count))


_PIECES: Final[Mapping[str, str]] = {
    "one letter": "a",
    "one capital": "A",
    "zeros": "0",
    "digits": "1234567890",
    "at signs": "@",
    "half addresses": "a@",
    "dots": ".",
    "dashes": "-",
    "underscores": "_",
    "equals signs": "=",
    "percent signs": "%",
    "backslashes": "\\",
    "ampersands": "&",
    "opening brackets": "([{<",
    "closing brackets": ")]}>",
    "double quotes": '"',
    "single quotes": "'",
    "quotes and commas": '","',
    "colons after a key": "name: ",
    "keys in one line": "name: x, ssn: y; ",
    "keys without values": "name:\n",
    "equal keys": "password=",
    "SQL": "INSERT INTO t (name) VALUES ('a'),",
    "tags": "<a b='c'>",
    "tags that never end": "<a ",
    "HTML entities": "&#64;",
    "URL encoding": "%40a",
    "escapes": "\\u0040",
    "emoji": "\U0001f600",
    "joined emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Chinese": "安娜在柏林工作",
    "combining marks": "a\u0301\u0323",
    "combining marks alone": "\u0301",
    "zero width": "a\u200b",
    "full-width digits": "１２３４",
    "lines of DOS": "\r\n",
    "line feeds": "\n",
    "words and line feeds": "Anna\n",
    "tabs": "\t",
    "pipes": "|",
    "Markdown tables": "| name | Anna |\n",
    "initials": "A. B. ",
    "titles": "Mr. Dr. ",
    "apostrophes": "O'",
    "hyphenated names": "Anna-",
    "streets": "1 Main Street ",
    "months": "May 1 ",
    "ages": "aged 4 ",
    "names and commas": "Smith, Jane, ",
    "names and conjunctions": "Jane and ",
    "of the of the": "University of ",
    "URLs in a row": "https://a,",
    "private address prefix": "c/o ",
}


def hostile(size: int) -> dict[str, str]:
    """The kinds of texts by name, each of `size` code points."""
    texts = {name: piece * (size // len(piece) + 1) for name, piece in _PIECES.items()}
    count = size // 4 + 1
    texts |= {
        "one word of two alphabets": "aб" * size,
        "long words": " ".join("abcdefghij" * (size // 30) for _ in range(3)) + " " * 20,
        "base64": base64.b64encode(random.Random(1).randbytes(size)).decode(),
        "lines of base64": base64.encodebytes(random.Random(2).randbytes(size)).decode(),
        "hexadecimal": random.Random(3).randbytes(size).hex(),
        "deep JSON lists": "[" * (size // 2) + "]" * (size // 2) + " " * 2,
        "deep JSON objects": '{"name":' * (size // 8 + 1),
        "deep JSON strings": '{"a":"{\\"b\\":' * (size // 12 + 1),
        "one column": _column(count),
        "one row": ",".join(_said(4, count)),
        "Title Case": " ".join(map(str.title, _said(5, count))),
        "ALL CAPS": " ".join(map(str.upper, _said(6, count))),
        "lower case": " ".join(_said(7, count)),
        "glued words": "".join(map(str.title, _said(8, count))),
        "new words": " ".join(f"Xa{number:x}" for number in range(count)),
        "one name": "Jane Miller " * count,
        "alternating scripts": " ".join(islice(cycle(_SCRIPTS), count)),
    }
    return {name: text[:size] for name, text in texts.items()}
