"""Every split of an answer is treated like the whole, and nothing of a value gets out."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.conversations import LAW

from sluice.engine import Action, Detector, Finding, Mapping, Policy, Rule, cleanse, hydrate
from sluice.engine.answers import BOUND, AnswerStream, answer_text

KEY = bytes(range(32))

VALUES = (
    ("US_SSN", "943-07-1234"), ("US_SSN", "123-45-6789"), ("US_SSN", "943%2D07%2D1234"),
    ("CREDIT_CARD", "4111-1111-1111-1111"), ("CREDIT_CARD", "4242 4242 4242 4242"),
    ("CREDIT_CARD", "4111 1111\n1111 1111"),
    ("EMAIL_ADDRESS", "qwxzkvbn@example.com"), ("EMAIL_ADDRESS", "qwxzkvbn%40example.com"),
    ("EMAIL_ADDRESS", "qwxzkvbn&#64;example.com"), ("EMAIL_ADDRESS", "qwxzkvbn (at) example.com"),
    ("EMAIL_ADDRESS", "qwxzkvbn at example dot com"), ("EMAIL_ADDRESS", "qwxzkvbn@\nexample.com"),
    ("PHONE_NUMBER", "(212) 555-0187"), ("PHONE_NUMBER", "+44 20 7946 0958"),
    ("PHONE_NUMBER", "894-555-0101"), ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("IBAN_CODE", "DE89370400440532013000"), ("IP_ADDRESS", "203.0.113.77"),
    ("API_KEY", "ghp" + "_EXAMPLENOTAREALGITHUBTOKEN0000000000"),
)  # fmt: skip
"""Values that their form alone gives away, wherever they stand."""

WORDS = (
    "Sure", "Hello", "the", "record", "is", "here", "for", "you", "and", "then", "we", "looked",
    "contact", "at", "dot", "number", "Number", "Zorvath", "unusualword", "12", "3.", "- ", "| ",
    "a", "I", "don't", "(see", "below)", "`text`", "x = 1;", "```json", "de", "la", "Van",
    "**bold**",
    "PERSON_0", "EMAIL_ADDRESS_0", "Person 0", "PERSON_7", "<PERSON_0>", "person\\_0",
    "PERSON_0's",
    "URL_0", "John Sample",
    "安娜", "é", "👩‍👩‍👧", "%", "@", "\\n", '{"a":', '"b",', '"', "}", "[1,",
)  # fmt: skip
GAPS = st.sampled_from((" ", " ", " ", " ", "\n", "\n\n", ". ", ", ", ": ", "  ", "\r\n", '",'))


@cache
def patterns() -> Detector:
    return Detector(names=None)


def conversation() -> Mapping:
    """Jane Q is PERSON_0, her address EMAIL_ADDRESS_0; a URL is redacted."""
    mapping = Mapping(key=KEY)
    findings = [
        Finding(0, 6, "PERSON"),
        Finding(7, 15, "EMAIL_ADDRESS"),
        Finding(16, 24, "URL", 1.0),
    ]
    rules = {"URL": Rule(Action.REDACT)}
    cleanse('Jane"Q j@x.test x.test/a', findings, mapping, Policy(rules=rules))
    return mapping


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[str]]:
    """What a model may say, and the values that stand in it, each between words."""
    text, planted = "", []
    for word in draw(st.lists(st.one_of(st.sampled_from(WORDS), st.none()), max_size=30)):
        if word is None:
            value = draw(st.sampled_from(VALUES))[1]
            planted.append(value)
            text += f" so {value} so "
        else:
            text += word + draw(GAPS)
    return text, planted


class Told:
    """What became of an answer."""

    def __init__(
        self, text: str, places: list[int], json_strings: bool | None = None, names: bool = True
    ) -> None:
        policy = Policy() if names else Policy(rules={"PERSON": Rule(Action.ALLOW)})
        stream = AnswerStream(conversation(), patterns().analyze, policy, json_strings=json_strings)
        cuts = pairwise([0, *places, len(text)])
        output = [stream.feed(text[start:end]) for start, end in cuts]
        self.output = "".join([*output, stream.finish()])
        self.rest = (stream.items, stream.counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Told) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it is compared, never kept in a set


JSON_STRINGS = st.sampled_from((None, True, False))


@settings(LAW, max_examples=150)
@given(st.data(), answers(), JSON_STRINGS)
def test_any_split_gives_the_whole(
    data: st.DataObject, answer: tuple[str, list[str]], json_strings: bool | None
) -> None:
    text, _ = answer
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=12).map(sorted))
    assert Told(text, places, json_strings) == Told(text, [], json_strings)


@settings(LAW, max_examples=60)
@given(answers(), JSON_STRINGS)
def test_one_code_point_at_a_time_gives_the_whole(
    answer: tuple[str, list[str]], json_strings: bool | None
) -> None:
    text, _ = answer
    assert Told(text, list(range(1, len(text))), json_strings) == Told(text, [], json_strings)


@settings(LAW, max_examples=100)
@given(st.text(max_size=120), st.lists(st.integers(0, 120), max_size=6))
def test_any_text_at_all_is_split_anywhere(text: str, places: list[int]) -> None:
    cuts = sorted(min(place, len(text)) for place in places)
    assert Told(text, cuts) == Told(text, [])


@settings(LAW, max_examples=200)
@given(answers())
def test_nothing_of_a_planted_value_gets_out(answer: tuple[str, list[str]]) -> None:
    """Not its beginning either: of what is sent on piece by piece nothing can be taken back."""
    text, planted = answer
    told = Told(text, list(range(1, len(text))))
    words = set(re.findall(r"\w{4,}", "".join(WORDS)))
    for value in planted:
        for part in re.findall(r"[A-Za-z0-9]{4,}", value):
            assert part in words or part == "example" or part not in told.output


@settings(LAW, max_examples=100)
@given(st.data(), answers(), JSON_STRINGS)
def test_an_answer_without_new_values_is_hydrated_as_it_is(
    data: st.DataObject, answer: tuple[str, list[str]], json_strings: bool | None
) -> None:
    """Code point for code point; what was held back comes as it was."""
    text, _ = answer
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    stream = AnswerStream(conversation(), lambda _: [], Policy(), json_strings=json_strings)
    pieces = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    output = "".join([*map(stream.feed, pieces), stream.finish()])
    whole = hydrate(text, conversation(), json_strings=json_strings)
    assert (output, stream.items) == (whole.text, whole.items)


@settings(LAW, max_examples=100)
@given(answers())
def test_a_whole_answer_shows_nothing_of_a_planted_value(answer: tuple[str, list[str]]) -> None:
    text, planted = answer
    done = answer_text(text, conversation(), patterns().analyze, Policy())
    for value in planted:
        assert value not in done.text


@settings(LAW, max_examples=40)
@given(
    st.text("A1b/+=_.% \n@", min_size=1, max_size=12),
    st.integers(1, 1200),
    st.lists(st.integers(0, 2 * BOUND), max_size=5),
)
def test_what_is_longer_than_the_bound_is_split_anywhere(
    piece: str, times: int, places: list[int]
) -> None:
    """Base64, digits, lines of either: each split gives the same, and little is held."""
    text = f"Here it is: {piece * times} and more of it."
    cuts = sorted(min(place, len(text)) for place in places)
    assert Told(text, cuts) == Told(text, [])
    stream = AnswerStream(conversation(), lambda _: [], Policy())
    for start in range(0, len(text), 97):
        stream.feed(text[start : start + 97])
        assert stream.held <= BOUND + 256
