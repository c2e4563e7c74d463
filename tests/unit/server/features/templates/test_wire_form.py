"""Versions as both clients of the Freeplay wire read them, and as they are filled in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.dialects import Dialect
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.rendering import rendered
from sluice.server.features.templates.wire_form import metadata, old_template, prompt_template
from sluice.server.kit.database import utc_now

DEFAULTS = {
    "nothing": ({}, ("openai", "openai_chat", "gpt-4o-mini")),
    "a model": ({"model": "m"}, ("openai", "openai_chat", "m")),
    "anthropic": ({"provider": "anthropic"}, ("anthropic", "anthropic_chat", "claude-sonnet-4-5")),
    "azure": ({"provider": "azure"}, ("azure", "azure_openai_chat", "gpt-4o-mini")),
    "one of your own": ({"provider": "ours"}, ("ours", "openai_chat", "gpt-4o-mini")),
    "a flavor": ({"flavor": "gemini_api_chat"}, ("gemini", "gemini_api_chat", "gemini-2.5-flash")),
    "an unknown flavor": ({"flavor": "ours"}, ("openai", "ours", "gpt-4o-mini")),
}


def version(**content: object) -> KnownVersion:
    return KnownVersion(
        id=1,
        uid="v-1",
        number=1,
        template_id=1,
        template_uid="t-1",
        template_name="a/b",
        project_id=1,
        content=TemplateContent.model_validate(content),
        findings={},
        created_by=None,
        created_at=utc_now(),
    )


def chat(*messages: object, **content: object) -> KnownVersion:
    return version(messages=list(messages), **content)


SYSTEM = {"role": "system", "content": "Be {{tone}}. {}"}
USER = {"role": "user", "content": "{{question}}"}
HISTORY = {"kind": "history"}
SLOT = {**USER, "mediaSlots": [{"type": "image", "placeholderName": "scan"}]}
TOOL = {"name": "find"}


@pytest.mark.parametrize(("content", "expected"), DEFAULTS.values(), ids=DEFAULTS)
def test_what_sdk_0_6_1_needs_is_never_empty(
    content: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    said = metadata(TemplateContent.model_validate({"text": "a", **content}))
    assert (said["provider"], said["flavor"], said["model"]) == expected
    assert said["params"] == {}


def test_sdk_0_6_1_reads_messages_without_empty_media_slots() -> None:
    said = prompt_template(chat(SYSTEM, HISTORY, SLOT, toolSchema=[TOOL]), "default", "prod")
    assert said["content"] == [
        SYSTEM,
        HISTORY,
        {**USER, "media_slots": [{"type": "image", "placeholder_name": "scan"}]},
    ]
    assert said["tool_schema"] == [{"name": "find", "description": "", "parameters": {}}]
    assert (said["project_id"], said["environment"], said["format_version"]) == (
        "default",
        "prod",
        2,
    )


def test_a_text_is_one_message_of_the_user_for_sdk_0_6_1() -> None:
    said = prompt_template(version(text="Hi {{x}}"), "default", None)
    assert said["content"] == [{"role": "user", "content": "Hi {{x}}"}]


def test_sdk_0_1_6_reads_messages_as_json_in_a_string_with_the_model_among_the_parameters() -> None:
    said = old_template(chat(SYSTEM, USER, model="m", parameters={"top_p": 1}), Dialect.FORMAT)
    assert said is not None
    assert json.loads(said.pop("content")) == [
        {"role": "system", "content": "Be {tone}. {{}}"},
        {"role": "user", "content": "{question}"},
    ]
    assert said == {
        "project_version_id": "v-1",
        "prompt_template_id": "t-1",
        "name": "a/b",
        "params": {"model": "m", "top_p": 1},
    }


def test_sdk_0_1_6_reads_a_text_as_it_is_and_null_for_no_parameters() -> None:
    said = old_template(version(text="Hi {{x}}"), Dialect.FORMAT)
    assert said is not None
    assert (said["content"], said["params"]) == ("Hi {x}", None)


@pytest.mark.parametrize(
    "unsayable",
    [
        chat(HISTORY, USER),
        chat(SLOT),
        chat({"role": "user", "content": "{{#a}}b{{/a}}"}),
        version(text="{{a.b}}"),
        version(text="a", toolSchema=[TOOL]),
        version(text="a", outputSchema={"type": "object"}),
    ],
    ids=["history", "media", "section", "nested name", "tools", "output schema"],
)
def test_a_version_that_sdk_0_1_6_cannot_be_told_of_is_left_out(unsayable: KnownVersion) -> None:
    assert old_template(unsayable, Dialect.FORMAT) is None


def test_our_own_package_reads_mustache_with_history_and_tools_but_no_media() -> None:
    said = old_template(chat(SYSTEM, HISTORY, toolSchema=[TOOL]), Dialect.MUSTACHE)
    assert said is not None
    assert said["dialect"] == "mustache"
    assert json.loads(said["content"]) == [SYSTEM, HISTORY]
    assert said["tool_schema"][0]["name"] == "find"
    assert old_template(chat(SLOT), Dialect.MUSTACHE) is None


BEFORE = [{"role": "system", "content": "S"}, {"role": "assistant", "content": "before {{x}}"}]


def test_history_goes_to_its_place_and_is_not_filled_in() -> None:
    content = chat(SYSTEM, HISTORY, USER).content
    assert rendered(content, {"tone": "kind", "question": "{{tone}}"}, BEFORE) == [
        {"role": "system", "content": "Be kind. {}"},
        {"role": "assistant", "content": "before {{x}}"},
        {"role": "user", "content": "{{tone}}"},
    ]


def test_history_without_a_place_goes_to_the_end_with_its_system_message_if_there_is_no_other() -> (
    None
):
    assert rendered(chat(USER).content, {}, BEFORE) == [{"role": "user", "content": ""}, *BEFORE]


def test_a_text_is_filled_in_as_one_message_of_the_user() -> None:
    filled = rendered(version(text="Hi {{x}}").content, {"x": {"a": 1}})
    assert filled == [{"role": "user", "content": 'Hi {"a":1}'}]
