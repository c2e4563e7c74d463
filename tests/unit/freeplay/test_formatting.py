"""Filling in templates: both dialects, and the law that a value is never looked at again."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeplay import mustache
from freeplay.completions import PromptTemplateWithMetadata
from freeplay.errors import TemplateFormatError
from freeplay.formatting import fill, filled_messages, filled_text

VALUES = st.text(alphabet=st.sampled_from(["{", "}", "a", "b", "#", "/", "\n", '"', " ", "é"]))
LONG = settings(max_examples=200)

RENDERED: dict[str, tuple[str, dict[str, object], str]] = {
    "a variable": ("Hi {{name}}!", {"name": "Ada"}, "Hi Ada!"),
    "blanks inside": ("{{ name }}", {"name": "Ada"}, "Ada"),
    "no escaping": ("{{a}}{{{a}}}{{&a}}", {"a": '<&">'}, '<&"><&"><&">'),
    "missing": ("[{{nobody}}]", {}, "[]"),
    "nothing": ("[{{a}}]", {"a": None}, "[]"),
    "a number": ("{{a}}", {"a": 1.5}, "1.5"),
    "a list": ("{{a}}", {"a": [1, {"b": 2}]}, '[1,{"b":2}]'),
    "an object": ("{{a}}", {"a": {"b": [1, 2]}}, '{"b":[1,2]}'),
    "dotted": ("{{a.b.c}}", {"a": {"b": {"c": "deep"}}}, "deep"),
    "dotted into a text": ("[{{a.upper}}]", {"a": "x"}, "[]"),
    "a section of a list": ("{{#a}}<{{.}}>{{/a}}", {"a": ["x", "y"]}, "<x><y>"),
    "a section of objects": ("{{#a}}{{n}},{{/a}}", {"a": [{"n": 1}, {"n": 2}]}, "1,2,"),
    "a section of a text": ("{{#a}}[{{.}}]{{/a}}", {"a": "x"}, "[x]"),
    "a section of nothing": ("{{#a}}x{{/a}}", {"a": []}, ""),
    "an inverted section": ("{{^a}}none{{/a}}", {"a": ""}, "none"),
    "outer names inside": ("{{#a}}{{b}}{{/a}}", {"a": {"c": 1}, "b": "out"}, "out"),
    "a comment": ("a{{! not this }}b", {}, "ab"),
    "tags alone on lines": ("1\n{{#a}}\n2\n{{/a}}\n3", {"a": True}, "1\n2\n3"),
    "two tags on a line": ("{{#a}}{{/a}}\nx", {"a": True}, "\nx"),
    "single braces": ('{"a": {{n}}}', {"n": 1}, '{"a": 1}'),
}
MALFORMED = ["{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{}}", "{{> other}}", "{{=<% %>=}}"]


def template(content: str, dialect: str = "format") -> PromptTemplateWithMetadata:
    found = PromptTemplateWithMetadata("v", "t", "greeting", content, None)
    found.dialect = dialect  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("case", RENDERED)
def test_mustache_renders(case: str) -> None:
    text, variables, rendered = RENDERED[case]
    assert mustache.render(text, variables) == rendered


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_mustache_is_refused_with_its_position(text: str) -> None:
    with pytest.raises(TemplateFormatError, match="code point"):
        mustache.render(text, {"a": True})


def test_a_function_is_never_called() -> None:
    with pytest.raises(TemplateFormatError):
        mustache.render("{{a}}", {"a": lambda: "called"})


@LONG
@given(first=VALUES, second=VALUES)
def test_a_value_is_never_filled_in_again(first: str, second: str) -> None:
    values = {"a": first, "b": second}
    assert fill("<{{a}}|{{{b}}}>", values, "mustache") == f"<{first}|{second}>"
    assert fill("<{a}|{b}>", values, "format") == f"<{first}|{second}>"
    assert fill("{{#l}}{{.}},{{/l}}", {"l": [first, second]}, "mustache") == "".join(
        f"{one}," for one in (first, second)
    )


@LONG
@given(value=st.text())
def test_no_value_leaves_its_message(value: str) -> None:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "{v}"}]
    filled = filled_messages(template(json.dumps(messages)), {"v": value})
    assert filled == [messages[0], {"role": "user", "content": value}]


@LONG
@given(text=st.text())
def test_every_text_is_rendered_or_refused(text: str) -> None:
    with suppress(TemplateFormatError):
        assert mustache.render(text, {}) == text or "{{" in text


@pytest.mark.parametrize(
    ("text", "variables", "filled"),
    [
        ("{{literal}} {a}", {"a": "x"}, "{literal} x"),
        ("{a:>3}|{a!r}", {"a": "x"}, "  x|'x'"),
        ("no variables", {}, "no variables"),
    ],
    ids=["doubled braces", "formats", "plain"],
)
def test_the_dialect_of_0_1_6_is_that_of_str_format(
    text: str, variables: dict[str, str], filled: str
) -> None:
    assert fill(text, variables, "format") == filled == text.format(**variables)


@pytest.mark.parametrize(
    "text",
    ["{missing}", "{a", "a}", "{}", "{a.__class__}", "{a[0]}", "{a:{b}}", "{a:%}", "{a!x}"],
)
def test_what_a_format_may_not_reach_is_refused_without_the_value(text: str) -> None:
    with pytest.raises(TemplateFormatError) as caught:
        fill(text, {"a": "secret value", "b": "secret value"}, "format")
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_flavor_of_texts_refuses_a_chats_template_and_the_other_way_round() -> None:
    chat = template(json.dumps([{"role": "user", "content": "Hi"}]))
    with pytest.raises(TemplateFormatError, match="chat flavor"):
        filled_text(chat, {})
    with pytest.raises(TemplateFormatError, match="JSON list"):
        filled_messages(template("Hi"), {})


def test_a_place_for_history_is_empty_at_the_start() -> None:
    messages = [{"kind": "history"}, {"role": "user", "content": "{{q}}"}]
    filled = filled_messages(template(json.dumps(messages), "mustache"), {"q": "why?"})
    assert filled == [{"content": "why?", "role": "user"}]
