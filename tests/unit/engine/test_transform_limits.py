"""Large and hostile texts: they come back, and work grows with their length only."""

from __future__ import annotations

import tracemalloc

import pytest

from sluice.engine import Finding, Mapping, Policy, Rule, StreamHydrator, cleanse, hydrate
from sluice.engine.types import Action

SIZE = 200_000

HOSTILE = {
    "at signs": "@",
    "one endless word": "a",
    "one endless number": "1",
    "brackets": "[",
    "strings that never end": '["',
    "backslashes": "\\",
    "escaped quotes": '\\"',
    "underscores": "_",
    "beginnings of placeholders": "PERSON_",
    "altered beginnings": "email address-",
    "typed placeholders": "PERSON_1 ",
    "typed numbers": "a 1 ",
    "combining marks": "e\u0301\u0301",
    "emoji": "👩‍👩‍👧",
    "NUL": "\0",
    "fences": "```json\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_come_back(name: str) -> None:
    """200,000 code points of one thing, with a finding at each end."""
    text = (HOSTILE[name] * SIZE)[:SIZE]
    findings = [Finding(0, 1, "PERSON"), Finding(SIZE - 1, SIZE, "EMAIL_ADDRESS")]
    mapping = Mapping()
    done = cleanse(text, findings, mapping)
    assert hydrate(done.text, mapping, json_strings=False).text == text


def test_ten_thousand_findings_in_one_word_are_one() -> None:
    """Each grows over the whole word: they join into one."""
    text = "a" * 100_000
    findings = [Finding(at, at + 1, "PERSON") for at in range(0, len(text), 10)]
    mapping = Mapping()
    done = cleanse(text, findings, mapping)
    assert (done.text, len(mapping)) == ("PERSON_0", 1)


def test_ten_thousand_allowed_findings_in_a_row() -> None:
    """Allowed ones are copied; a masked one at the end finds its place among them."""
    text = "ab " * 10_000
    findings = [Finding(at, at + 2, "URL") for at in range(0, len(text), 3)]
    findings[-1] = Finding(len(text) - 3, len(text) - 1, "PERSON")
    done = cleanse(text, findings, Mapping(), Policy(rules={"URL": Rule(Action.ALLOW)}))
    assert len(done.allowed) == 9_999
    assert done.text.endswith("ab PERSON_0 ")


def test_ten_thousand_originals_stay_apart() -> None:
    """Each comes back as its own, in a whole and in a stream of small pieces."""
    names = [f"name{number}x" for number in range(10_000)]
    text, findings, at = " ".join(names), [], 0
    for name in names:
        findings.append(Finding(at, at + len(name), "PERSON"))
        at += len(name) + 1
    mapping = Mapping()
    done = cleanse(text, findings, mapping)
    stream = StreamHydrator(mapping)
    pieces = [stream.feed(done.text[start : start + 7]) for start in range(0, len(done.text), 7)]
    assert "".join([*pieces, stream.finish()]) == text
    assert hydrate(done.text, mapping).text == text


def test_a_long_stream_takes_flat_memory() -> None:
    """A megabyte of prose through one stream: what it keeps does not grow with it."""
    mapping = Mapping()
    cleanse("Jane", [Finding(0, 4, "PERSON")], mapping)
    stream = StreamHydrator(mapping)
    piece = "So the Person of whom they spoke went home. " * 10
    stream.feed(piece)
    tracemalloc.start()
    for _ in range(2_300):
        stream.feed(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
