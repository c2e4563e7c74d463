"""Reading the playground's streams."""

from __future__ import annotations

import json
from typing import Any

import httpx

Json = dict[str, Any]
STREAM = "/api/v1/playground/stream"
PREVIEW = "/api/v1/playground/preview"


def events(answer: httpx.Response) -> list[tuple[str, Json]]:
    """Every event of a stream: its name and its data."""
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    told = []
    for frame in answer.text.split("\n\n")[:-1]:
        name, data = frame.split("\n")
        told.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return told


def joined(told: list[tuple[str, Json]], side: str) -> str:
    """The answer's pieces of one side, `raw` or `text`."""
    return "".join(data[side] for name, data in told if name == "said")


def marked(turn: Json) -> list[tuple[str, str]]:
    """What stands at each mark of a turn, and its placeholder."""
    return [(turn["text"][m["start"] : m["end"]], m["placeholder"]) for m in turn["marks"]]
