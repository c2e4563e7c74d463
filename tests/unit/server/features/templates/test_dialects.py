"""What SDK 0.1.6 fills in with `str.format` is what mustache says, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.templates.nodes import FLAT

from sluice.server.features.templates.dialects import (
    Dialect,
    from_format,
    in_mustache,
    to_format,
)
from sluice.server.features.templates.mustache import Node, parse, render, write

VALUES = {"x": "X", "user": "{x}", "first name": "J", "order-7": 7, "é": "É"}
FORMATTED = {
    "a variable": ("Hi {{x}}", "Hi {x}"),
    "literal braces": ('{"a": {{x}}}', '{{"a": {x}}}'),
    "a comment": ("a{{! c }}b", "ab"),
    "three braces": ("{{{x}}}", "{x}"),
    "a name with a blank": ("{{first name}}", "{first name}"),
    "other delimiters": ("{{=<% %>=}}{{x}} <%x%>", "{{{{x}}}} {x}"),
}
UNSAID = {
    "a section": "{{#x}}a{{/x}}",
    "an inverted section": "{{^x}}a{{/x}}",
    "a part of a value": "{{a.b}}",
    "a number": "{{0}}",
    "the item": "{{.}}",
    "a colon": "{{a:b}}",
    "an exclamation mark": "{{a!r}}",
}
TAKEN = {
    "a variable": ("Hi {x}", "Hi {{x}}"),
    "literal braces": ('{{"a": {x}}}', '{"a": {{x}}}'),
    "words only": ("no braces", "no braces"),
    "two beside each other": ("{x}{x}", "{{x}}{{x}}"),
}
NOT_TAKEN = {
    "a brace left open": "a {x",
    "a brace of nothing": "a } b",
    "no name": "{}",
    "a number": "{0}",
    "an attribute": "{x.y}",
    "an item": "{x[0]}",
    "a conversion": "{x!r}",
    "a format": "{x:>10}",
    "a format with a variable": "{x:{y}}",
    "blanks": "{ x }",
}


@pytest.mark.parametrize(("template", "formatted"), FORMATTED.values(), ids=FORMATTED)
def test_a_template_is_said_for_str_format(template: str, formatted: str) -> None:
    assert to_format(template) == (formatted, [])


@pytest.mark.parametrize("template", UNSAID.values(), ids=UNSAID)
def test_what_str_format_cannot_say_is_told_once(template: str) -> None:
    assert len(to_format(template * 2)[1]) == 1


@pytest.mark.parametrize(("template", "mustache"), TAKEN.values(), ids=TAKEN)
def test_a_text_for_str_format_is_kept_as_mustache(template: str, mustache: str) -> None:
    assert in_mustache(template, Dialect.FORMAT) == (mustache, ())


@pytest.mark.parametrize("template", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_more_than_names_is_refused_without_quoting_it(template: str) -> None:
    faults = from_format(template).faults
    assert faults
    assert not any("x" in fault.message.split() for fault in faults)


@settings(max_examples=70, deadline=None)
@given(FLAT)
def test_both_dialects_fill_in_to_the_same_text(nodes: tuple[Node, ...]) -> None:
    formatted, unsaid = to_format(write(nodes))
    if not unsaid:
        assert formatted.format(**VALUES) == render(nodes, VALUES)


@settings(max_examples=70, deadline=None)
@given(FLAT)
def test_what_was_said_for_str_format_comes_back_as_it_was(nodes: tuple[Node, ...]) -> None:
    formatted, unsaid = to_format(write(nodes))
    if not unsaid:
        assert from_format(formatted).nodes == nodes


@settings(max_examples=70, deadline=None)
@given(st.text(st.sampled_from("{}xy \n!:.["), max_size=20))
def test_whatever_str_format_fills_in_is_filled_in_alike_or_refused(template: str) -> None:
    kept, faults = in_mustache(template, Dialect.FORMAT)
    if not faults:
        values = {"x": "1", "y": "{{x}}", "xx": "2", "yy": "", "xy": "3", "yx": "4"}
        try:
            expected = template.format(**values)
        except KeyError:
            return
        assert render(parse(kept).nodes, values) == expected
