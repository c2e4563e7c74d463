"""Cleanse and hydrate: the actions, what is refused, what touches a word, what never chains."""

from __future__ import annotations

import pytest

from sluice.engine import (
    Action,
    Finding,
    InvalidFindings,
    Mapping,
    Policy,
    PolicyBlocked,
    Rule,
    UnsupportedText,
    cleanse,
    hydrate,
)

KEY = bytes(range(32))
EVERY_ACTION = Policy(
    rules={
        "PERSON": Rule(Action.MASK),
        "EMAIL_ADDRESS": Rule(Action.REPLACE),
        "US_SSN": Rule(Action.REDACT),
        "URL": Rule(Action.ALLOW),
        "PASSWORD": Rule(Action.BLOCK),
        "LOCATION": Rule(Action.MASK, threshold=0.8),
    }
)


def _find(text: str, **kinds: str) -> list[Finding]:
    """A finding for each `TYPE="words"`, where the words first stand."""
    places = ((text.index(words), words, kind) for kind, words in kinds.items())
    return [Finding(at, at + len(words), kind) for at, words, kind in places]


def test_the_face_of_the_engine() -> None:
    """The example in the documentation, word for word."""
    mapping = Mapping()
    done = cleanse("Mail jane@x.org", [Finding(5, 15, "EMAIL_ADDRESS")], mapping)
    assert done.text == "Mail EMAIL_ADDRESS_0"
    assert hydrate(done.text, mapping).text == "Mail jane@x.org"


def test_every_action_does_what_it_says() -> None:
    """Masked and replaced come back, redacted does not, allowed is reported and stays."""
    text = "Jane, jane@x.org, 123-45-6789, https://x.org/a"
    kinds = {"PERSON": "Jane", "EMAIL_ADDRESS": "jane@x.org", "US_SSN": "123-45-6789"}
    findings = _find(text, **kinds, URL="https://x.org/a")
    mapping = Mapping(key=KEY)
    done = cleanse(text, findings, mapping, EVERY_ACTION)
    stand_in = done.items[1].placeholder
    assert done.text == f"PERSON_0, {stand_in}, US_SSN_0, https://x.org/a"
    assert "x.org" not in stand_in
    assert "jane" not in stand_in
    assert [item.action for item in done.items] == [Action.MASK, Action.REPLACE, Action.REDACT]
    assert [(a.entity_type, a.raw_start) for a in done.allowed] == [("URL", 31)]
    assert hydrate(done.text, mapping).text == text.replace("123-45-6789", "US_SSN_0")


def test_a_blocked_text_is_refused_with_counts() -> None:
    """All blocking types at once; nothing is issued or reserved; no text in the message."""
    mapping = Mapping()
    text = "PERSON_4 hunter22 Jane hunter33"
    findings = _find(text, PERSON="Jane", PASSWORD="hunter22")
    findings.append(Finding(23, 31, "PASSWORD"))
    with pytest.raises(PolicyBlocked) as caught:
        cleanse(text, findings, mapping, EVERY_ACTION)
    assert caught.value.counts == {"PASSWORD": 2}
    assert "hunter" not in str(caught.value)
    assert (len(mapping), mapping.reserved) == (0, {})


def test_a_finding_below_its_threshold_is_allowed() -> None:
    """0.79 stays, 0.8 is masked."""
    text = "Rome Oslo"
    findings = [Finding(0, 4, "LOCATION", 0.79), Finding(5, 9, "LOCATION", 0.8)]
    done = cleanse(text, findings, Mapping(), EVERY_ACTION)
    assert done.text == "Rome LOCATION_0"
    assert [(a.start, a.end) for a in done.allowed] == [(0, 4)]


def test_texts_that_are_not_the_callers_own_are_never_restorable() -> None:
    """A value of the instance's instructions stays away, also when the user repeats it later."""
    mapping = Mapping()
    secret = "Ask Jane"
    told = cleanse(secret, _find(secret, PERSON="Jane"), mapping, restorable=False)
    mine = cleanse(secret, _find(secret, PERSON="Jane"), mapping)
    assert (told.text, mine.text) == ("Ask PERSON_0", "Ask PERSON_1")
    assert hydrate("PERSON_0 PERSON_1", mapping).text == "PERSON_0 Jane"
    assert told.items[0].action is Action.REDACT


def test_replacing_is_not_restorable_either_where_masking_is_not() -> None:
    """No stand-in is drawn for what may not come back."""
    policy = Policy(default=Rule(Action.REPLACE))
    text = "jane@x.org"
    done = cleanse(text, [Finding(0, 10, "EMAIL_ADDRESS")], Mapping(), policy, restorable=False)
    assert done.text == "EMAIL_ADDRESS_0"


@pytest.mark.parametrize(
    ("text", "kinds", "cleansed"),
    [
        ("Jane2 x", {"PERSON": "Jane"}, "PERSON_0 x"),
        ("xJane y", {"PERSON": "Jane"}, "PERSON_0 y"),
        ("a_Jane_b c", {"PERSON": "Jane"}, "PERSON_0 c"),
        ("_Jane_ __Bob__", {"PERSON": "Jane"}, "_PERSON_0_ __Bob__"),
        ("____Jane", {"PERSON": "Jane"}, "___PERSON_0"),
        ("a\\_Jane", {"PERSON": "Jane"}, "a\\PERSON_0"),
        ("\\_Jane\\_", {"PERSON": "Jane"}, "\\_PERSON_0\\_"),
        ("JaneBob", {"PERSON": "Jane", "LOCATION": "Bob"}, "PERSON_0"),
        ("(a)b", {"PERSON": "(a)", "LOCATION": "b"}, "PERSON_0"),
        ("(a)_(b)", {"PERSON": "(a)", "LOCATION": "(b)"}, "PERSON_0"),
        ("(a)-(b)", {"PERSON": "(a)", "LOCATION": "(b)"}, "PERSON_0-LOCATION_0"),
        ("李Jane龍", {"PERSON": "Jane"}, "李PERSON_0龍"),
        ("Jane\u0301", {"PERSON": "Jane"}, "PERSON_0\u0301"),
        ("éJaneé", {"PERSON": "Jane"}, "éPERSON_0é"),
        ("🙂Jane🙂", {"PERSON": "Jane"}, "🙂PERSON_0🙂"),
        ("שלוםJane", {"PERSON": "Jane"}, "שלוםPERSON_0"),
        ("Jane's\r\nx", {"PERSON": "Jane"}, "PERSON_0's\r\nx"),
        ("\0Jane\0", {"PERSON": "Jane"}, "\0PERSON_0\0"),
        ('"Hi\\nJane\\tx"', {"PERSON": "Jane"}, '"Hi\\nPERSON_0\\tx"'),
        ('"\\u00e9Jane"', {"PERSON": "Jane"}, '"\\u00e9PERSON_0"'),
        ("<jane@x.org>", {"EMAIL_ADDRESS": "jane@x.org"}, "<EMAIL_ADDRESS_0>"),
        ("PERSON_0 Jane", {"PERSON": "Jane"}, "PERSON_0 PERSON_1"),
        ("PERSON Jane 0", {"PERSON": "Jane"}, "PERSON PERSON_0 0"),
        ("Jane", {"PERSON": "Jane"}, "PERSON_0"),
    ],
)
def test_findings_grow_over_the_word_they_touch(
    text: str, kinds: dict[str, str], cleansed: str
) -> None:
    """No further than that, and the text comes back."""
    mapping = Mapping()
    done = cleanse(text, _find(text, **kinds), mapping)
    assert done.text == cleansed
    assert hydrate(done.text, mapping).text == text


def test_joined_findings_take_the_most_restrictive_action() -> None:
    """And the first replaced one's type; an allowed one that is overlapped is taken in."""
    text = "JaneDoe Smith Rome"
    findings = [Finding(0, 4, "EMAIL_ADDRESS"), Finding(4, 13, "URL"), Finding(14, 18, "URL")]
    done = cleanse(text, findings, Mapping(), EVERY_ACTION)
    assert done.text == "EMAIL_ADDRESS_0 Rome"
    assert [(a.raw_start, a.raw_end) for a in done.allowed] == [(14, 18)]
    text = "JaneDoe"
    findings = [Finding(0, 4, "PERSON"), Finding(4, 7, "US_SSN")]
    done = cleanse(text, findings, Mapping(), EVERY_ACTION)
    assert [(i.placeholder, i.action) for i in done.items] == [("PERSON_0", Action.REDACT)]


def test_an_allowed_finding_does_not_grow() -> None:
    """It is not replaced, so nothing can melt into it."""
    done = cleanse("https://x.orgX", [Finding(0, 13, "URL")], Mapping(), EVERY_ACTION)
    assert (done.text, done.allowed[0].end) == ("https://x.orgX", 13)


def test_every_problem_of_the_findings_is_told_at_once() -> None:
    """With the index of each, in the caller's order, and without the text."""
    findings = [
        Finding(5, 9, "PERSON"),
        Finding(-1, 2, "PERSON"),
        Finding(3, 3, "PERSON"),
        Finding(2, 99, "person"),
        Finding(0, 1, "PERSON_0", float("nan")),
        Finding(0, 1, "A" * 129, 1.5),
        Finding(0, 1, "PERSON\n"),
        Finding(True, 2, "PERSON"),
        Finding(0.0, 2, "PERSON"),  # type: ignore[arg-type]
        Finding(None, 2, "PERSON"),  # type: ignore[arg-type]
        Finding(0, 2, None),  # type: ignore[arg-type]
        Finding(0, 2, "PERSON", "high"),  # type: ignore[arg-type]
    ]
    with pytest.raises(InvalidFindings) as caught:
        cleanse("some text", findings, Mapping())
    assert [problem.path for problem in caught.value.problems] == [
        "findings[1].start",
        "findings[2].end",
        "findings[3].end",
        "findings[3].entity_type",
        "findings[4].score",
        "findings[4].entity_type",
        "findings[5].score",
        "findings[5].entity_type",
        "findings[6].entity_type",
        "findings[7].start",
        "findings[8].start",
        "findings[9].start",
        "findings[10].entity_type",
        "findings[11].score",
    ]
    assert "some" not in str(caught.value)


def test_overlapping_findings_are_refused_by_index() -> None:
    """Sorted by place first; touching is no overlap."""
    findings = [Finding(6, 9, "A"), Finding(0, 4, "A"), Finding(3, 6, "B"), Finding(5, 6, "C")]
    with pytest.raises(InvalidFindings) as caught:
        cleanse("some text", findings, Mapping())
    told = [(problem.path, problem.message) for problem in caught.value.problems]
    assert told == [
        ("findings[2].start", "overlaps findings[1]"),
        ("findings[3].start", "overlaps findings[2]"),
    ]


@pytest.mark.parametrize("text", ["\ud800", "ab\udc00c", "\ud83d\ude00"])
def test_lone_surrogates_are_refused(text: str) -> None:
    """In cleanse and in hydrate, before anything is issued."""
    mapping = Mapping()
    with pytest.raises(UnsupportedText):
        cleanse(text, [], mapping)
    with pytest.raises(UnsupportedText):
        hydrate(text, mapping)


def test_nothing_is_restored_twice() -> None:
    """An original that reads like a placeholder is put back and not looked at again."""
    mapping = Mapping()
    for name in ("Jane", "PERSON_0", "see PERSON_1"):
        cleanse(name, [Finding(0, len(name), "PERSON")], mapping)
    names = {str(entry.original): entry.placeholder for entry in mapping.entries}
    assert hydrate(names["PERSON_0"], mapping).text == "PERSON_0"
    text = " ".join(names.values())
    assert hydrate(text, mapping).text == "Jane PERSON_0 see PERSON_1"


@pytest.mark.parametrize(
    "text",
    [
        "a person or 0 persons",
        "[PERSON_0-9]",
        "P E R S O N",
        "[personal] {0}",
        "PERSON|_0",
        "$PER.0",
    ],
)
def test_ordinary_text_is_not_corrupted(text: str) -> None:
    """Names are never used as patterns: letters, classes and ranges like them stay."""
    mapping = Mapping()
    for name in ("Jane", "[a-z]+", "(?i)x|y"):
        cleanse(name, [Finding(0, len(name), "PERSON")], mapping)
    expected = text.replace("PERSON_0-9", "Jane-9")
    assert hydrate(text, mapping).text == expected
    assert hydrate("PERSON_1 PERSON_2", mapping).text == "[a-z]+ (?i)x|y"


def test_a_typed_placeholder_of_an_earlier_turn_reads_back() -> None:
    """The documented exception: in one's own conversation it is one's own data."""
    mapping = Mapping()
    cleanse("Jane", [Finding(0, 4, "PERSON")], mapping)
    done = cleanse("What did PERSON_0 say?", [], mapping)
    assert hydrate(done.text, mapping).text == "What did Jane say?"


def test_another_conversations_placeholder_stays() -> None:
    """Typing somebody's token reads nothing: a mapping knows its own placeholders only."""
    theirs, mine = Mapping(), Mapping()
    cleanse("Jane", [Finding(0, 4, "PERSON")], theirs)
    assert hydrate("PERSON_0", mine).text == "PERSON_0"
    cleanse("PERSON_0 Bob", [Finding(9, 12, "PERSON")], mine)
    assert hydrate("PERSON_0 PERSON_1", mine).text == "PERSON_0 Bob"


def test_a_placeholder_from_an_earlier_turn_is_restored() -> None:
    """Quoted ten turns later, whatever was issued since."""
    mapping = Mapping()
    for index in range(10):
        name = f"Name{index}"
        cleanse(name, [Finding(0, 5, "PERSON")], mapping)
    text = "PERSON_0 met PERSON_9, not PERSON_10 or PERSON_90"
    assert hydrate(text, mapping).text == "Name0 met Name9, not PERSON_10 or PERSON_90"


def test_one_value_has_one_placeholder_in_a_message() -> None:
    """Three mentions, one number."""
    text = "Jane, Jane and Jane"
    findings = [Finding(at, at + 4, "PERSON") for at in (0, 6, 15)]
    done = cleanse(text, findings, Mapping())
    assert done.text == "PERSON_0, PERSON_0 and PERSON_0"


def test_a_new_stand_in_never_stands_in_the_text_already() -> None:
    """Otherwise the typed one would be restored to the replaced one's original."""
    policy = Policy(default=Rule(Action.REPLACE))
    for kind, original in (("URL", "https://x.org/a"), ("EMAIL_ADDRESS", "jane@x.org")):
        drawn = cleanse(original, [Finding(0, len(original), kind)], Mapping(key=KEY), policy).text
        text = f"{drawn} and {original}"
        mapping = Mapping(key=KEY)
        start = len(drawn) + 5
        done = cleanse(text, [Finding(start, len(text), kind)], mapping, policy)
        assert done.text.startswith(f"{drawn} and ")
        assert not done.text.endswith(drawn)
        assert hydrate(done.text, mapping).text == text


def _years_that_meet() -> tuple[Mapping, str, str]:
    """A conversation in which the stand-in `… 2003` ends like `2003-…` begins."""
    policy = Policy(default=Rule(Action.REPLACE))
    for number in range(1000):
        mapping = Mapping(key=number.to_bytes(16))
        long, iso = (
            cleanse(text, [Finding(0, len(text), "DATE_TIME")], mapping, policy).text
            for text in ("1 May 2001", "2001-05-05")
        )
        if long[-4:] == iso[:4]:
            return mapping, long, iso
    raise AssertionError("no key gives stand-ins that meet")


def test_a_stand_in_is_not_read_across_the_edge_of_another() -> None:
    """The typed `3 June ` before the stand-in `2003-…` would read as the stand-in `3 June 2003`."""
    mapping, long, _ = _years_that_meet()
    text = f"On {long[:-4]}2001-05-05."
    start = text.index("2001-05-05")
    policy = Policy(default=Rule(Action.REPLACE))
    done = cleanse(text, [Finding(start, start + 10, "DATE_TIME")], mapping, policy)
    assert hydrate(done.text, mapping).text == text
    assert (done.items[0].raw_start, done.items[0].raw_end) == (3, start + 10)
