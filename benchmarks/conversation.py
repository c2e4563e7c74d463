"""What a turn of a long conversation costs: `python -m benchmarks.conversation [--json]`.

Threads grow by 5 KB of question and 5 KB of answer a turn, up to about 100,000 tokens (counted as
four characters each). Each turn is also put to the vendor directly, with the same history: that
it takes longer to send is the wire's doing and not Sluice's. The share of the history in what
Sluice adds is the slope of a straight line through all turns (least squares).
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass

from benchmarks.client import Client, Json
from benchmarks.plot import Line, chart
from benchmarks.report import Sheet, Step, ms, run
from benchmarks.stage import Stage, conversation, prompt_text, stage

RUNS = 3
TURNS = 40
SIZE = 5_000
SHOWN = (1, 2, 5, 10, 20, 30, 40)
STEPS = RUNS + 1
COLUMNS = ("turn", "history, tokens", "direct", "through", "added", "ratio")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, in milliseconds; `tokens` is the history before it."""

    tokens: int
    direct: float
    through: float

    @property
    def added(self) -> float:
        """What Sluice adds."""
        return self.through - self.direct


def measure(step: Step) -> list[Sheet]:
    """The curve as a table, and its slope."""
    turns = medians(step)
    slope = statistics.linear_regression([t.tokens for t in turns], [t.added for t in turns])
    rows = [_row(str(number), turns[number - 1]) for number in SHOWN]
    rows.append(("for each 1,000 tokens of history", "", "", "", ms(slope.slope * 1000), ""))
    title = f"A turn of 2,500 tokens after a history (median of {RUNS} threads): milliseconds"
    return [Sheet("conversation", title, COLUMNS, rows, _picture(turns))]


def _picture(turns: list[Turn]) -> str:
    lines = [
        Line("through Sluice", [(t.tokens, t.through) for t in turns]),
        Line("direct", [(t.tokens, t.direct) for t in turns]),
    ]
    return chart(lines, title="A turn after a history", x="tokens of history", y="ms")


def medians(step: Step) -> list[Turn]:
    """Each turn's median over the threads."""
    answer = prompt_text(0, SIZE)
    with stage("--answer", answer, "--pieces", "100") as on:
        step("warming up")
        _thread(on, answer, 1_000_000, 4)
        runs = []
        for number in range(RUNS):
            step(f"thread {number + 1}")
            runs.append(_thread(on, answer, number * TURNS, TURNS))
    return [_median(turns) for turns in zip(*runs, strict=True)]


def _thread(on: Stage, answer: str, seed: int, turns: int) -> list[Turn]:
    found: list[Turn] = []
    messages: list[Json] = []
    thread: int | None = None
    with on.direct() as direct, on.through() as through:
        for number in range(turns):
            text = prompt_text(seed + number, SIZE)
            messages.append({"role": "user", "content": text})
            tokens = sum(len(message["content"]) for message in messages[:-1]) // 4
            fast = direct.milliseconds(conversation(messages))
            slow, thread = _turn(through, on.submit(text, thread))
            messages.append({"role": "assistant", "content": answer})
            found.append(Turn(tokens, fast, slow))
    return found


def _turn(through: Client, body: Json) -> tuple[float, int]:
    """Milliseconds, and the thread that the turn belongs to."""
    slow, answer = through.whole(body)
    return slow, int(json.loads(answer)["data"]["threadId"])


def _median(turns: tuple[Turn, ...]) -> Turn:
    direct = statistics.median(turn.direct for turn in turns)
    return Turn(turns[0].tokens, direct, statistics.median(turn.through for turn in turns))


def _row(name: str, turn: Turn) -> tuple[str, ...]:
    values = map(ms, (turn.direct, turn.through, turn.added))
    return (name, f"{turn.tokens:,}", *values, f"{turn.through / turn.direct:.1f}")


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
