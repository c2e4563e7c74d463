"""Answers of a model: originals are put back and new values taken out, both at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import pytest

from sluice.engine import (
    Action,
    Detector,
    DetectorFailed,
    Finding,
    Mapping,
    Policy,
    PolicyBlocked,
    Rule,
    UnsupportedText,
    cleanse,
)
from sluice.engine.answers import AnswerStream, answer_text

KEY = bytes(range(32))
MAIL = "qwxzkvbn@example.com"
SSN = "943-07-1234"
NAMES_ALLOWED = Policy(
    rules={
        kind: Rule(Action.ALLOW)
        for kind in ("PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP")
    }
)


def patterns(text: str) -> Sequence[Finding]:
    return _PATTERNS.analyze(text)


_PATTERNS = Detector(names=None)


def conversation() -> Mapping:
    """PERSON_0 is Jane "J" Q, EMAIL_ADDRESS_0 is j@x.test, URL_0 was redacted."""
    mapping = Mapping(key=KEY)
    found = [Finding(0, 10, "PERSON"), Finding(11, 19, "EMAIL_ADDRESS"), Finding(20, 28, "URL")]
    policy = Policy(rules={"URL": Rule(Action.REDACT)})
    cleanse('Jane "J" Q j@x.test x.test/a', found, mapping, policy)
    return mapping


def streamed(
    text: str, size: int = 3, policy: Policy | None = None, json_strings: bool | None = None
) -> str:
    stream = AnswerStream(conversation(), patterns, policy or Policy(), json_strings=json_strings)
    pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join([*pieces, stream.finish()])


ANSWERS = {
    "restored and treated side by side": (
        f"PERSON_0 wrote to {MAIL} and to EMAIL_ADDRESS_0.",
        'Jane "J" Q wrote to EMAIL_ADDRESS_1 and to j@x.test.',
    ),
    "an altered placeholder": ("Dear person 0, hello", 'Dear Jane "J" Q, hello'),
    "an invented number stays": ("PERSON_7 is nobody.", "PERSON_7 is nobody."),
    "an invented number is not issued to another": (
        f"US_SSN_0 and US_SSN_1 are not {SSN} at all.",
        "US_SSN_0 and US_SSN_1 are not US_SSN_2 at all.",
    ),
    "a redacted one stays": ("See URL_0 for it.", "See URL_0 for it."),
    "the same new value twice": (f"{SSN} is {SSN} again", "US_SSN_0 is US_SSN_0 again"),
    "percent-encoded": (
        "Reference record: qwxzkvbn%40example.com",
        "Reference record: EMAIL_ADDRESS_1",
    ),
    "said": ("write to qwxzkvbn at example dot com now", "write to EMAIL_ADDRESS_1 now"),
    "behind a common word": ("Mail info (at) example.com now", "Mail EMAIL_ADDRESS_1 now"),
    "groups of an account": (
        "pay to DE89 3704 0044 0532 0130 00 please",
        "pay to IBAN_CODE_0 please",
    ),
    "a card in lines": ("it is 4111 1111\n1111 1111 and so on", "it is CREDIT_CARD_0 and so on"),
    "rows of a table": (
        f"| who | number |\n|---|---|\n| PERSON_0 | {SSN} |\n| x | 123-45-6789 |\n",
        '| who | number |\n|---|---|\n| Jane "J" Q | US_SSN_0 |\n| x | US_SSN_1 |\n',
    ),
    "a password that is said": (
        "the password for the server is hunter2xY! and not more",
        "the password for the server is PASSWORD_0 and not more",
    ),
    "an age in words": ("she is forty-two years old now", "she is AGE_0 now"),
    "nothing at all": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_an_answer_in_pieces_comes_out_restored_and_treated(case: str, size: int) -> None:
    text, expected = ANSWERS[case]
    assert streamed(text, size) == expected


@pytest.mark.parametrize("case", ANSWERS)
def test_a_whole_answer_comes_out_restored_and_treated(case: str) -> None:
    text, expected = ANSWERS[case]
    assert answer_text(text, conversation(), patterns, Policy()).text == expected


NEUTRAL = (
    ("qwxzkvbn@example.com", "EMAIL_ADDRESS_1"),
    ("914-27-6083", "US_SSN_0"),
    ("4111-1111-1111-1111", "CREDIT_CARD_0"),
    ("894-555-0101", "PHONE_NUMBER_0"),
)


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "percent"])
@pytest.mark.parametrize(("value", "placeholder"), NEUTRAL)
def test_a_value_cut_in_two_or_three_anywhere_is_recognised(
    value: str, placeholder: str, encoded: bool
) -> None:
    """As the neutral conformance test cuts it: events of their own before and between."""
    written = quote(value, safe="") if encoded else value
    for first in range(1, len(written)):
        for second in range(first, len(written), 3):
            stream = AnswerStream(conversation(), patterns, Policy())
            pieces = ("You sent: EMAIL_ADDRESS_0\n", "Reference record: ", written[:first])
            rest = (written[first:second], written[second:])
            output = "".join([*map(stream.feed, (*pieces, *rest)), stream.finish()])
            assert output == f"You sent: j@x.test\nReference record: {placeholder}"


JSON = {
    "a string": (f'{{"mail":"{MAIL}","n":1}}', {"mail": "EMAIL_ADDRESS_1", "n": 1}),
    "a bare number": ('{"ssn": 943071234, "n": 1}', {"ssn": "US_SSN_0", "n": 1}),
    "a list of numbers": ('{"ssn":[943071234,1]}', {"ssn": ["US_SSN_0", 1]}),
    "an original with quotes": ('{"who": "PERSON_0"}', {"who": 'Jane "J" Q'}),
    "behind an escaped line feed": (f'{{"t":"a\\n{MAIL}\\nb"}}', {"t": "a\nEMAIL_ADDRESS_1\nb"}),
    "behind an escaped word": (
        '{"t":"\\u8bc1\\u53f7123-45-6789"}',
        {"t": "\u8bc1\u53f7US_SSN_0"},
    ),
    "behind an escaped letter": (f'{{"t":"a\\u0020{SSN}"}}', {"t": "a US_SSN_0"}),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("case", JSON)
def test_the_arguments_of_a_tool_stay_json(case: str, size: int) -> None:
    text, expected = JSON[case]
    assert json.loads(streamed(text, size, json_strings=True)) == expected
    whole = answer_text(text, conversation(), patterns, Policy(), json_strings=True)
    assert json.loads(whole.text) == expected


def test_a_finding_that_reaches_beyond_a_placeholder_is_treated_outside_of_it() -> None:
    def analyze(text: str) -> list[Finding]:
        at = text.find("PERSON_0 Zorvath")
        return [Finding(at, at + 16, "PERSON")] if at >= 0 else []

    done = answer_text("Ask PERSON_0 Zorvath's friend", conversation(), analyze, Policy())
    assert done.text == 'Ask Jane "J" Q PERSON_1\'s friend'


def test_a_finding_that_is_a_placeholder_is_none() -> None:
    def analyze(text: str) -> list[Finding]:
        return [Finding(0, len(text), "ORGANIZATION")]

    for text in ("PERSON_0", "EMAIL_ADDRESS_0's", "<PERSON_0>", "person\\_0"):
        done = answer_text(text, conversation(), analyze, Policy())
        assert not done.counts
        assert len(done.items) == 1


def test_a_stand_in_is_restored_and_not_treated() -> None:
    mapping = Mapping(key=KEY)
    policy = Policy(default=Rule(Action.REPLACE))
    cleansed = cleanse("j@x.test", [Finding(0, 8, "EMAIL_ADDRESS")], mapping, policy)
    assert "@" in cleansed.text
    answer = f"I wrote to {cleansed.text} and so on."
    stream = AnswerStream(mapping, patterns, Policy())
    output = "".join([*map(stream.feed, answer), stream.finish()])
    assert output == "I wrote to j@x.test and so on."
    assert not stream.counts


def test_a_restored_original_is_never_looked_at() -> None:
    """It is the caller's own, and may well be what the answer policy takes out."""
    assert streamed("It is EMAIL_ADDRESS_0, I think.") == "It is j@x.test, I think."


@pytest.mark.parametrize("action", [Action.MASK, Action.REDACT, Action.REPLACE])
def test_what_is_treated_can_be_restored_by_nobody(action: Action) -> None:
    mapping = conversation()
    policy = Policy(default=Rule(action))
    done = answer_text(f"It is {MAIL} then.", mapping, patterns, policy)
    assert done.text == "It is EMAIL_ADDRESS_1 then."
    assert done.counts == {("EMAIL_ADDRESS", action): 1}
    (entry,) = mapping.added[3:]
    assert entry.action is Action.REDACT
    assert entry.original is None


def test_what_the_policy_allows_stays() -> None:
    policy = Policy(rules={"EMAIL_ADDRESS": Rule(Action.ALLOW)})
    assert streamed(f"It is {MAIL} and {SSN}.", policy=policy) == f"It is {MAIL} and US_SSN_0."


def test_a_finding_below_its_threshold_stays() -> None:
    policy = Policy(default=Rule(Action.MASK, threshold=1.0))
    assert streamed(f"It is {SSN}, so.", policy=policy) == f"It is {SSN}, so."


def test_a_blocked_value_ends_the_stream_before_any_of_it_is_sent() -> None:
    policy = Policy(rules={"US_SSN": Rule(Action.BLOCK)})
    stream = AnswerStream(conversation(), patterns, policy)
    sent = ""
    with pytest.raises(PolicyBlocked) as raised:  # noqa: PT012  (what came before counts)
        for character in f"You asked for the number: {SSN} is the one that we have here.":
            sent += stream.feed(character)
        stream.finish()
    assert raised.value.counts == {"US_SSN": 1}
    assert "9" not in sent
    assert SSN not in str(raised.value)
    with pytest.raises(RuntimeError):
        stream.finish()


def test_a_whole_answer_is_blocked_with_counts() -> None:
    policy = Policy(default=Rule(Action.BLOCK))
    with pytest.raises(PolicyBlocked) as raised:
        answer_text(f"{SSN} {MAIL} {SSN}", conversation(), patterns, policy)
    assert raised.value.counts == {"US_SSN": 2, "EMAIL_ADDRESS": 1}


def test_a_detector_that_fails_ends_the_stream() -> None:
    def analyze(text: str) -> list[Finding]:
        raise DetectorFailed("scan")

    stream = AnswerStream(conversation(), analyze, Policy())
    with pytest.raises(DetectorFailed):
        stream.feed("It is 943-07-1234 that we have here for you.\n\n")
    with pytest.raises(RuntimeError):
        stream.feed("more")


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnsupportedText):
        answer_text("a \ud800", conversation(), patterns, Policy())
    stream = AnswerStream(conversation(), patterns, Policy())
    stream.feed("abc ")
    with pytest.raises(UnsupportedText) as raised:
        stream.feed("\udc00")
    assert raised.value.position == 4


def test_a_finished_stream_takes_nothing_more() -> None:
    stream = AnswerStream(conversation(), patterns, Policy())
    stream.finish()
    with pytest.raises(RuntimeError):
        stream.feed("x")


def test_items_tell_where_in_the_output_originals_stand() -> None:
    stream = AnswerStream(conversation(), patterns, Policy())
    text = f"From {MAIL} to PERSON_0, yes."
    output = "".join([*map(stream.feed, text), stream.finish()])
    (item,) = stream.items
    assert output[item.start : item.end] == item.text == 'Jane "J" Q'


def test_nothing_raw_is_in_what_a_whole_answer_shows_of_itself() -> None:
    done = answer_text(f"PERSON_0 has {SSN} now", conversation(), patterns, Policy())
    assert "Jane" not in repr(done)
    assert "US_SSN_0" not in repr(done)
