"""A program for the published 0.1.6 runs against the scripted server, and with ours, alike.

With the published client it shows that the server is right; with ours, that the face is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.compat.conftest import environment_of
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer, failing
from tests.unit.freeplay.conftest import VENDOR_KEY

PROGRAM = """
import json, os
import freeplay
from freeplay import Freeplay
from freeplay.completions import ChatCompletionResponse, CompletionChunk, CompletionResponse
from freeplay.completions import PromptTemplates, PromptTemplateWithMetadata
from freeplay.errors import APIKeyMissingError, AuthorizationError, FreeplayError
from freeplay.errors import TemplateNotFoundError
from freeplay.flavors import AnthropicClaudeText, ChatFlavor, Flavor, OpenAIChat, OpenAIText
from freeplay.freeplay import CallSupport, ChatSession, FreeplayTestRun, Session
from freeplay.llm_parameters import LLMParameters

url, key, vendor = os.environ["URL"], os.environ["KEY"], os.environ["VENDOR"]
chat = OpenAIChat(vendor, url + "/v1")
text = OpenAIText(openai_api_key=vendor, openai_api_base=url + "/v1")
client = Freeplay(flavor=chat, freeplay_api_key=key, api_base=url + "/api", temperature=0.1)
values = {"name": "Ada"}


def joined(chunks):
    chunks = list(chunks)
    assert all(isinstance(chunk, CompletionChunk) for chunk in chunks)
    return ["".join(chunk.text for chunk in chunks), chunks[-1].is_complete]


def raises(kind, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except kind:
        return True


told = {}
whole = client.get_completion("p", "chat", values, tag="prod", max_tokens=7)
assert isinstance(whole, CompletionResponse)
told["completion"] = [whole.content, whole.is_complete]
told["text"] = client.get_completion("p", "text", values, flavor=text).content
told["stream"] = joined(client.get_completion_stream("p", "chat", values))
session = client.create_session("p", "prod")
assert isinstance(session, Session)
told["session"] = [session.session_id, session.tag, session.test_run_id,
                   session.get_completion("chat", values).content,
                   joined(session.get_completion_stream("chat", values))]
session, first = client.start_chat("p", "chat", values)
assert isinstance(session, ChatSession) and isinstance(first, ChatCompletionResponse)
second = session.continue_chat(first.message_history, [{"role": "user", "content": "more"}])
told["chat"] = [first.content, second.content, second.is_complete,
                [[m["role"], m["content"]] for m in second.message_history]]
session, messages, chunks = client.start_chat_stream("p", "chat", values)
told["chat stream"] = [messages, joined(chunks)]
more = session.continue_chat_stream(messages, [{"role": "user", "content": "more"}])
told["chat stream"].append(joined(more))
run = client.create_test_run("p", "names")
assert isinstance(run, FreeplayTestRun)
told["run"] = [run.test_run_id, run.get_inputs()]
for one in run.get_inputs():
    run.create_session("p", tag="prod").get_completion("chat", one)
told["errors"] = [
    raises(TemplateNotFoundError, client.get_completion, "p", "nobody", values),
    raises(AuthorizationError, Freeplay(chat, "wrong", url + "/api").create_session, "p"),
    raises(FreeplayError, client.create_session, "p", "broken"),
    raises(FreeplayError, Freeplay(text, key, url + "/api").start_chat, "p", "text", values),
    raises(APIKeyMissingError, Freeplay, chat, "", url), raises(APIKeyMissingError, OpenAIChat, ""),
]
template = PromptTemplateWithMetadata("v", "t", "n", "Hi {name}", {"model": "m"})
claude = AnthropicClaudeText("synthetic")
told["formats"] = [
    text.format(template, values), claude.format(template, values), claude.record_format_type,
    dict(template.get_params().items()), text.get_model_params(LLMParameters.empty())["model"],
    claude.get_model_params(LLMParameters({"model": "m"}))["max_tokens_to_sample"],
    LLMParameters({"a": 1, "b": 1}).merge_and_override(LLMParameters({"b": 2}))["b"],
    CallSupport.find_template_by_name(PromptTemplates([template]), "n").name,
]
print(json.dumps(told))
"""
TIMES = ("start_time", "end_time")


def _run(python: Path, peer: Peer) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "URL": peer.url, "KEY": KEY, "VENDOR": VENDOR_KEY}
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", PROGRAM],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _recorded(server: FreeplayServer) -> list[dict[str, Any]]:
    """What was recorded, without times; of messages what everybody reads of them.

    0.1.6 also writes whatever else a vendor's answer had, empty fields too.
    """
    assert server.problems == []
    recordings = [{n: v for n, v in one.items() if n not in TIMES} for one in server.recordings]
    for one in recordings:
        if one["format_type"] == "openai_chat":
            messages = json.loads(one["prompt_content"])
            one["prompt_content"] = [(m["role"], m["content"]) for m in messages]
    return recordings


@pytest.fixture
def broken(server: FreeplayServer) -> None:
    server.faults = {"tag/broken": [failing(500)] * 9, "record": [failing(500)]}


@pytest.mark.usefixtures("broken")
def test_our_client_does_what_a_program_for_0_1_6_expects(
    peer: Peer, server: FreeplayServer
) -> None:
    told = _run(Path(sys.executable), peer)
    said = "You said: Hello Ada!"
    assert told["completion"] == [said, True]
    assert told["chat"][1] == "You said: more"
    assert told["errors"] == [True] * 6
    assert len(_recorded(server)) == 10


@pytest.mark.usefixtures("broken")
def test_the_published_client_says_and_records_the_same(peer: Peer, server: FreeplayServer) -> None:
    theirs = _run(environment_of("freeplay", "0.1.6"), peer)
    their_recordings = _recorded(server)
    their_paths = [path for path in server.paths() if "broken" not in path]
    server.recordings, server.sessions, server.asked = [], [], []
    server.faults = {"tag/broken": [failing(500)] * 9, "record": [failing(500)]}
    assert _run(Path(sys.executable), peer) == theirs
    assert _recorded(server) == their_recordings
    assert [path for path in server.paths() if "broken" not in path] == their_paths
