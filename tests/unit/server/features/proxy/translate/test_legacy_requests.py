"""The two wires of before conversations, as conversations."""

from __future__ import annotations

import pytest
from tests.unit.server.features.proxy.translate.asking import asked, told, translated

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Asked, Text

COMPLETIONS = "openai.completions"
COMPLETE = "anthropic.complete"


def c(text: str) -> CleansedText:
    """Short for a text that counts as cleansed."""
    return CleansedText(text)


@pytest.mark.parametrize("prompt", ["Once", ["Once"]], ids=["text", "list of one"])
def test_a_prompt_is_a_users_turn(prompt: object) -> None:
    assert told(translated(COMPLETIONS, prompt=prompt).messages) == [("user", (Text(c("Once")),))]


def test_what_completions_ask_for() -> None:
    found = asked(
        COMPLETIONS,
        max_tokens=5,
        temperature=0,
        top_p=1,
        seed=1,
        stop="x",
        n=1,
        best_of=1,
        echo=False,
        suffix="",
        logprobs=None,
        user="u",
    )

    assert found == Asked(max_tokens=5, temperature=0, top_p=1, seed=1, stop=(c("x"),))


PROMPTS = {
    "one turn": ("\n\nHuman: Hi\n\nAssistant:", [("user", "Hi")]),
    "without the first empty line": ("Human: Hi\n\nAssistant:", [("user", "Hi")]),
    "system": ("Be brief.\n\nHuman: Hi\n\nAssistant:", [("system", "Be brief."), ("user", "Hi")]),
    "several turns": (
        "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:",
        [("user", "a"), ("assistant", "b"), ("user", "c")],
    ),
    "begun answer": ("\n\nHuman: a\n\nAssistant: {", [("user", "a"), ("assistant", "{")]),
    "no turn in the middle of a line": ("\n\nHuman: say Human: x\n\nAssistant:", [
        ("user", "say Human: x"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("prompt", "turns"), PROMPTS.values(), ids=PROMPTS)
def test_the_turns_of_a_prompt_are_messages(prompt: str, turns: list[tuple[str, str]]) -> None:
    found = translated(COMPLETE, prompt=prompt).messages

    assert [(message.role, message.text) for message in found] == turns


def test_what_complete_asks_for() -> None:
    found = asked(
        COMPLETE,
        max_tokens_to_sample=5,
        temperature=0,
        top_p=1,
        top_k=2,
        stop_sequences=["\n\nHuman:", "END"],
        metadata={"user_id": "u"},
        stream=True,
    )

    assert found == Asked(max_tokens=5, temperature=0, top_p=1, top_k=2, stop=(c("END"),))
