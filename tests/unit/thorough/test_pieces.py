"""Words cut into the pretrained model's pieces."""

from __future__ import annotations

import pytest

from sluice_thorough.pieces import WordPieces

VOCABULARY = [
    "[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "mull", "##er", "m", "##u", "##l", "##e",
    "##r", ".", "東", "京", "##a", "a", "ο", "##σ", "strass", "##n",
]  # fmt: skip
UNKNOWN = 2
PIECES = WordPieces(VOCABULARY)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("Müller", ("mull", "##er")),
        ("MULLER", ("mull", "##er")),
        ("mu\u0308ller", ("mull", "##er")),
        ("mul", ("m", "##u", "##l")),
        (".", (".",)),
        ("\n", ("[unused1]",)),
        ("\r\n\r\n", ("[unused1]",)),
        ("東京", ("東", "京")),
        ("a東a", ("a", "東", "a")),
        ("ΟΣ", ("ο", "##σ")),
        ("mzz", ("[UNK]",)),
        ("東z京", ("東", "[UNK]", "京")),
        ("\u0301", ("[UNK]",)),
        ("muuuuuuuuu", ("m", "##u", "##u", "##u", "##u", "##u")),
        ("a" * 100, ("a", "##a", "##a", "##a", "##a", "##a")),
        ("a" * 101, ("[UNK]",)),
    ],
)
def test_the_longest_piece_first_in_lower_case_and_without_accents(
    word: str, pieces: tuple[str, ...]
) -> None:
    assert [VOCABULARY[n] for n in PIECES.cut(word)] == list(pieces)


def test_a_vocabulary_without_the_pieces_that_mean_something_is_refused() -> None:
    with pytest.raises(ValueError, match="CLS"):
        WordPieces([piece for piece in VOCABULARY if piece != "[CLS]"])
