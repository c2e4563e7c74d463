"""What a version may hold, its digest, and what clients of 0.1.6 cannot be told of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sluice.server.features.templates.content import (
    LONGEST_TEXT,
    MOST_TOLD,
    TemplateContent,
    TemplateName,
    unsayable,
)

KEY = b"k" * 32
CHAT: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "Be {{tone}}."},
        {"kind": "history"},
        {
            "role": "user",
            "content": "{{#items}}{{.}}{{/items}}",
            "mediaSlots": [{"type": "image", "placeholderName": "scan"}],
        },
    ],
    "provider": "openai",
    "model": "gpt-4o-mini",
    "parameters": {"temperature": 0.2, "stop": ["END"]},
    "toolSchema": [{"name": "find", "description": "Finds.", "parameters": {"type": "object"}}],
    "outputSchema": {"type": "object"},
    "versionName": "kinder",
    "note": "ticket 4711",
}
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({}, "", "exactly one"),
    "both": ({"text": "a", "messages": [{"kind": "history"}]}, "", "exactly one"),
    "no messages": ({"messages": []}, "", "one at least"),
    "an unknown role": ({"messages": [{"role": "tool", "content": ""}]}, "messages.0.role", "sys"),
    "no content": ({"messages": [{"role": "user"}]}, "messages.0", "content"),
    "words of history": (
        {"messages": [{"kind": "history", "content": ""}]},
        "messages.0",
        "nothing but its kind",
    ),
    "a broken message": (
        {"messages": [{"kind": "history"}, {"role": "user", "content": "a {{#b}}"}]},
        "messages",
        "messages[1].content, code point 2",
    ),
    "a broken text": ({"text": "{{"}, "text", "code point 0"),
    "an unknown key": ({"text": "a", "modle": "m"}, "modle", "not permitted"),
    "no number": ({"text": "a", "parameters": {"x": float("nan")}}, "", "cannot hold"),
    "a lone surrogate": ({"text": "a", "parameters": {"x": ["\ud800"]}}, "", "cannot hold"),
    "two models": ({"text": "a", "model": "m", "parameters": {"model": "n"}}, "", "say it once"),
    "a text without end": ({"text": "x" * (LONGEST_TEXT + 1)}, "text", "at most"),
    "messages without end": (
        {"messages": [{"role": "user", "content": "x" * LONGEST_TEXT}] * 6},
        "",
        "code points",
    ),
    "a text too long in mustache": (
        {"text": "{x}" * (LONGEST_TEXT // 4), "dialect": "format"},
        "text",
        "in mustache",
    ),
    "a broken text for str.format": ({"text": "{", "dialect": "format"}, "text", "code point 0"),
}


def content(**fields: object) -> TemplateContent:
    return TemplateContent.model_validate(fields)


def chat(**changes: object) -> TemplateContent:
    return content(**{**CHAT, **changes})


@pytest.mark.parametrize(("said", "path", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_path(
    said: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        content(**said)
    [error] = refused.value.errors()
    assert ".".join(map(str, error["loc"])).startswith(path)
    assert message in error["msg"]


def test_every_problem_is_told_at_once_and_no_text() -> None:
    with pytest.raises(ValidationError) as refused:
        content(text="jane.doe {{#jane", messages=[{"role": "jane"}], jane="x", note="j" * 6000)
    assert {e["loc"][0] for e in refused.value.errors()} == {"text", "messages", "jane", "note"}
    assert "jane.doe" not in str(refused.value)
    assert "jane" not in " ".join(e["msg"] for e in refused.value.errors())


def test_faults_without_end_are_counted() -> None:
    with pytest.raises(ValidationError, match=f"and {100 - MOST_TOLD} more"):
        content(text="{{}}" * 100)


def test_texts_for_str_format_are_kept_as_mustache() -> None:
    kept = content(messages=[{"role": "user", "content": "{who} {{}}"}], dialect="format")
    assert kept.document() == {"messages": [{"role": "user", "content": "{{who}} {}"}]}
    assert TemplateContent.model_validate(kept.document()) == kept


def test_what_is_stored_is_read_as_it_was_even_if_it_would_be_refused_today() -> None:
    assert TemplateContent.from_stored(chat().stored()) == chat()
    assert TemplateContent.from_stored('{"text": "{{#x}}", "note": ""}').text == "{{#x}}"


def test_a_model_among_the_parameters_is_the_model() -> None:
    kept = content(text="a", parameters={"model": "m", "top_p": 1})
    assert (kept.model, kept.parameters) == ("m", {"top_p": 1})


def test_versions_that_say_the_same_have_one_digest() -> None:
    same = [
        chat(),
        chat(note="", versionName="another"),
        chat(parameters={"stop": ["END"], "temperature": 0.2}),
        chat(flavor=""),
    ]
    assert len({one.digest(KEY, "t") for one in same}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "other"},
        {"provider": "azure"},
        {"flavor": "openai_chat"},
        {"parameters": {}},
        {"toolSchema": None},
        {"outputSchema": {"type": "array"}},
        {"messages": CHAT["messages"][:1]},
        {"messages": None, "text": "Be {{tone}}."},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_versions_that_say_something_else_have_another_digest(changes: dict[str, Any]) -> None:
    assert chat(**changes).digest(KEY, "t") != chat().digest(KEY, "t")


def test_digests_tell_nothing_from_one_template_or_project_to_another() -> None:
    digests = {chat().digest(KEY, "t"), chat().digest(KEY, "u"), chat().digest(b"l" * 32, "t")}
    assert len(digests) == 3


def test_variables_are_those_of_all_messages() -> None:
    assert chat().variables == ["tone", "items"]


def test_clients_of_0_1_6_cannot_be_told_of_these_places() -> None:
    assert [problem.path for problem in unsayable(chat())] == [
        "messages[2].content",
        "messages[1]",
        "messages[2].mediaSlots",
        "toolSchema",
        "outputSchema",
    ]
    assert unsayable(content(text="Hi {{who}} { }")) == []


def test_what_people_wrote_is_looked_through_and_what_the_wire_says_is_not() -> None:
    leaves = {leaf.path: leaf.text for leaf in chat().reading("support/reply").leaves}
    assert leaves["name"] == "support/reply"
    assert leaves["messages[0].content"] == "Be {{tone}}."
    assert leaves["note"] == "ticket 4711"
    assert leaves["toolSchema[0].description"] == "Finds."
    assert leaves["parameters.stop[0]"] == "END"
    assert not {"gpt-4o-mini", "openai", "system", "history"} & set(leaves.values())


def test_no_text_stands_in_a_representation() -> None:
    shown = repr(chat(note="secret note", parameters={"stop": ["secret"]}))
    assert "secret" not in shown
    assert "Be " not in shown


@pytest.mark.parametrize("name", ["a", "a/b c/d.e", "Antwort für Kunden", "x" * 200])
def test_a_name_is_words_between_folders(name: str) -> None:
    assert TypeAdapter(TemplateName).validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "..", "a/../b", ".", "a\\b", "a\nb", "a\0", " a", "x" * 201]
)
def test_a_name_that_could_be_another_path_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TemplateName).validate_python(name)
