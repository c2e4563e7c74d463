"""The pieces of words that the student knows, and what the teacher says of each alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from sluice.engine.names.features import LINE_END
from training.student import PIECE_WIDTH
from training.teacher import Batch, Teacher
from training.words import tokenizer

UNKNOWN = "[UNK]"


def pieces() -> list[str]:
    """`[UNK]` first, then the pretrained model's pieces that are ASCII, in its order."""
    known = sorted(tokenizer().get_vocab().items(), key=lambda item: item[1])
    plain = [piece for piece, _ in known if piece.isascii() and not piece.startswith("[")]
    return [UNKNOWN, LINE_END, *(piece for piece in plain if " " not in piece)]


@torch.inference_mode()
def vectors(teacher: Teacher, vocabulary: list[str]) -> npt.NDArray[np.float32]:
    """The teacher's hidden state of each piece alone, cut to `PIECE_WIDTH` principal axes."""
    teacher.eval()
    numbers = tokenizer().get_vocab()
    ids = [numbers.get(piece, numbers[UNKNOWN]) for piece in vocabulary]
    rows = []
    for at in range(0, len(ids), 2048):
        batch = Batch([(["x"], 0)] * len(ids[at : at + 2048]), teacher.lexicon)
        batch.pieces[:, 1] = torch.tensor(ids[at : at + 2048])
        # Capitalised, as names are.
        batch.shapes[:, 1] = 2
        plain = (piece.removeprefix("##") for piece in vocabulary[at : at + 2048])
        batch.known[:, 1] = torch.tensor([teacher.lexicon.bits(piece) for piece in plain])
        rows.append(teacher.hidden(batch)[:, 1].float().numpy())
    states = np.concatenate(rows)
    states = states - states.mean(0)
    _, _, axes = np.linalg.svd(states[:: max(1, len(states) // 8000)], full_matrices=False)
    cut = states @ axes[:PIECE_WIDTH].T
    scaled: npt.NDArray[np.float32] = (cut / cut.std() * 0.3).astype(np.float32)
    return scaled
