"""The student: word features, then a few dilated convolutions; learns what the teacher says.

It is the network of `sluice.engine.names.network`, written for training.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from sluice.engine.names.features import (
    BITS,
    EDGE_ROWS,
    LENGTHS,
    MOST_PIECES,
    Features,
    Lexicon,
    Vocabulary,
    features,
)
from sluice.engine.names.lines import LINES, line_classes
from sluice.engine.names.shapes import SHAPES
from sluice.engine.names.tags import TAGS
from training.examples import Encoded, allowed

PIECE_WIDTH: Final = 64
EDGE_WIDTH: Final = 32
LONGEST: Final = 400
"""Most tokens of a training sequence."""

Numbers = npt.NDArray[np.int64]
Real = npt.NDArray[np.float32]


class Words:
    """The features of every distinct word, as matrices with a row for each."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._vocabulary, self._lexicon = vocabulary, lexicon
        self._rows: dict[str, int] = {}
        self._features: list[Features] = []

    def number(self, word: str) -> int:
        """The word's row."""
        row = self._rows.get(word)
        if row is None:
            row = self._rows[word] = len(self._features)
            self._features.append(features(word, self._vocabulary, self._lexicon))
        return row

    def tensors(self) -> dict[str, torch.Tensor]:
        """All rows: pieces (padded with -1), edges, shapes, lengths, lexicon bits."""
        pieces = np.full((len(self._features), MOST_PIECES), -1, dtype=np.int64)
        for row, found in enumerate(self._features):
            pieces[row, : len(found.pieces)] = found.pieces
        known = np.array([found.lexicon for found in self._features], dtype=np.int64)
        bits = (known[:, None] >> np.arange(BITS) & 1).astype(np.float32)
        return {
            "pieces": torch.from_numpy(pieces),
            "edges": torch.tensor([found.edges for found in self._features]),
            "shapes": torch.tensor([found.shape for found in self._features]),
            "lengths": torch.tensor([found.length for found in self._features]),
            "bits": torch.from_numpy(bits),
        }


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sequence to learn: word rows, line classes, the teacher's word, what the source allows."""

    words: Numbers
    lines: Numbers
    soft: npt.NDArray[np.float16]
    masks: npt.NDArray[np.uint32] | None
    weight: float


def lessons(
    encoded: Encoded, soft: Real, words: Words, *, gold: bool, weight: float = 1.0
) -> Iterator[Lesson]:
    """The encoded text as lessons of at most `LONGEST` tokens."""
    tokens = [encoded.text[start:end] for start, end in encoded.spans]
    rows = np.array([words.number(token) for token in tokens], dtype=np.int64)
    shapes = np.array([words._features[row].shape for row in rows], dtype=np.int64)
    lines = np.array(line_classes(shapes.tolist()), dtype=np.int64)
    for at in range(0, len(rows), LONGEST):
        part = slice(at, at + LONGEST)
        masks = encoded.masks[part] if gold else None
        yield Lesson(rows[part], lines[part], soft[part].astype(np.float16), masks, weight)


class Student(nn.Module):
    """The network; `forward` gives logits (sequences, tokens, tags)."""

    def __init__(
        self, pieces: int, width: int = 96, dilations: Sequence[int] = (1, 2, 4, 1)
    ) -> None:
        super().__init__()
        self.pieces = nn.Embedding(pieces, PIECE_WIDTH)
        self.edges = nn.Embedding(EDGE_ROWS, EDGE_WIDTH)
        self.shapes = nn.Embedding(SHAPES, width)
        self.lengths = nn.Embedding(LENGTHS, width)
        self.lines = nn.Embedding(LINES, width)
        self.first = nn.Linear(PIECE_WIDTH, width)
        self.rest = nn.Linear(PIECE_WIDTH, width, bias=False)
        self.last = nn.Linear(PIECE_WIDTH, width, bias=False)
        self.edge = nn.Linear(EDGE_WIDTH, width, bias=False)
        self.bits = nn.Linear(BITS, width, bias=False)
        self.dilations = tuple(dilations)
        self.layers = nn.ModuleList(
            nn.Conv1d(width, width, 3, dilation=d, padding=d) for d in dilations
        )
        self.out = nn.Linear(width, len(TAGS))
        self.dropout = nn.Dropout(0.15)
        for table in (self.pieces, self.edges, self.shapes, self.lengths, self.lines):
            nn.init.normal_(table.weight, std=0.1)

    def words(self, table: dict[str, torch.Tensor], drop: float = 0.0) -> torch.Tensor:
        """The vectors of all words of a table, (words, width)."""
        pieces = table["pieces"]
        known = (pieces >= 0).float()
        vectors = self.pieces(pieces.clamp(min=0)) * known[..., None]
        count = known.sum(1, keepdim=True)
        rest = vectors[:, 1:].sum(1) / (count - 1).clamp(min=1)
        last = vectors.gather(1, (count.long() - 1)[..., None].expand(-1, -1, PIECE_WIDTH)).squeeze(
            1
        )
        own = self.first(vectors[:, 0]) + self.rest(rest) + self.last(last)
        edge = self.edge(self.edges(table["edges"]).mean(1))
        bits = self.bits(table["bits"])
        if drop:
            own, edge, bits = (_rows_dropped(part, drop) for part in (own, edge, bits))
        return own + edge + bits + self.shapes(table["shapes"]) + self.lengths(table["lengths"])

    def forward(
        self, vectors: torch.Tensor, lines: torch.Tensor, real: torch.Tensor
    ) -> torch.Tensor:
        """Logits from word vectors (sequences, tokens, width); `real` is 0 where padded."""
        states = functional.relu(vectors + self.lines(lines)) * real
        states = self.dropout(states)
        for layer in self.layers:
            more = functional.relu(layer(states.transpose(1, 2)).transpose(1, 2))
            states = (states + self.dropout(more)) * real
        logits: torch.Tensor = self.out(states)
        return logits


def _rows_dropped(part: torch.Tensor, share: float) -> torch.Tensor:
    keep = (torch.rand(len(part), 1) >= share).float()
    return part * keep


class Pack:
    """Some lessons as padded tensors, with the distinct words they use."""

    def __init__(self, batch: Sequence[Lesson], table: dict[str, torch.Tensor]) -> None:
        longest = max(len(lesson.words) for lesson in batch)
        rows = np.zeros((len(batch), longest), dtype=np.int64)
        lines = np.zeros((len(batch), longest), dtype=np.int64)
        real = np.zeros((len(batch), longest, 1), dtype=np.float32)
        soft = np.zeros((len(batch), longest, len(TAGS)), dtype=np.float32)
        masks = np.ones((len(batch), longest, len(TAGS)), dtype=np.float32)
        weight = np.zeros((len(batch), longest), dtype=np.float32)
        for n, lesson in enumerate(batch):
            size = len(lesson.words)
            rows[n, :size], lines[n, :size], real[n, :size] = lesson.words, lesson.lines, 1
            soft[n, :size] = np.exp(lesson.soft.astype(np.float32))
            weight[n, :size] = lesson.weight
            if lesson.masks is not None:
                masks[n, :size] = allowed(lesson.masks)
        distinct, inverse = np.unique(rows, return_inverse=True)
        used = torch.from_numpy(distinct)
        self.table = {name: values[used] for name, values in table.items()}
        self.rows = torch.from_numpy(inverse.reshape(rows.shape))
        self.lines, self.real = torch.from_numpy(lines), torch.from_numpy(real)
        self.soft, self.masks = torch.from_numpy(soft), torch.from_numpy(masks)
        self.weight = torch.from_numpy(weight)


def loss_of(model: Student, pack: Pack, gold: float, drop: float) -> torch.Tensor:
    """Cross entropy with the teacher's probabilities plus that with the allowed tags."""
    vectors = model.words(pack.table, drop)[pack.rows]
    logp = model(vectors, pack.lines, pack.real).log_softmax(-1)
    taught = -(pack.soft * logp).sum(-1)
    marked = -(logp + (pack.masks + 1e-30).log()).logsumexp(-1)
    return ((taught + gold * marked) * pack.weight).sum() / pack.weight.sum()


def packs(all_lessons: list[Lesson], most: int, draw: random.Random) -> Iterator[list[Lesson]]:
    """Batches of about `most` tokens, alike in length, in random order."""
    draw.shuffle(all_lessons)
    made: list[list[Lesson]] = []
    for at in range(0, len(all_lessons), 4096):
        pool = sorted(all_lessons[at : at + 4096], key=lambda lesson: len(lesson.words))
        batch: list[Lesson] = []
        for lesson in pool:
            if batch and (len(batch) + 1) * len(lesson.words) > most:
                made.append(batch)
                batch = []
            batch.append(lesson)
        made.append(batch)
    draw.shuffle(made)
    yield from made


def train(
    model: Student,
    all_lessons: list[Lesson],
    table: dict[str, torch.Tensor],
    *,
    minutes: float,
    seed: int,
    epochs: int = 30,
    rate: float = 3e-3,
    gold: float = 0.5,
    most: int = 6000,
    report: Callable[[int], None] | None = None,
) -> None:
    """Train for `epochs`, or less if `minutes` end before; the rate falls to nought by then."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4, fused=True)
    began = time.monotonic()
    for epoch in range(epochs):
        model.train()
        total, steps = 0.0, 0
        todo = list(packs(all_lessons, most, draw))
        for step, batch in enumerate(todo):
            done = max(
                (epoch + step / len(todo)) / epochs, (time.monotonic() - began) / 60 / minutes
            )
            if done >= 1:
                break
            optimizer.param_groups[0]["lr"] = rate * min(1.0, done / 0.02) * (1 - done)
            loss = loss_of(model, Pack(batch, table), gold, drop=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimizer.step()
            total, steps = total + float(loss.detach()), steps + 1
        spent = time.monotonic() - began
        print(
            f"epoch {epoch} steps {steps} loss {total / max(1, steps):.4f} {spent:.0f}s", flush=True
        )
        if report:
            report(epoch)
        if done >= 1:
            break


@torch.inference_mode()
def log_probabilities(
    model: Student, texts: Sequence[list[Lesson]], table: dict[str, torch.Tensor]
) -> list[Real]:
    """For each text, given as its lessons, the log-probabilities (tokens, tags)."""
    model.eval()
    flat = [lesson for text in texts for lesson in text]
    rows: list[Real] = []
    for at in range(0, len(flat), 32):
        batch = flat[at : at + 32]
        pack = Pack(batch, table)
        logp = model(model.words(pack.table)[pack.rows], pack.lines, pack.real).log_softmax(-1)
        rows += [logp[n, : len(lesson.words)].numpy() for n, lesson in enumerate(batch)]
    out, at = [], 0
    empty = np.zeros((0, len(TAGS)), dtype=np.float32)
    for text in texts:
        out.append(np.concatenate(rows[at : at + len(text)]) if text else empty)
        at += len(text)
    return out
