"""What a turn of a coding agent costs on OpenAI's wire: `python -m benchmarks.agent [--json]`.

An agent sends everything again at each turn: its instructions, its tools, and a history to which a
question or a tool's result of 3 KB and the model's own call of a tool are added. Each of 60 turns
is streamed through Sluice, with cleansing, scanning of the answer and recording on, and put to the
scripted vendor directly with the same body. What Sluice adds to a turn is the difference; the
slope says how it grows with the history (least squares).
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass
from typing import Final

from benchmarks.client import Client, Json
from benchmarks.engine import text_of
from benchmarks.plot import Line, chart
from benchmarks.report import Sheet, Step, ms, quantile, run
from benchmarks.stage import ANSWER, Stage, conversation, prompt_text, stage

RUNS: Final = 3
TURNS: Final = 60
WARM_UP: Final = 5
RESULT: Final = 3_000
INSTRUCTIONS: Final = 8_000
TOOLS: Final = ("read_file", "write_file", "search", "run", "list_files", "fetch")
KINDS: Final = ("code", "log", "prose")
SHOWN: Final = (1, 2, 5, 10, 20, 30, 40, 50, 60)
STEPS: Final = RUNS + 1
PATH: Final = "/v1/chat/completions"
MARK: Final = f'"{ANSWER[:4]}'.encode()
"""The first words of the answer, however its JSON is spaced."""
COLUMNS: Final = ("turn", "history, KB", "direct", "through", "added", "first token added")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, in milliseconds; `size` is the request in bytes."""

    size: int
    direct: float
    through: float
    first: float
    """Until the first words of the answer, more than the vendor itself took."""

    @property
    def added(self) -> float:
        """What Sluice adds."""
        return self.through - self.direct


def measure(step: Step) -> list[Sheet]:
    """The curve as a table, its worst turns and its slope."""
    with stage("--answer", ANSWER) as on:
        step("warming up")
        _session(on, -1, WARM_UP)
        sessions = []
        for number in range(RUNS):
            step(f"session {number + 1}")
            sessions.append(_session(on, number, TURNS))
    turns = [_median(same) for same in zip(*sessions, strict=True)]
    return [Sheet("agent", _title(), COLUMNS, _rows(turns, sessions), _picture(turns))]


def _title() -> str:
    return f"A turn of a coding agent (median of {RUNS} sessions of {TURNS} turns): milliseconds"


def _rows(turns: list[Turn], sessions: list[list[Turn]]) -> list[tuple[str, ...]]:
    rows = [_row(str(number), turns[number - 1]) for number in SHOWN]
    every = [turn for turns in sessions for turn in turns]
    added, first = [turn.added for turn in every], [turn.first for turn in every]
    for name, share in (("median of all turns", 0.5), ("p99 of all turns", 0.99)):
        rows.append((name, "", "", "", ms(quantile(added, share)), ms(quantile(first, share))))
    slope = statistics.linear_regression([t.size / 1000 for t in turns], [t.added for t in turns])
    rows.append(("for each 100 KB of history", "", "", "", ms(slope.slope * 100), ""))
    return rows


def _row(name: str, turn: Turn) -> tuple[str, ...]:
    values = map(ms, (turn.direct, turn.through, turn.added, turn.first))
    return (name, f"{turn.size / 1000:.0f}", *values)


def _picture(turns: list[Turn]) -> str:
    lines = [
        Line("through Sluice", [(t.size / 1000, t.through) for t in turns]),
        Line("direct", [(t.size / 1000, t.direct) for t in turns]),
    ]
    return chart(lines, title="A turn of a coding agent", x="request in KB", y="ms")


def _session(on: Stage, number: int, turns: int) -> list[Turn]:
    seed = (number + 1) * 1000
    instructions = text_of("prose", INSTRUCTIONS, seed=7)
    messages: list[Json] = [{"role": "system", "content": instructions}]
    found = []
    with on.direct() as direct, _through(on) as through:
        for turn in range(turns):
            messages += _asked(seed + turn, turn)
            found.append(_turn(direct, through, _body(messages)))
    return found


def _through(on: Stage) -> Client:
    return Client(on.server.url, PATH, on.server.token)


def _turn(direct: Client, through: Client, body: Json) -> Turn:
    size = len(json.dumps(body))
    fast = direct.timed(body, MARK)
    # It names no instance, so it goes to the only one that has a vendor.
    slow = through.timed(body, MARK)
    return Turn(size, fast.last, slow.last, slow.first - fast.first)


def _body(messages: list[Json]) -> Json:
    return conversation(messages) | {"tools": [_tool(name) for name in TOOLS]}


def _tool(name: str) -> Json:
    words = {"type": "string", "description": f"What {name} works on, as a path or a line."}
    schema = {"type": "object", "properties": {"path": words}, "required": ["path"]}
    function = {"name": name, "description": f"Use {name} in the project.", "parameters": schema}
    return {"type": "function", "function": function}


def _asked(seed: int, turn: int) -> list[Json]:
    """What a turn adds: a question now and then, else a call of a tool and its result."""
    if turn % 10 == 0:
        return [{"role": "user", "content": prompt_text(seed, RESULT)}]
    call, tool = f"call_{seed}", TOOLS[seed % len(TOOLS)]
    arguments = json.dumps({"path": f"src/part{seed % 13}/file{seed % 17}.py"})
    function = {"name": tool, "arguments": arguments}
    says: Json = {"role": "assistant", "content": f"I will use {tool} for step {turn}."}
    calls: Json = {"tool_calls": [{"id": call, "type": "function", "function": function}]}
    text = text_of(KINDS[seed % len(KINDS)], RESULT, seed=seed)
    result = f"{text}\nAuthor: person{seed % 40}@example.org\n"
    return [says | calls, {"role": "tool", "tool_call_id": call, "content": result}]


def _median(same: tuple[Turn, ...]) -> Turn:
    def middle(values: list[float]) -> float:
        return statistics.median(values)

    return Turn(
        int(middle([turn.size for turn in same])),
        middle([turn.direct for turn in same]),
        middle([turn.through for turn in same]),
        middle([turn.first for turn in same]),
    )


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
