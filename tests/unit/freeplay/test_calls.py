"""Every flavor completes, streams and chats, blocking and in asyncio, and each call is recorded."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable, Generator
from contextlib import aclosing
from typing import Any, NoReturn

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer, failing
from tests.unit.freeplay.conftest import FLAVORS, flavor_of

from freeplay import AsyncFreeplay, Freeplay
from freeplay.completions import CompletionChunk, PromptTemplateWithMetadata
from freeplay.errors import CompletionError
from freeplay.flavors import Flavor, OpenAIChat
from freeplay.llm_parameters import LLMParameters

NAMED = {"name": "Ada {name}"}
ECHOED = {
    "openai_text": "Hello Ada {name}!",
    "claude_text": "You said: Hello Ada {name}!",
}
CHATS = ["openai_chat", "azure", "gateway", "anthropic_chat"]
Clients = Callable[[str], "Both"]


class Both:
    """The blocking client and the one for asyncio, with one face: the tests run on either."""

    def __init__(self, kind: str, flavor: str, peer: Peer) -> None:
        self.is_async = kind == "asyncio"
        self.flavor, self.template = flavor_of(flavor, peer.url)
        self.base = f"{peer.url}/api"

    def completion(self, **given: object) -> tuple[str, bool]:
        params: dict[str, Any] = given
        if not self.is_async:
            with Freeplay(self.flavor, KEY, self.base) as client:
                answer = client.get_completion("p", self.template, NAMED, **params)
                return answer.content, answer.is_complete

        async def run() -> tuple[str, bool]:
            async with AsyncFreeplay(self.flavor, KEY, self.base) as client:
                answer = await client.get_completion("p", self.template, NAMED, **params)
                return answer.content, answer.is_complete

        return asyncio.run(run())

    def stream(self, pieces: int | None = None) -> list[tuple[str, bool]]:
        if not self.is_async:
            with Freeplay(self.flavor, KEY, self.base) as client:
                chunks = client.get_completion_stream("p", self.template, NAMED)
                seen = [
                    (c.text, c.is_complete) for c, _ in zip(chunks, _count(pieces), strict=False)
                ]
                chunks.close()
                return seen

        async def run() -> list[tuple[str, bool]]:
            seen: list[tuple[str, bool]] = []
            async with (
                AsyncFreeplay(self.flavor, KEY, self.base) as client,
                aclosing(client.get_completion_stream("p", self.template, NAMED)) as chunks,
            ):
                async for chunk in chunks:
                    seen.append((chunk.text, chunk.is_complete))
                    if len(seen) == pieces:
                        break
            return seen

        return asyncio.run(run())

    def chat(self) -> list[Any]:
        """The first answer, the second, the third in pieces, and the history of the second."""
        if not self.is_async:
            with Freeplay(self.flavor, KEY, self.base) as client:
                session, first = client.start_chat("p", "chat", NAMED)
                second = session.continue_chat(first.message_history, [_said("more")])
                third = session.continue_chat_stream(second.message_history, [_said("last")])
                text = "".join(chunk.text for chunk in third)
                return [first.content, second.content, text, second.message_history]

        async def run() -> list[Any]:
            async with AsyncFreeplay(self.flavor, KEY, self.base) as client:
                session, first = await client.start_chat("p", "chat", NAMED)
                second = await session.continue_chat(first.message_history, [_said("more")])
                third = session.continue_chat_stream(second.message_history, [_said("last")])
                text = "".join([chunk.text async for chunk in third])
                return [first.content, second.content, text, second.message_history]

        return asyncio.run(run())


def _count(pieces: int | None) -> range:
    return range(10_000 if pieces is None else pieces)


def _said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


@pytest.fixture(params=["blocking", "asyncio"])
def clients(request: pytest.FixtureRequest, peer: Peer) -> Clients:
    return lambda flavor: Both(request.param, flavor, peer)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_completion_is_returned_and_recorded(
    clients: Clients, server: FreeplayServer, flavor: str
) -> None:
    said = ECHOED.get(flavor, "You said: Hello Ada {name}!")
    assert clients(flavor).completion() == (said, True)
    (recording,) = server.recordings
    assert (recording["return_content"], recording["inputs"]) == (said, NAMED)
    assert recording["is_complete"] is True
    assert server.problems == []


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_stream_says_the_same_in_pieces_and_is_recorded_as_one(
    clients: Clients, server: FreeplayServer, flavor: str
) -> None:
    seen = clients(flavor).stream()
    said = ECHOED.get(flavor, "You said: Hello Ada {name}!")
    assert "".join(text for text, _ in seen) == said
    assert len(seen) > 2
    assert [complete for _, complete in seen] == [False] * (len(seen) - 1) + [True]
    assert [one["return_content"] for one in server.recordings] == [said]
    assert server.recordings[0]["is_complete"] is True
    assert server.problems == []


@pytest.mark.parametrize("flavor", ["openai_text", "openai_chat", "claude_text"])
def test_a_stream_that_is_left_is_recorded_as_far_as_it_came(
    clients: Clients, server: FreeplayServer, flavor: str
) -> None:
    seen = clients(flavor).stream(pieces=2)
    (recording,) = server.recordings
    assert recording["return_content"].startswith("".join(text for text, _ in seen))
    assert len(recording["return_content"]) < len(ECHOED.get(flavor, "You said: Hello Ada {name}!"))
    assert recording["is_complete"] is False


@pytest.mark.parametrize("flavor", CHATS)
def test_a_chat_goes_on_from_its_history(
    clients: Clients, server: FreeplayServer, flavor: str
) -> None:
    first, second, third, history = clients(flavor).chat()
    assert first == "You said: Hello Ada {name}!"
    assert (second, third) == ("You said: more", "You said: last")
    assert [one["role"] for one in history] == ["system", "user", "assistant", "user", "assistant"]
    prompts = [json.loads(one["prompt_content"]) for one in server.recordings]
    assert [len(prompt) for prompt in prompts] == [2, 4, 6]
    assert prompts[1] == history[:-1]
    assert server.problems == []


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_failing_model_is_one_error_without_text_and_is_recorded(
    clients: Clients, server: FreeplayServer, flavor: str
) -> None:

    from freeplay.errors import CompletionError

    quoted = b'{"error": {"message": "Hello Ada {name}! is refused", "type": "invalid"}}'
    server.faults = {path: [failing(400, quoted)] for path in ("completions", "/v1/messages")}
    with pytest.raises(CompletionError) as caught:
        clients(flavor).completion()
    error = caught.value
    assert (error.kind, error.status) == ("BadRequestError", 400)
    assert "Ada" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    (recording,) = server.recordings
    assert (recording["return_content"], recording["is_complete"]) == ("", False)


def test_the_gateway_is_told_of_the_session(clients: Clients, peer: Peer) -> None:
    clients("gateway").completion()
    (call,) = [request for request in peer.requests if "chat" in request.path]
    assert call.headers["sluice-conversation"] == "session-0"


def test_claude_gets_one_message_between_what_is_recorded_around_it(
    clients: Clients, peer: Peer, server: FreeplayServer
) -> None:
    clients("claude_text").completion()
    (call,) = [request for request in peer.requests if "messages" in request.path]
    assert call.json()["messages"] == [{"role": "user", "content": "Hello Ada {name}!"}]
    assert call.json()["max_tokens"] == 100
    assert "max_tokens_to_sample" not in call.json()
    prompt = server.recordings[0]["prompt_content"]
    assert prompt == "\n\nHuman: Hello Ada {name}! \n\nAssistant:"


def test_a_chats_system_messages_become_claudes_instructions(clients: Clients, peer: Peer) -> None:
    clients("anthropic_chat").completion()
    (call,) = [request for request in peer.requests if "messages" in request.path]
    assert call.json()["system"] == "Be kind."
    assert [one["role"] for one in call.json()["messages"]] == ["user"]


def test_parameters_of_the_call_come_over_those_of_the_template(
    clients: Clients, peer: Peer, server: FreeplayServer
) -> None:
    clients("openai_chat").completion(temperature=0.5, model="gpt-y", of_another_vendor=1)
    (call,) = [request for request in peer.requests if "chat" in request.path]
    assert call.json()["temperature"] == 0.5
    assert call.json()["of_another_vendor"] == 1
    assert call.json()["model"] == server.recordings[0]["model"] == "gpt-y"


def test_a_test_runs_sessions_and_recordings_name_it(
    base: str, peer: Peer, server: FreeplayServer
) -> None:
    flavor, template = flavor_of("openai_chat", peer.url)
    with Freeplay(flavor, KEY, base) as client:
        run = client.create_test_run("p", "names")
        for inputs in run.get_inputs():
            run.create_session("p", "prod").get_completion(template, inputs)
    assert server.sessions == [(f"session-{n}", "prod", "run-1") for n in range(2)]
    assert [one["test_run_id"] for one in server.recordings] == ["run-1", "run-1"]
    assert [one["inputs"]["name"] for one in server.recordings] == ["Ada", "Bo"]
    assert server.problems == []


def test_two_clients_keep_their_keys_apart(base: str, peer: Peer) -> None:
    keys = [f"vendor-key-{number}" for number in range(2)]
    clients = [Freeplay(OpenAIChat(key, f"{peer.url}/v1"), KEY, base) for key in keys]
    for client in clients:
        client.get_completion("p", "chat", NAMED)
        client.close()
    sent = [r.headers["authorization"] for r in peer.requests if "chat" in r.path]
    assert sent == [f"Bearer {key}" for key in keys]


class Breaking(Flavor):
    """Says one piece, then raises what quotes it."""

    record_format_type = "openai_text"

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return prompt_template.content.format(**variables)

    def call_service(self, formatted_prompt: str, llm_parameters: LLMParameters) -> NoReturn:
        raise ValueError(formatted_prompt)

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        yield CompletionChunk("Hel", is_complete=False)
        raise ValueError(formatted_prompt)


def test_a_stream_that_breaks_is_one_error_without_text_and_recorded_as_far_as_it_came(
    clients: Clients, server: FreeplayServer
) -> None:
    both = clients("openai_text")
    both.flavor = Breaking()
    with pytest.raises(CompletionError) as caught:
        both.stream()
    assert "Ada" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    (recording,) = server.recordings
    assert (recording["return_content"], recording["is_complete"]) == ("Hel", False)
    with pytest.raises(CompletionError, match="ValueError"):
        both.completion()
    assert len(server.recordings) == 2
    assert server.problems == []
