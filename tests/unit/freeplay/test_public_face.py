"""Every name, argument and class of 0.1.6's public face, and what was wrong with it."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import traceback
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import freeplay
from freeplay import AsyncFreeplay, Freeplay, asynchronous, errors
from freeplay import freeplay as blocking
from freeplay.completions import (
    ChatCompletionResponse,
    CompletionChunk,
    CompletionResponse,
    PromptTemplateWithMetadata,
)
from freeplay.flavors import ChatFlavor, Flavor, GatewayChat, OpenAI, OpenAIChat, OpenAIText
from freeplay.flavors.vendor_sdk import VendorClients
from freeplay.llm_parameters import LLMParameters

CALL = ["template_name", "variables", "flavor", "kwargs"]
PLACED = ["project_id", "template_name", "variables", "tag"]
NEXT = ["message_history", "new_messages", "kwargs"]
SUPPORT = ["call_support", "session_id", "prompts", "flavor"]
FACE: dict[str, list[str]] = {
    "freeplay.Freeplay": ["flavor", "freeplay_api_key", "api_base", "kwargs"],
    "freeplay.Freeplay.create_session": ["project_id", "tag"],
    "freeplay.Freeplay.get_completion": [*PLACED, "flavor", "kwargs"],
    "freeplay.Freeplay.get_completion_stream": [*PLACED, "flavor", "kwargs"],
    "freeplay.Freeplay.create_test_run": ["project_id", "playlist"],
    "freeplay.Freeplay.start_chat": [*PLACED, "kwargs"],
    "freeplay.Freeplay.start_chat_stream": [*PLACED, "kwargs"],
    "freeplay.Session": [*SUPPORT, "tag", "test_run_id"],
    "freeplay.Session.get_completion": CALL,
    "freeplay.Session.get_completion_stream": CALL,
    "freeplay.ChatSession": [*SUPPORT, "template_name", "variables", "tag", "test_run_id"],
    "freeplay.ChatSession.start_chat": ["kwargs"],
    "freeplay.ChatSession.start_chat_stream": ["kwargs"],
    "freeplay.ChatSession.continue_chat": NEXT,
    "freeplay.ChatSession.continue_chat_stream": NEXT,
    "freeplay.FreeplayTestRun": ["call_support", "flavor", "test_run_id", "inputs"],
    "freeplay.FreeplayTestRun.get_inputs": [],
    "freeplay.FreeplayTestRun.create_session": ["project_id", "tag"],
    "freeplay.CallSupport": ["freeplay_api_key", "api_base", "kwargs"],
    "freeplay.CallSupport.find_template_by_name": ["prompts", "template_name"],
    "freeplay.CallSupport.create_session": ["project_id", "tag", "test_run_id"],
    "freeplay.CallSupport.get_prompts": ["project_id", "tag"],
    "flavors.Flavor.format": ["prompt_template", "variables"],
    "flavors.Flavor.call_service": ["formatted_prompt", "llm_parameters"],
    "flavors.Flavor.call_service_stream": ["formatted_prompt", "llm_parameters"],
    "flavors.Flavor.get_model_params": ["llm_parameters"],
    "flavors.ChatFlavor.continue_chat": ["messages", "llm_parameters"],
    "flavors.ChatFlavor.continue_chat_stream": ["messages", "llm_parameters"],
    "flavors.OpenAI": ["openai_api_key", "openai_api_base"],
    "flavors.OpenAIText": ["openai_api_key", "openai_api_base"],
    "flavors.OpenAIChat": ["openai_api_key", "openai_api_base"],
    "flavors.AnthropicClaudeText": ["anthropic_api_key"],
    "completions.CompletionResponse": ["content", "is_complete"],
    "completions.ChatCompletionResponse": ["content", "is_complete", "message_history"],
    "completions.CompletionChunk": ["text", "is_complete"],
    "completions.PromptTemplates": ["templates"],
    "completions.PromptTemplateWithMetadata": [
        "project_version_id", "prompt_template_id", "name", "content", "params",
    ],
    "llm_parameters.LLMParameters": ["members"],
    "llm_parameters.LLMParameters.empty": [],
    "llm_parameters.LLMParameters.merge_and_override": ["additional_params"],
}  # fmt: skip


@pytest.mark.parametrize("name", FACE)
def test_each_name_takes_what_it_took_in_this_order(name: str) -> None:
    module, *path = name.split(".")
    found: Any = importlib.import_module(f"freeplay.{module}")
    for part in path:
        found = getattr(found, part)
    parameters = inspect.signature(found).parameters.values()
    names = [p.name for p in parameters if p.name != "self" and p.kind is not p.KEYWORD_ONLY]
    expected = FACE[name]
    assert names[: len(expected)] == expected or [*names] == expected
    required = [p.name for p in parameters if p.default is p.empty and p.kind is p.KEYWORD_ONLY]
    assert required == []


def test_what_the_package_lists_is_what_it_shows() -> None:
    public = [n for n, v in vars(freeplay).items() if n[0] != "_" and not inspect.ismodule(v)]
    assert sorted(freeplay.__all__) == sorted(public)


@pytest.mark.parametrize("name", ["", "Session", "ChatSession", "TestRun"])
def test_the_asynchronous_twin_has_the_same_methods_and_arguments(name: str) -> None:
    plain = {"": "Freeplay", "TestRun": "FreeplayTestRun"}.get(name, name)
    one, twin = getattr(blocking, plain), getattr(asynchronous, f"Async{plain}")
    for method, function in inspect.getmembers(one, inspect.isfunction):
        if method.startswith("_") or method == "close":
            continue
        theirs = inspect.signature(getattr(twin, method)).parameters
        assert list(theirs) == list(inspect.signature(function).parameters), method


def test_every_error_has_one_root() -> None:
    kinds = [
        v for v in vars(errors).values() if inspect.isclass(v) and v.__module__ == errors.__name__
    ]
    assert len(kinds) == 13
    assert all(issubclass(kind, errors.FreeplayError) for kind in kinds)


def test_no_repr_shows_a_text() -> None:
    shown = repr(
        [
            CompletionResponse("secret", True),
            ChatCompletionResponse("secret", True, [{"role": "user", "content": "secret"}]),
            CompletionChunk("secret", False),
        ]
    )
    assert "secret" not in shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(one=st.dictionaries(st.text(max_size=2), JSON, max_size=3), two=JSON)
def test_parameters_are_equal_by_value_and_then_hash_alike(
    one: dict[str, Any], two: object
) -> None:
    first, second = LLMParameters(one), LLMParameters(dict(reversed(one.items())))
    assert first == second
    assert hash(first) == hash(second)
    assert (LLMParameters({**one, "x": two}) == first) == (one.get("x", two) == two and "x" in one)


def test_merging_changes_neither_side() -> None:
    one, two = LLMParameters({"a": 1, "b": 1}), LLMParameters({"b": 2})
    assert one.merge_and_override(two) == {"a": 1, "b": 2}
    assert one.merge_and_override(None) == one == {"a": 1, "b": 1}
    assert (two, LLMParameters.empty()) == ({"b": 2}, {})


@pytest.mark.parametrize("client", [Freeplay, AsyncFreeplay])
@pytest.mark.parametrize(
    ("key", "base"),
    [
        ("", "http://h"),
        ("secret\n", "http://h"),
        ("secreté", "http://h"),
        ("k", "h:80"),
        ("k", "ftp://h"),
        ("k", "http://["),
    ],
    ids=["no key", "line break", "not ascii", "no scheme", "wrong scheme", "no host"],
)
def test_what_cannot_be_used_is_refused_at_once_and_not_quoted(
    client: type[Freeplay | AsyncFreeplay], key: str, base: str
) -> None:
    with pytest.raises(errors.ArgumentError) as caught:
        client(OpenAIChat("vendor-key"), key, base)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("flavor", [OpenAIText, OpenAIChat])
def test_a_flavor_without_a_key_is_refused(flavor: type[OpenAI]) -> None:
    with pytest.raises(errors.APIKeyMissingError):
        flavor("")


def test_a_missing_sdk_is_told_with_the_extra_that_brings_it() -> None:
    with pytest.raises(errors.MissingExtraError, match=r"sluice-freeplay\[no_such_sdk\]"):
        VendorClients("no_such_sdk", ("A", "B"), {})


def test_importing_the_package_imports_no_vendors_sdk() -> None:
    program = (
        "import sys, freeplay, freeplay.flavors\n"
        "print('openai' in sys.modules, 'anthropic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_call_that_names_no_model_or_a_key_is_refused() -> None:
    chat = GatewayChat("vendor-key", "http://127.0.0.1:1")
    for params in ({}, {"model": "m", "api_key": "another"}):
        with pytest.raises(errors.ArgumentError) as caught:
            chat.continue_chat([], LLMParameters(params))
        assert "another" not in str(caught.value)


class Own(Flavor):
    """A flavor as users of 0.1.6 wrote them: abstract methods and nothing else."""

    record_format_type = "openai_text"

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return prompt_template.content.format(**variables)

    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return CompletionResponse(formatted_prompt.upper(), True)

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        yield CompletionChunk(formatted_prompt, False)
        raise ValueError("secret")


def test_a_flavor_of_ones_own_works_blocking_and_in_asyncio() -> None:
    import asyncio

    async def pieces() -> list[str]:
        stream = Own().call_service_stream_async("hi", LLMParameters.empty())
        seen = [(await anext(stream)).text]
        with pytest.raises(ValueError, match="secret"):
            await anext(stream)
        return seen

    assert asyncio.run(Own().call_service_async("hi", LLMParameters.empty())).content == "HI"
    assert asyncio.run(pieces()) == ["hi"]


def test_no_traceback_of_ours_shows_what_a_vendor_said() -> None:
    from freeplay.calls import ModelCall, Place

    template = PromptTemplateWithMetadata("v", "t", "n", "Hi", None)
    call = ModelCall(Place("s", "t"), Own(), template, LLMParameters({}), {}, "Hi")
    error = call.failed(ValueError("secret"))
    assert "secret" not in "".join(traceback.format_exception(error))
    assert isinstance(error, errors.CompletionError)
    assert str(error.vendor_error) == "secret"


def test_chat_flavors_are_told_apart() -> None:
    assert issubclass(OpenAIChat, ChatFlavor)
    assert not issubclass(OpenAIText, ChatFlavor)
