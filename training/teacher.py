"""The teacher: a pretrained MiniLM, fine-tuned to tag tokens.

MiniLM reads lower case only, so each piece also gets a vector for how its word is written and
whether it begins it. Each training sequence also gets a vector for its source, which is left out
now and then: without it the network tags as the sources do on average.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn
from transformers import AutoModel

from sluice.engine.names.features import BITS, Lexicon, normal
from sluice.engine.names.features import LONGEST as LONGEST_WORD
from sluice.engine.names.shapes import SHAPES, shape
from sluice.engine.names.tags import TAGS, follows
from training.examples import Encoded, Example, allowed, encode
from training.scores import Span, spans_of, viterbi
from training.words import model_folder, pieces

LONGEST: Final = 220
"""Most pieces of one sequence."""
SOURCES: Final = (
    "any", "twitter", "wnut", "wiki", "sec", "crossner", "snips", "meddocan",
    "synthetic",
    "pages",
    "annotated",
)  # fmt: skip
TRANSITIONS: Final = np.where([[follows(a, b) for b in TAGS] for a in TAGS], 0.0, -1e9)


class Teacher(nn.Module):
    """Pieces, shapes, lexicon bits and a source in; for each word a logit for each tag out."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self.lexicon = lexicon
        self.body = AutoModel.from_pretrained(str(model_folder()), add_pooling_layer=False)
        width = self.body.config.hidden_size
        self.shapes = nn.Embedding(SHAPES * 2, width)
        self.sources = nn.Embedding(len(SOURCES), width)
        self.bits = nn.Linear(BITS, width, bias=False)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(width * 2, len(TAGS))
        nn.init.zeros_(self.sources.weight)
        nn.init.normal_(self.shapes.weight, std=0.01)
        nn.init.zeros_(self.bits.weight)

    def hidden(self, batch: Batch) -> torch.Tensor:
        """The last hidden states, (sequences, pieces, width)."""
        vectors = self.body.embeddings.word_embeddings(batch.pieces)
        vectors = vectors + self.shapes(batch.shapes) + self.sources(batch.sources)[:, None]
        vectors = vectors + self.bits((batch.known[..., None] >> _PLACES & 1).float())
        states: torch.Tensor = self.body(
            inputs_embeds=vectors, attention_mask=batch.mask
        ).last_hidden_state
        return states

    def forward(self, batch: Batch) -> torch.Tensor:
        """Logits, (sequences, words, tags)."""
        states = self.dropout(self.hidden(batch))
        width = states.shape[-1]
        first = states.gather(1, batch.firsts[..., None].expand(-1, -1, width))
        last = states.gather(1, batch.lasts[..., None].expand(-1, -1, width))
        logits: torch.Tensor = self.head(torch.cat([first, last], -1))
        return logits


_PLACES: Final = torch.arange(BITS)


class Batch:
    """Some sequences as padded tensors."""

    def __init__(self, rows: Sequence[tuple[list[str], int]], lexicon: Lexicon) -> None:
        laid = [_laid(words) for words, _ in rows]
        most = max(len(ids) for ids, *_ in laid)
        words = max(len(firsts) for *_, firsts, _ in laid)
        self.pieces = _padded([ids for ids, *_ in laid], most)
        self.shapes = _padded([shapes for _, shapes, *_ in laid], most)
        self.mask = (self.pieces != 0).long()
        known = np.zeros(self.pieces.shape, dtype=np.int64)
        for n, (words_, _) in enumerate(rows):
            known[n, laid[n][2]] = [known_bits(word, lexicon) for word in words_]
        self.known = torch.from_numpy(known)
        self.firsts = _padded([firsts for *_, firsts, _ in laid], words)
        self.lasts = _padded([lasts for *_, lasts in laid], words)
        self.sources = torch.tensor([source for _, source in rows])


_bits_of: dict[str, int] = {}


def known_bits(word: str, lexicon: Lexicon) -> int:
    """What the lexicon knows of a word."""
    found = _bits_of.get(word)
    if found is None:
        found = _bits_of[word] = lexicon.bits(normal(word[:LONGEST_WORD]))
    return found


def _laid(words: Sequence[str]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Piece numbers between [CLS] and [SEP], their shapes, each word's first and last piece."""
    ids, shapes, firsts, lasts = [101], [SHAPES * 2 - 1], [], []
    for word in words:
        found = pieces(word)
        firsts.append(len(ids))
        ids += found
        lasts.append(len(ids) - 1)
        kind = shape(word)
        shapes += [kind] + [kind + SHAPES] * (len(found) - 1)
    return [*ids, 102], [*shapes, SHAPES * 2 - 1], firsts, lasts


def _padded(rows: Sequence[Sequence[int]], length: int) -> torch.Tensor:
    out = np.zeros((len(rows), length), dtype=np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return torch.from_numpy(out)


class Piece:
    """A stretch of an encoded example that is short enough for the teacher."""

    __slots__ = ("masks", "size", "source", "words")

    def __init__(self, words: list[str], masks: np.ndarray, source: str, size: int) -> None:
        self.words, self.masks, self.source, self.size = words, masks, source, size


def stretches(encoded: Encoded) -> Iterator[Piece]:
    """The example cut where it is too long, at the last line end or full stop before."""
    words = [encoded.text[start:end] for start, end in encoded.spans]
    at = 0
    while at < len(words):
        end, size, cut = at, 0, 0
        while end < len(words) and size + len(pieces(words[end])) <= LONGEST:
            size += len(pieces(words[end]))
            end += 1
            if words[end - 1][0] in "\r\n.!?":
                cut = end
        if end < len(words) and cut > at + 20:
            end = cut
        yield Piece(words[at:end], encoded.masks[at:end], encoded.source, size)
        at = end


def batches(parts: list[Piece], most: int, draw: random.Random | None) -> Iterator[list[Piece]]:
    """Batches of about `most` pieces each, of sequences alike in length, in random order."""
    if draw:
        draw.shuffle(parts)
    pools = [parts[n : n + 1024] for n in range(0, len(parts), 1024)]
    for pool in pools:
        made: list[list[Piece]] = []
        batch: list[Piece] = []
        for part in sorted(pool, key=lambda p: p.size):
            if batch and (len(batch) + 1) * (part.size + 2) > most:
                made.append(batch)
                batch = []
            batch.append(part)
        made.append(batch)
        if draw:
            draw.shuffle(made)
        yield from made


def masked_loss(logits: torch.Tensor, parts: Sequence[Piece]) -> torch.Tensor:
    """The mean negative log-probability of each token's allowed tags."""
    logp = logits.float().log_softmax(-1)
    losses = []
    for number, part in enumerate(parts):
        mask = torch.from_numpy(allowed(part.masks))
        row = logp[number, : len(part.words)]
        losses.append(-(row + (mask + 1e-30).log()).logsumexp(-1))
    return torch.cat(losses).mean()


def train(
    lexicon: Lexicon,
    epochs: Callable[[int], list[Example]],
    count: int,
    seed: int,
    *,
    rate: float = 1e-4,
    most: int = 4096,
    report: Callable[[Teacher, int], None] | None = None,
    minutes: float | None = None,
    start: Path | None = None,
) -> Teacher:
    """Fine-tune on what `epochs(n)` gives for each of `count` epochs.

    `minutes` bounds the time: the learning rate falls to nought by then. `start` names a teacher
    to go on from, instead of the pretrained encoder.
    """
    torch.manual_seed(seed)
    draw = random.Random(seed)
    model = load(start, lexicon) if start else Teacher(lexicon)
    heads = [p for n, p in model.named_parameters() if not n.startswith("body")]
    groups = [
        {"params": list(model.body.parameters()), "lr": rate, "top": rate},
        {"params": heads, "lr": rate * 10, "top": rate * 10},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    began, done, total = time.monotonic(), 0.0, 0
    for epoch in range(count):
        parts = [part for example in epochs(epoch) for part in stretches(encode(example))]
        size = sum(part.size for part in parts)
        model.train()
        seen = 0
        for step, batch in enumerate(batches(parts, most, draw)):
            seen += sum(part.size for part in batch)
            done = (epoch + seen / size) / count
            if minutes:
                done = max(done, (time.monotonic() - began) / 60 / minutes)
            if done >= 1:
                break
            for group in groups:
                lr = group["top"] * min(1.0, done / 0.06) * (1 - done)  # type: ignore[operator]
                optimizer.param_groups[groups.index(group)]["lr"] = lr
            loss = _step(model, optimizer, batch, draw)
            total += 1
            if step % 100 == 0:
                spent = time.monotonic() - began
                print(
                    f"epoch {epoch} step {step} done {done:.2f} loss {loss:.4f} {spent:.0f}s",
                    flush=True,
                )
        if report:
            report(model, epoch)
        if done >= 1:
            break
    return model


def _step(
    model: Teacher, optimizer: torch.optim.Optimizer, batch: list[Piece], draw: random.Random
) -> float:
    rows = [
        (part.words, SOURCES.index(part.source) if draw.random() < 0.6 else 0) for part in batch
    ]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(Batch(rows, model.lexicon))
    loss = masked_loss(logits, batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


@torch.inference_mode()
def log_probabilities(
    model: Teacher, texts: Sequence[Encoded], source: str = "any", most: int = 6144
) -> list[np.ndarray]:
    """For each encoded text its tokens' log-probabilities, (tokens, tags)."""
    model.eval()
    parts: list[Piece] = []
    owner: list[tuple[int, int]] = []
    for number, encoded in enumerate(texts):
        for part in stretches(encoded):
            owner.append((number, len(parts)))
            parts.append(part)
    place = {id(part): n for n, part in enumerate(parts)}
    rows: list[np.ndarray] = [np.zeros(0)] * len(parts)
    for batch in batches(parts, most, None):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows_ = [(part.words, SOURCES.index(source)) for part in batch]
            logits = model(Batch(rows_, model.lexicon))
        logp = logits.float().log_softmax(-1).numpy()
        for n, part in enumerate(batch):
            rows[place[id(part)]] = logp[n, : len(part.words)].astype(np.float32)
    joined: list[list[np.ndarray]] = [[] for _ in texts]
    for number, n in owner:
        joined[number].append(rows[n])
    empty = np.zeros((0, len(TAGS)), dtype=np.float32)
    return [np.concatenate(found) if found else empty for found in joined]


def tagged(rows: Sequence[np.ndarray]) -> list[set[Span]]:
    """Spans in tokens from log-probabilities."""
    return [spans_of(viterbi(row, TRANSITIONS)) if len(row) else set() for row in rows]


def save(model: Teacher, path: Path) -> None:
    """Keep the weights."""
    torch.save(model.state_dict(), path)


def load(path: Path, lexicon: Lexicon) -> Teacher:
    """The teacher with kept weights."""
    model = Teacher(lexicon)
    model.load_state_dict(torch.load(path, weights_only=True))
    return model
