"""A version while it is written: what was typed stays, and problems stand at their places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.errors import Problem
from sluice.server.dashboard.pages.prompts_drafts import (
    Draft,
    DraftMessage,
    at_fields,
    body_of,
    draft_from,
    draft_of,
    empty_draft,
    label_of,
)
from sluice.server.features.templates.content import TemplateContent

WORDS = st.text(alphabet='abc \n"é', max_size=20)
MESSAGES = st.lists(
    st.one_of(
        st.just({"kind": "history"}),
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user", "assistant"]), "content": WORDS}
        ),
        st.fixed_dictionaries(
            {
                "role": st.just("user"),
                "content": WORDS,
                "mediaSlots": st.just([{"type": "image", "placeholderName": "a photo"}]),
            }
        ),
    ),
    min_size=1,
    max_size=4,
)
PARAMETERS = st.dictionaries(st.sampled_from("ab"), st.integers() | st.booleans(), max_size=2)


@settings(max_examples=100, deadline=None)
@given(MESSAGES, PARAMETERS)
def test_what_the_editor_shows_says_what_the_version_says(
    messages: list[dict[str, object]], parameters: dict[str, object]
) -> None:
    said = {"messages": messages, "parameters": parameters, "model": "m"}
    content = TemplateContent.model_validate(said)
    body, problems = body_of(draft_of("a", content))
    assert problems == {}
    assert TemplateContent.model_validate(body["content"]).document() == content.document()


def test_the_note_of_a_version_is_not_said_of_the_next_one() -> None:
    content = TemplateContent.model_validate({"text": "x", "note": "n", "versionName": "v"})
    body, _ = body_of(draft_of("a", content))
    assert (body["content"]["note"], body["content"]["versionName"]) == ("", "")
    assert body["content"]["text"] == "x"


JSON = [
    pytest.param("{", "line 1, column 2", id="not closed"),
    pytest.param('{"a": 1,\n "b" 2}', "line 2, column 6", id="on the second line"),
    pytest.param("[" * 100_000, "no JSON that can be read", id="too deep"),
]


@pytest.mark.parametrize(("typed", "told"), JSON)
def test_what_is_no_json_is_told_with_its_place(typed: str, told: str) -> None:
    body, problems = body_of(Draft("a", messages=(DraftMessage(),), fields={"parameters": typed}))
    assert told in problems["parameters"]
    assert "parameters" not in body["content"]


def test_faults_of_texts_have_lines_and_columns() -> None:
    draft = Draft("a", messages=(DraftMessage("user", "fine"), DraftMessage("user", "a\n {{/x}}")))
    assert body_of(draft)[1].keys() == {"content-1"}
    assert body_of(draft)[1]["content-1"].startswith("line 2, column 2: ")


def test_problems_stand_at_the_fields_that_they_are_about() -> None:
    problems = [
        Problem("content.messages[2].content", "too long"),
        Problem("content.messages[0].mediaSlots[0].type", "unknown"),
        Problem("content.toolSchema[1].name", "Field required"),
        Problem("content-1", "line 1, column 1: no name"),
        Problem("name", "Value error, must be words"),
        Problem("content", "Value error, give one"),
    ]
    assert at_fields(problems) == {
        "content-2": "too long",
        "content-1": "line 1, column 1: no name",
        "media-0": "unknown",
        "toolSchema": "toolSchema[1].name: Field required",
        "name": "must be words",
        "": "give one",
    }
    assert [label_of(one) for one in ("content-2", "media-0", "name")] == [
        "message 3",
        "media of message 1",
        "name",
    ]


BUTTONS = [
    pytest.param("add", ["system", "user", "assistant"], id="add"),
    pytest.param("remove-0", ["user"], id="remove"),
    pytest.param("remove-9", ["system", "user"], id="remove what is not there"),
    pytest.param("up-1", ["user", "system"], id="up"),
    pytest.param("up-0", ["system", "user"], id="the first one up"),
    pytest.param("down-0", ["user", "system"], id="down"),
    pytest.param("down-1", ["system", "user"], id="the last one down"),
    pytest.param("nonsense", ["system", "user"], id="no button of ours"),
]


@pytest.mark.parametrize(("do", "roles"), BUTTONS)
def test_buttons_change_the_messages(do: str, roles: list[str]) -> None:
    assert [one.role for one in empty_draft().changed(do).messages] == roles


def test_a_chat_becomes_a_text_and_a_chat_again() -> None:
    draft = Draft("a", messages=(DraftMessage("system", "x"), DraftMessage("history")))
    text = draft.changed("text")
    assert (text.is_text, text.text) == (True, "x")
    assert text.changed("chat").messages == draft.messages
    alone = Draft("a", is_text=True, text="y").changed("chat")
    assert alone.messages == (DraftMessage("user", "y"),)


def test_what_was_sent_is_read_as_it_stands() -> None:
    sent = {"kind": "chat", "role-0": "user", "content-0": "x", "role-2": "lost", "model": "m"}
    draft = draft_from(sent, ["prod"], "a")
    assert [one.content for one in draft.messages] == ["x"]
    assert (draft.environments, draft.fields["model"]) == (("prod",), "m")
