"""The stages of training, each leaving its result in the folder for the next.

| stage | leaves | what it does |
|---|---|---|
| `teacher` | `teacher.pt` | fine-tunes the teacher on the public data and on written text |
| `labels` | `labels.pickle` | it labels more: other names and casing, unlabelled text |
| `student` | `student.pt` | the student learns the labels |
| `export` | the weights | tables as int8, layers as float16, the calibration of scores |
| `thorough` | the thorough tier's weights | the teacher itself, as int8, and its calibration |
"""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from sluice.engine.names.features import Lexicon, Vocabulary
from sluice.engine.names.tags import TAGS
from sluice.engine.names.weights import packed
from training import corpora, export, splits, student, teacher, vocabulary, written
from training.augment import augmented
from training.calibration import Reading, calibrated, found
from training.examples import Encoded, Example, encode
from training.lexicon import kept, tables
from training.scores import f1_table

_SHARES: Final = {"meddocan": 0.35, "snips": 0.4}
"""How much of a source an epoch of the first round sees; the others whole."""
_FINE_SHARES: Final = {"meddocan": 0.15, "snips": 0.15, "pages": 2.0, "annotated": 2.0}
"""The same for the second round and the student; 0.6 of the others, natural pages twice."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything; times in minutes bound the stages on a slow machine."""

    folder: Path
    seed: int = 1
    teacher_minutes: float = 36.0
    fine_minutes: float = 19.0
    """The two rounds of the teacher."""
    teacher_epochs: int = 3
    written_texts: int = 14_000
    """Texts of the generator in each epoch of the teacher's first round; half in the second."""
    label_texts: int = 40_000
    """Texts of the generator that the student learns."""
    paragraphs: int = 16_000
    """Unlabelled paragraphs that the student learns."""
    student_minutes: float = 25.0
    student_epochs: int = 14
    seeds: int = 1


def teach(plan: Plan) -> None:
    """Fine-tune the teacher: a round over everything, then one with the natural pages foremost."""
    first, final = plan.folder / "teacher-first.pt", plan.folder / "teacher.pt"
    _round(plan, first, fine=False)
    _round(plan, final, fine=True, start=first)


def _round(plan: Plan, out: Path, *, fine: bool, start: Path | None = None) -> None:
    def epoch(number: int) -> list[Example]:
        draw = random.Random(f"{plan.seed}:{fine}:{number}")
        public = list(_public(draw, swap=0.35, recase=0.12, fine=fine))
        count = plan.written_texts // 2 if fine else plan.written_texts
        text = list(written.texts(count, plan.seed * 1000 + number + 500 * fine))
        print(f"epoch {number}: {len(public)} public, {len(text)} written", flush=True)
        return public + text

    def report(model: teacher.Teacher, number: int) -> None:
        _show(f"teacher {number}", {k: _teacher_f1(model, v) for k, v in _development().items()})
        teacher.save(model, out)

    model = teacher.train(
        _lexicon(plan),
        epoch,
        plan.teacher_epochs,
        plan.seed + fine,
        rate=6e-5 if fine else 1e-4,
        minutes=plan.fine_minutes if fine else plan.teacher_minutes,
        report=report,
        start=start,
    )
    teacher.save(model, out)


def _public(draw: random.Random, swap: float, recase: float, *, fine: bool) -> Iterator[Example]:
    """An epoch's draw of the public data and pages, perhaps with other names and casing."""
    for example in splits.training():
        share = _FINE_SHARES.get(example.source, 0.6) if fine else _SHARES.get(example.source, 1.0)
        while draw.random() < share:
            yield augmented(example, draw, swap, recase)
            share -= 1.0


def _development(most: int = 350) -> dict[str, list[Encoded]]:
    found = {name: rows[:most] for name, rows in splits.development().items()}
    found["written"] = list(written.texts(most, 999_999_937))
    return {name: [encode(example) for example in rows] for name, rows in found.items()}


def _teacher_f1(model: teacher.Teacher, texts: list[Encoded]) -> dict[str, float]:
    found = teacher.tagged(teacher.log_probabilities(model, texts))
    return {kind: row[2] for kind, row in f1_table(zip(texts, found, strict=True)).items()}


def _show(what: str, tables: dict[str, dict[str, float]]) -> None:
    for name, table in tables.items():
        print(
            f"  {what} {name}: " + " ".join(f"{k[:5]} {v:.3f}" for k, v in table.items()),
            flush=True,
        )


def label(plan: Plan) -> None:
    """Let the teacher label what the student will learn."""
    draw = random.Random(f"{plan.seed}:labels")
    texts: list[tuple[Example, bool]] = []
    for swap, recase in ((0.0, 0.05), (0.8, 0.25)):
        texts += [(example, True) for example in _public(draw, swap, recase, fine=True)]
    texts += [(example, False) for example in _unlabelled(plan.paragraphs, draw)]
    encoded = [encode(example) for example, _ in texts]
    model = _teacher(plan)
    print(f"labelling {len(texts)} texts, {sum(len(e.spans) for e in encoded)} tokens", flush=True)
    soft = teacher.log_probabilities(model, encoded)
    rows = [
        (example.text, encoded[n].masks, soft[n].astype(np.float16), example.source, gold)
        for n, (example, gold) in enumerate(texts)
    ]
    with (plan.folder / "labels.pickle").open("wb") as file:
        pickle.dump(rows, file, protocol=5)


def _unlabelled(count: int, draw: random.Random) -> Iterator[Example]:
    """Paragraphs of the public domain; some in lower case or capitals."""
    for name, share in (("18f-blog", 0.35), ("digital-gov", 0.5), ("peps", 0.15)):
        found = [text[:1500] for text in corpora.paragraphs(name)]
        chosen = draw.sample(found, min(len(found), int(count * share)))
        for text in chosen:
            yield augmented(Example(text, (), "any"), draw, 0.0, 0.15)


def learn(plan: Plan) -> None:
    """Train the student on the labels, and export it."""
    pieces = vocabulary.pieces()
    words = student.Words(Vocabulary(pieces), _lexicon(plan))
    lessons = list(_lessons(plan, words))
    dev = _development()
    heard = {
        name: [list(student.lessons(e, _silence(e), words, gold=True)) for e in texts]
        for name, texts in dev.items()
    }
    table = words.tensors()
    print(f"{len(lessons)} lessons, {len(table['shapes'])} words", flush=True)
    model = student.Student(len(pieces))
    start = vocabulary.vectors(_teacher(plan), pieces)
    with torch.no_grad():
        model.pieces.weight.copy_(torch.from_numpy(start))

    def report(number: int) -> None:
        if number % 3 == 2 or number == plan.student_epochs - 1:
            tables = {}
            for name, texts in dev.items():
                found = teacher.tagged(student.log_probabilities(model, heard[name], table))
                rows = f1_table(zip(texts, found, strict=True))
                tables[name] = {kind: row[2] for kind, row in rows.items()}
            _show(f"student {number}", tables)

    student.train(
        model, lessons, table, minutes=plan.student_minutes, seed=plan.seed,
        epochs=plan.student_epochs, report=report,
    )  # fmt: skip
    torch.save(model.state_dict(), plan.folder / "student.pt")


def _silence(encoded: Encoded) -> student.Real:
    """Log-probabilities of next to nothing: no teacher speaks."""
    return np.full((len(encoded.spans), len(TAGS)), -60.0, dtype=np.float32)


def _lexicon(plan: Plan) -> Lexicon:
    return kept(plan.folder / "lexicon.npz")


def _teacher(plan: Plan) -> teacher.Teacher:
    return teacher.load(plan.folder / "teacher.pt", _lexicon(plan))


def _lessons(plan: Plan, words: student.Words) -> Iterator[student.Lesson]:
    with (plan.folder / "labels.pickle").open("rb") as file:
        rows = pickle.load(file)  # noqa: S301 - written by the stage before
    for text, masks, soft, source, gold in rows:
        spans = encode(Example(text, (), source)).spans
        encoded = Encoded(text, spans, masks, source)
        yield from student.lessons(encoded, soft, words, gold=gold)
    # Written text has exact labels: the teacher has nothing to add.
    draw = random.Random(f"{plan.seed}:written")
    for example in written.texts(plan.label_texts, plan.seed * 7777):
        encoded = encode(augmented(example, draw, 0.0, 0.1))
        yield from student.lessons(encoded, _silence(encoded), words, gold=True, weight=2.0)


def ship(plan: Plan, path: Path) -> None:
    """Export the student, calibrate its scores on development text, write the weights."""
    pieces = vocabulary.pieces()
    model = student.Student(len(pieces))
    model.load_state_dict(torch.load(plan.folder / "student.pt", weights_only=True))
    raw = export.arrays(model, pieces, tables(plan.folder / "lexicon.npz"), export.straight())
    texts = [text for rows in _development(2000).values() for text in rows]
    raw["calibration"] = calibrated(packed(raw), texts)
    content = packed(raw)
    path.write_bytes(content)
    print(f"{path}: {len(content) / 1e6:.2f} MB", flush=True)


def ship_teacher(plan: Plan, path: Path) -> None:
    """Export the teacher for the thorough tier, calibrate its scores, write the weights."""
    from training import thorough

    texts = [text for rows in _development(2000).values() for text in rows]
    content = thorough.weights(_teacher(plan), tables(plan.folder / "lexicon.npz"), texts)
    path.write_bytes(content)
    print(f"{path}: {len(content) / 1e6:.2f} MB", flush=True)


def larger_tagger(path: Path) -> Reading:
    """The thorough tier's tagger with these weights."""
    from sluice_thorough import ThoroughTagger

    return ThoroughTagger(path.read_bytes())


def measured(tagger: Reading) -> str:
    """Strict F1 by source and type of a tagger, as JSON."""
    tables = {}
    for name, texts in _development(2000).items():
        pairs = zip(texts, found(tagger, texts), strict=True)
        tables[name] = {kind: [round(v, 4) for v in row] for kind, row in f1_table(pairs).items()}
    return json.dumps(tables, indent=1)
