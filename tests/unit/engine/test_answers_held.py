"""How much of an answer is held back: words flow, values wait, and what never ends is bounded."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence

import pytest
from tests.unit.engine.hostile import hostile

from sluice.engine import Action, CustomTerm, Detector, Finding, Mapping, Policy, Rule, hydrate
from sluice.engine.answers import BOUND, AnswerStream

_PATTERNS = Detector(names=None)
LONG = random.Random(4).randbytes(30_000)


def patterns(text: str) -> Sequence[Finding]:
    return _PATTERNS.analyze(text)


def nothing(text: str) -> Sequence[Finding]:
    return ()


def told(text: str, size: int = 4) -> tuple[str, int]:
    """What comes of a text in pieces of one size, and the most that was held back."""
    stream = AnswerStream(Mapping(key=bytes(32)), patterns, Policy())
    output, most = "", 0
    for at in range(0, len(text), size):
        output += stream.feed(text[at : at + size])
        most = max(most, stream.held)
    return output + stream.finish(), most


QUIET = (
    "Sure, here is what you need to know about the next step, and why it is so.",
    "Of course! I can help you with that. What would you like to do first?",
    "Natürlich, ich kann dir dabei helfen, aber was möchtest du genau wissen?",
    "Bien sûr, voici comment vous pouvez le faire avec ce que vous avez déjà.",
    "Por supuesto, esto es lo que puedes hacer con lo que tienes ahora.",
    "It looked at the whole thing, and then we went on with the next one.",
)


@pytest.mark.parametrize("text", QUIET, ids=range(len(QUIET)))
def test_ordinary_words_are_sent_as_soon_as_the_next_one_begins(text: str) -> None:
    """From the first word on; some words wait for one more."""
    stream = AnswerStream(Mapping(), patterns, Policy())
    sent = ""
    for at, word in enumerate(pieces := text.split(" ")):
        sent += stream.feed(word if at == 0 else " " + word)
        waiting = len(text.split(" ")[: at + 1]) - len(sent.split())
        assert waiting <= 7, (pieces[: at + 1], sent)
    assert sent.split()[0] == pieces[0]


def test_the_first_word_is_sent_with_the_beginning_of_the_second() -> None:
    stream = AnswerStream(Mapping(), patterns, Policy())
    assert stream.feed("The") == ""
    assert stream.feed(" result") == "The"
    assert stream.feed(" is") == " result"


def test_code_and_tables_come_line_by_line() -> None:
    """Never more than the last two lines are held."""
    lines = ["def total(items):", "    result = start_value(items) + 12", "    return result"] * 5
    lines += ["", "| Id | Title | Done |", "|---|---|---|", *["| 17 | A Thing | yes |"] * 5, ""]
    stream, sent = AnswerStream(Mapping(), patterns, Policy()), ""
    for at, line in enumerate(lines):
        sent += stream.feed(line + "\n")
        assert len(sent) >= len("\n".join(lines[: max(0, at - 2)])), line


def test_where_names_are_allowed_prose_flows() -> None:
    kinds = ("PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP")
    policy = Policy(rules={kind: Rule(Action.ALLOW) for kind in kinds})
    asked: list[str] = []

    def analyze(text: str) -> Sequence[Finding]:
        asked.append(text)
        return ()

    stream = AnswerStream(Mapping(), analyze, policy)
    text = "The zorvath glimmed softly while every snarfle waited by the quorn. " * 20
    assert "".join([*map(stream.feed, text), stream.finish()]) == text
    assert len(asked) == 0


TERMS = {
    "a literal of ordinary words": CustomTerm("plan", text="open system"),
    "inflected": CustomTerm("plan", text="result", inflected=True),
    "a part of a word": CustomTerm("plan", text="other", whole_words=False),
    "an expression": CustomTerm("plan", pattern="(?:we|they) went on"),
}


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("case", TERMS)
def test_the_organisations_own_terms_wait_though_they_are_ordinary_words(
    case: str, size: int
) -> None:
    policy = Policy(custom_terms=(TERMS[case],))
    detector = Detector(names=None, custom_terms=policy.custom_terms)
    text = "So then we went on with the open system and the results, and another of those things."
    stream = AnswerStream(Mapping(), detector.analyze, policy)
    output = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    output += stream.finish()
    found = detector.analyze(text)
    assert found
    assert all(text[item.start : item.end] not in output for item in found)
    assert output.count("CUSTOM_TERM_0") == len(found)


PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n"
BODY = base64.encodebytes(LONG[:9000]).decode().replace("\n", "")
WRAPPED = "\n".join(BODY[at : at + 64] for at in range(0, len(BODY), 64))
ENDLESS = {
    "a private key that is longer than the bound": (
        f"Here it is:\n{PEM}{WRAPPED}\n-----END RSA PRIVATE KEY-----\nThat was it.",
        "Here it is:\nPRIVATE_KEY_0\nThat was it.",
    ),
    "a private key in a JSON string": (
        '{"k":"' + f"{PEM}{WRAPPED}\n".replace("\n", "\\n") + '-----END RSA PRIVATE KEY-----"}',
        '{"k":"PRIVATE_KEY_0"}',
    ),
    "base64 in one line": (f"It is {BODY} then.", "It is LONG_VALUE_0 then."),
    "base64 in lines": (f"It is\n{WRAPPED}\n\n(and so on)", "It is\nLONG_VALUE_0(and so on)"),
    "digits": (f"It is {'1234567890' * 1000} then.", "It is LONG_VALUE_0 then."),
    "percent-encoding": (f"It is {'%41%42' * 2000} then.", "It is LONG_VALUE_0 then."),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 13, 5000, 100_000])
@pytest.mark.parametrize("case", ENDLESS)
def test_of_a_value_longer_than_the_bound_nothing_gets_out(case: str, size: int) -> None:
    text, expected = ENDLESS[case]
    output, most = told(text, size)
    assert output == expected
    assert most <= max(BOUND + 64, 0)


def test_a_private_key_that_never_ends_is_swallowed_to_the_end() -> None:
    output, most = told(f"{PEM}{WRAPPED * 4}")
    assert output == "PRIVATE_KEY_0"
    assert most <= BOUND + 64


def test_a_short_private_key_waits_for_its_end() -> None:
    key = f"{PEM}{WRAPPED[:650]}\n-----END RSA PRIVATE KEY-----"
    assert told(f"Key:\n\n{key}\n\nKeep it.")[0] == "Key:\n\nPRIVATE_KEY_0\n\nKeep it."


def test_words_about_private_keys_are_no_key() -> None:
    text = f"It begins with {PEM[:-1]} and then comes what you have to keep for yourself, so."
    assert told(text)[0].endswith("and then comes what you have to keep for yourself, so.")


def test_what_the_policy_allows_is_sent_also_beyond_the_bound() -> None:
    stream = AnswerStream(Mapping(), nothing, Policy(default=Rule(Action.ALLOW)))
    text = f"It is {BODY} then."
    assert "".join([*map(stream.feed, text), stream.finish()]) == text


def test_a_long_line_of_words_is_sent_before_it_ends() -> None:
    """Held words are bounded, and come as they were."""
    stream = AnswerStream(Mapping(), nothing, Policy())
    text = "Zorvath Quillon, Snarfle Brandt; " * 1000
    output = ""
    for at in range(0, len(text), 50):
        output += stream.feed(text[at : at + 50])
        assert stream.held <= BOUND + 50
    assert output + stream.finish() == text


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", sorted(hostile(8)))
def test_hostile_texts_come_out_whole_or_as_one_long_value(name: str) -> None:
    text = hostile(20_000)[name]
    stream = AnswerStream(Mapping(), nothing, Policy())
    output = "".join(stream.feed(text[at : at + 61]) for at in range(0, len(text), 61))
    output += stream.finish()
    assert output == hydrate(text, Mapping()).text or "LONG_VALUE_0" in output


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", ["a", "7", "%41", "\n", " ", "-", "安"])
def test_ten_megabytes_of_one_character_take_no_memory(piece: str) -> None:
    """At once: the time is linear, or this would not end."""
    stream = AnswerStream(Mapping(), nothing, Policy())
    stream.feed(piece * (10_000_000 // len(piece)))
    assert stream.held <= BOUND + 256
