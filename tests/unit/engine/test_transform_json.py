"""Originals that come to stand inside JSON strings are escaped; others are not."""

from __future__ import annotations

import json

import pytest

from sluice.engine import Finding, Mapping, cleanse, hydrate
from sluice.engine.json_text import JsonText, escape, is_fragment

AWKWARD = 'O"Neil\\\n\tx'


def _mapping(*originals: str) -> Mapping:
    mapping = Mapping(key=bytes(32))
    for original in originals:
        cleanse(original, [Finding(0, len(original), "PERSON")], mapping)
    return mapping


@pytest.mark.parametrize("pad", ["", " ", "\n\t"])
@pytest.mark.parametrize("name", ["PERSON_0", "person 0", "<PERSON\\_0>"[1:-1], "Person-0"])
def test_json_stays_json(pad: str, name: str) -> None:
    """Whatever the original holds, the answer parses and has it as a value."""
    mapping = _mapping(AWKWARD)
    text = f'{pad}{{"to": "{name}", "n": [1, true, "Dear {name}!\\n{name}"]}}'
    value = json.loads(hydrate(text, mapping).text)
    assert value == {"to": AWKWARD, "n": [1, True, f"Dear {AWKWARD}!\n{AWKWARD}"]}


def test_json_in_json_is_escaped_twice() -> None:
    """A tool call's arguments, three strings deep."""
    mapping = _mapping(AWKWARD)
    inner = json.dumps({"name": "PERSON_0"})
    middle = json.dumps({"arguments": inner, "name": "PERSON_0"})
    outer = json.dumps({"call": middle, "text": "{not json} PERSON_0"})
    value = json.loads(hydrate(outer, mapping).text)
    assert value["text"] == "{not json} " + AWKWARD
    assert json.loads(value["call"])["name"] == AWKWARD
    assert json.loads(json.loads(value["call"])["arguments"]) == {"name": AWKWARD}


@pytest.mark.parametrize(
    "text",
    [
        'He said "PERSON_0".',
        '[see below] "PERSON_0"',
        '[1] According to "PERSON_0"',
        '{PERSON_0} "PERSON_0"',
        "{'name': \"PERSON_0\"}",
        '{"a": 1} and "PERSON_0"',
        '{"a": nul} "PERSON_0"',
        '{"a": 01} ["PERSON_0"]',
        '["bad \\x escape", "PERSON_0"]',
        '["raw\nnewline", "PERSON_0"]',
        '"PERSON_0"',
        '```python\n["PERSON_0"]\n```',
        '```json\n[]\n```\n"PERSON_0"',
        '] "PERSON_0"',
        '[]] ["PERSON_0"]',
        '{"a": [' + "1" * 500 + ', "PERSON_0"]}',
    ],
)
def test_prose_is_not_escaped(text: str) -> None:
    """Quotation marks in prose, brackets that are no JSON, JSON that broke off."""
    mapping = _mapping(AWKWARD)
    assert hydrate(text, mapping).text == text.replace("PERSON_0", AWKWARD)


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("Here you are:\n\n```json\n", "\n```\nBye."),
        ("> ```JSON\n", ""),
        ("~~~~ json5\r\n", ""),
        ('{"a": 1}\n', ""),
        ("```json\n{}\n```\ntext\n  ```jsonl\n", ""),
        ("  \n", "\n"),
    ],
)
def test_json_in_fences_and_lines_is_escaped(before: str, behind: str) -> None:
    """Markdown fences that say json, and one document after the other."""
    mapping = _mapping(AWKWARD)
    text = hydrate(before + '{"a": "PERSON_0"}' + behind, mapping).text
    middle = text.removeprefix(before).removesuffix(behind)
    assert json.loads(middle) == {"a": AWKWARD}


def test_a_value_outside_of_strings_is_put_in_as_it_is() -> None:
    """`{"age": AGE_0}` becomes JSON only by restoring, and stays it behind."""
    mapping = Mapping()
    cleanse("34", [Finding(0, 2, "AGE")], mapping)
    cleanse('a"b', [Finding(0, 3, "PERSON")], mapping)
    text = hydrate('{"age": AGE_0, "name": "PERSON_0"}', mapping).text
    assert json.loads(text) == {"age": 34, "name": 'a"b'}


def test_a_piece_of_a_json_string_comes_back_as_it_was() -> None:
    """Taken out of JSON, put back into JSON: byte for byte, at every depth."""
    inner = '{\\"street\\": \\"1 Main St\\\\n2\\"}'
    for raw in ('{"name": "O\\"Neil", "x": "\\u00e9"}', f'{{"call": "{inner}"}}'):
        mapping = Mapping()
        words = 'O\\"Neil' if "Neil" in raw else "1 Main St\\\\n2"
        start = raw.index(words)
        done = cleanse(raw, [Finding(start, start + len(words), "PERSON")], mapping)
        assert hydrate(done.text, mapping).text == raw
        stored = Mapping(mapping.entries, key=mapping.key)
        assert hydrate(done.text, stored).text == raw


def test_the_same_characters_in_and_out_of_json_are_two_originals() -> None:
    """`C:\\new` in prose is a path, in JSON it holds a line break: each comes back as its own."""
    mapping = Mapping()
    prose, document = "see C:\\new", '{"p": "C:\\new"}'
    for raw in (prose, document):
        start = raw.index("C:")
        done = cleanse(raw, [Finding(start, start + 6, "PATH")], mapping)
        assert hydrate(done.text, mapping).text == raw
    assert len(mapping) == 2
    answer = json.loads(hydrate('["PATH_0", "PATH_1"]', mapping).text)
    assert answer == ["C:\\new", "C:\new"]


def test_one_deeper_needs_one_more_escape() -> None:
    """Taken out of a JSON string, put into a string of JSON in one."""
    mapping = Mapping()
    raw = '["O\\"Neil"]'
    cleanse(raw, [Finding(2, 9, "PERSON")], mapping)
    answer = json.loads(hydrate(json.dumps([json.dumps(["PERSON_0"])]), mapping).text)
    assert json.loads(answer[0]) == ['O"Neil']


def test_the_caller_can_say_that_it_is_json_or_is_not() -> None:
    """True escapes everywhere, at least once; False nowhere."""
    mapping = _mapping('a"b')
    assert hydrate("to PERSON_0", mapping, json_strings=True).text == 'to a\\"b'
    assert hydrate('["PERSON_0"]', mapping, json_strings=True).text == '["a\\"b"]'
    inside = '{\\"name\\": \\"PERSON_0\\"}'
    assert json.loads(json.loads(f'"{hydrate(inside, mapping, json_strings=True).text}"')) == {
        "name": 'a"b'
    }
    assert hydrate('["PERSON_0"]', mapping, json_strings=False).text == '["a"b"]'


def test_a_finding_across_the_edge_of_a_string_comes_back_escaped() -> None:
    """The documented exception; with `json_strings=False` it comes back as it was."""
    mapping = Mapping()
    raw = '["a", "b"]'
    done = cleanse(raw, [Finding(2, 8, "PERSON")], mapping)
    assert hydrate(done.text, mapping).text == '["a\\", \\"b"]'
    assert hydrate(done.text, mapping, json_strings=False).text == raw


def test_the_items_hold_what_stands_in_the_text() -> None:
    """Escaped originals too: the offsets fit."""
    back = hydrate('["x PERSON_0"]', _mapping('a"b'))
    item = back.items[0]
    assert (item.text, back.text[item.start : item.end]) == ('a\\"b', 'a\\"b')


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0), ('{"', 1), ('{"a', 1), ('{"a"', 0), ('{"a\\', 1), ('{"a\\"', 1), ('["\\u00', 1),
        ('["[\\"', 2), ('["{\\"a\\": \\"[', 2), ('["[\\"[\\\\\\"', 3), ('["x [\\"', 1),
        ('["[\\"a\\"', 1), ('["[\\"\\n', 1), ('x["', 0), ('[1e5, -0.1, "', 1), ('[1e, "', 0),
        ('[.5, "', 0), ("[]\n[\"", 1), ('[], "', 0), ('```json\n["', 1), ('x ```json\n["', 0),
        ("```json " + "x" * 80 + '\n["', 0),
    ],
)  # fmt: skip
def test_depth_follows_the_text(text: str, depth: int) -> None:
    """As a whole, and cut into characters."""
    whole, pieces = JsonText(), JsonText()
    whole.feed(text)
    for character in text:
        pieces.feed(character)
    assert (whole.depth, pieces.depth) == (depth, depth)


def test_escaping_and_fragments() -> None:
    """What `escape` gives is always a fragment that JSON reads back."""
    for text in ("", "Jane", AWKWARD, "\0\x1f\x7f\u2028é🙂", "\\u12", '"'):
        once, twice = escape(text, 1), escape(text, 2)
        assert is_fragment(once)
        assert json.loads(f'"{once}"') == text
        assert json.loads(f'"{twice}"') == once
        assert escape(text, 0) == text
    assert not any(map(is_fragment, ('a"b', "\\x", "\\", "\\u12", "a\nb")))
