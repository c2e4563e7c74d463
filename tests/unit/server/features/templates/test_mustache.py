"""Mustache: what is read, how it is filled in, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.templates.nodes import TEMPLATES

from sluice.server.features.templates import mustache
from sluice.server.features.templates.mustache import (
    DEEPEST,
    Node,
    Parsed,
    RenderedTooLong,
    Words,
    names,
    parse,
    render,
    write,
)

VALUES: dict[str, Any] = {
    "x": "<X & Y>",
    "n": 3.5,
    "yes": True,
    "no": False,
    "zero": 0,
    "none": None,
    "list": [{"k": "1"}, {"k": "2", "x": "inner"}, "w"],
    "empty": [],
    "o": {"k": "K", "deep": {"er": "é"}},
    "tag": "{{x}} {x}",
}
FILLED = {
    "a variable": ("Hi {{x}}!", "Hi <X & Y>!"),
    "blanks in a tag": ("{{ x }}{{\nx\n}}", "<X & Y><X & Y>"),
    "three braces": ("{{{x}}}{{{ n }}}", "<X & Y>3.5"),
    "an ampersand": ("{{&x}}{{& x}}", "<X & Y><X & Y>"),
    "a brace behind a tag": ("{{x}}}{{{n}}}}", "<X & Y>}3.5}"),
    "a missing name": ("a{{nobody}}b", "ab"),
    "a missing part": ("a{{o.nobody.k}}b", "ab"),
    "a dotted name": ("{{o.deep.er}}", "é"),
    "a truth": ("{{yes}}{{no}}{{zero}}", "TrueFalse0"),
    "nothing": ("{{none}}", ""),
    "an object": ("{{o}}", '{"k":"K","deep":{"er":"\\u00e9"}}'),
    "a list": ("{{empty}}{{list}}", '[][{"k":"1"},{"k":"2","x":"inner"},"w"]'),
    "a tag in a value": ("{{tag}}", "{{x}} {x}"),
    "a section of a list": ("{{#list}}[{{k}}]{{/list}}", "[1][2][]"),
    "the item": ("{{#list}}{{.}};{{/list}}", '{"k":"1"};{"k":"2","x":"inner"};w;'),
    "a name of around": ("{{#list}}{{n}}{{/list}}", "3.53.53.5"),
    "the innermost name": ("{{#list}}{{x}},{{/list}}", "<X & Y>,inner,<X & Y>,"),
    "a section of an object": ("{{#o}}{{k}}{{/o}}", "K"),
    "a section of a value": ("{{#x}}{{.}}{{/x}}", "<X & Y>"),
    "sections of nothing": (
        "{{#no}}a{{/no}}{{#zero}}b{{/zero}}{{#empty}}c{{/empty}}{{#nobody}}d{{/nobody}}",
        "",
    ),
    "inverted sections": (
        "{{^no}}a{{/no}}{{^empty}}c{{/empty}}{{^nobody}}d{{/nobody}}{{^x}}e{{/x}}",
        "acd",
    ),
    "sections in sections": ("{{#o}}{{#deep}}{{er}}{{k}}{{/deep}}{{/o}}", "éK"),
    "a comment": ("a{{! says {nothing} }}b", "ab"),
    "other delimiters": ("{{=<% %>=}}<%x%>{{x}}<%={{ }}=%>{{n}}", "<X & Y>{{x}}3.5"),
    "braces in other delimiters": ("{{=<% %>=}}<%{n}%>%<%& n %>", "3.5%3.5"),
    "a brace behind delimiters": ("{{=<% %>=}}}<%n%>", "}3.5"),
    "a brace in front of a tag": ("{ {{n}} }", "{ 3.5 }"),
    "single braces": ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
}
LINES = {
    "a section's tags": ("a\n{{#list}}\n- {{k}}\n{{/list}}\nb", "a\n- 1\n- 2\n- \nb"),
    "indented tags": ("a\n  {{#yes}}\n  c\n\t{{/yes}}\nb", "a\n  c\nb"),
    "blanks behind": ("a\n{{#yes}} \t\nc\n{{/yes}}\nb", "a\nc\nb"),
    "the last line": ("a\n{{#yes}}\nc\n{{/yes}}", "a\nc\n"),
    "the first line": ("{{! c }}\na", "a"),
    "line feeds of Windows": ("a\r\n{{#yes}}\r\nc\r\n{{/yes}}\r\nb", "a\r\nc\r\nb"),
    "a comment of two lines": ("a\n{{! one\ntwo }}\nb", "a\nb"),
    "two tags in a line": ("a\n{{#yes}}{{/yes}}\nb", "a\n\nb"),
    "a tag beside text": ("a\n{{#yes}} c{{/yes}}\nb", "a\n c\nb"),
    "a variable": ("a\n{{none}}\nb", "a\n\nb"),
    "delimiters": ("a\n{{=<% %>=}}\nb<%n%>", "a\nb3.5"),
    "a comment's end": ("{{! a\nb }} {{#yes}}\nc{{/yes}}", " \nc"),
}
REFUSED = {
    "a section left open": ("a{{#x}}b", [(1, "never closed")]),
    "another section's end": ("{{#x}}{{/y}}{{/x}}", [(6, "not the one that is open")]),
    "an end of nothing": ("a{{/x}}", [(1, "not the one that is open")]),
    "no name": ("{{}}{{ }}{{#}}", [(0, "names no"), (4, "names no"), (9, "names no")]),
    "a tag left open": ("a {{x} b", [(2, "never closed")]),
    "a partial": ("{{>x}}", [(0, "partials")]),
    "braces of JSON": ('{{"a": 1}}', [(0, "no name")]),
    "a filter": ("{{ x | upper }}", [(0, "no name")]),
    "an empty part": ("{{a..b}}{{.a}}", [(0, "no name"), (8, "no name")]),
    "no delimiters": ("{{=x=}}", [(0, "delimiters")]),
    "too deep": ("{{#x}}" * (DEEPEST + 1) + "{{/x}}" * (DEEPEST + 1), [(6 * DEEPEST, "deep")]),
}  # fmt: skip


def filled(template: str, values: dict[str, Any] = VALUES) -> str:
    parsed = parse(template)
    assert parsed.faults == ()
    return render(parsed.nodes, values)


@pytest.mark.parametrize(("template", "text"), FILLED.values(), ids=FILLED)
def test_values_are_put_in_as_sdk_0_6_1_does(template: str, text: str) -> None:
    assert filled(template) == text


@pytest.mark.parametrize(("template", "text"), LINES.values(), ids=LINES)
def test_a_tag_that_stands_alone_takes_its_line_with_it(template: str, text: str) -> None:
    assert filled(template) == text


@pytest.mark.parametrize(("template", "faults"), REFUSED.values(), ids=REFUSED)
def test_every_fault_is_told_with_its_position(
    template: str, faults: list[tuple[int, str]]
) -> None:
    found = parse(template).faults
    told = [fault for fault in found if any(said in fault.message for _, said in faults)]
    assert [fault.position for fault in told] == [position for position, _ in faults]


def test_faults_and_representations_never_quote_the_template() -> None:
    parsed = parse("jane.doe {{#jane.doe}}{{jane | doe}}{{/jane}}")
    assert len(parsed.faults) == 3
    assert "jane" not in "".join(fault.message for fault in parsed.faults)
    assert "secret words" not in repr(parse("secret words {{x}}"))


@settings(max_examples=80, deadline=None)
@given(TEMPLATES)
def test_what_is_written_is_read_as_it_was(nodes: tuple[Node, ...]) -> None:
    assert parse(write(nodes)) == Parsed(nodes, ())


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("{}#^/!&>= .xy\n<%"), max_size=40))
def test_any_text_is_read_or_refused_and_what_is_read_stays_the_same_when_written(
    template: str,
) -> None:
    parsed = parse(template)
    if not parsed.faults:
        assert parse(write(parsed.nodes)) == parsed
        again = render(parse(write(parsed.nodes)).nodes, {"x": 1})
        assert again == render(parsed.nodes, {"x": 1})


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_without_tags_and_a_value_stay_what_they_are(text: str, value: str) -> None:
    assert render((Words(text),), {}) == text
    assert filled("{{v}}", {"v": value}) == value


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.integers() | st.text(max_size=5), lambda i: st.lists(i, max_size=3)))
def test_a_value_that_is_no_text_can_be_read_as_json(value: object) -> None:
    written = filled("{{v}}", {"v": value})
    assert (written if isinstance(value, str) else json.loads(written)) == value


def test_names_are_listed_once_in_their_order() -> None:
    parsed = parse("{{b}}{{#list}}{{.}}{{a.c}}{{b}}{{/list}}{{^b}}{{d}}{{/b}}")
    assert names(parsed.nodes) == ["b", "list", "a.c", "d"]


def test_a_template_that_would_fill_memory_is_refused_even_if_it_says_nothing() -> None:
    many = "{{#l}}" * 8 + "{{/l}}" * 8
    with pytest.raises(RenderedTooLong):
        filled(many, {"l": [1] * 100})
    with pytest.raises(RenderedTooLong):
        filled("{{#l}}{{x}}{{/l}}", {"l": [1] * 200, "x": "x" * 100_000})


def test_a_template_that_would_keep_a_processor_busy_is_refused_at_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it says: what is counted are its pieces."""
    monkeypatch.setattr(mustache, "MOST_PIECES", 100)
    assert filled("{{#l}}x{{/l}}", {"l": [1] * 50}) == "x" * 50
    with pytest.raises(RenderedTooLong):
        filled("{{#l}}x{{/l}}", {"l": [1] * 51})
