"""The published 0.6.1 against the scripted server, and what its ways and ours have in common."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.compat.conftest import environment_of
from tests.live import peer_beside
from tests.peers.freeplay_today import FreeplayToday, template
from tests.peers.freeplay_wire import KEY
from tests.unit.freeplay.conftest import VENDOR_KEY
from tests.unit.freeplay.test_formatting import RENDERED

from freeplay import ClientOptions, Freeplay
from freeplay.flavors import OpenAIChat
from freeplay.resolvers import FilesystemTemplateResolver

PROGRAM = """
import json, os, sys
from freeplay import CallInfo, Freeplay, RecordPayload
from freeplay.resources.recordings import RecordUpdatePayload
from freeplay.support import TemplateChatMessage

client = Freeplay(freeplay_api_key=os.environ["KEY"], api_base=os.environ["URL"] + "/api")
values = {"name": "Ada"}
told = {}
prompt = client.prompts.get_formatted("p", "folder/greeting", "prod", values, history=[])
told["prompt"] = [[m["role"], m["content"]] for m in prompt.llm_prompt]
told["all"] = len(client.prompts.get_all("p", "prod").prompt_templates)
told["by id"] = client.prompts.get_by_version_id("p", "t", "v").prompt_info.model
client.prompts.create_version("p", "folder/greeting", [TemplateChatMessage("user", "Hi")],
                              model="gpt-x", provider="openai")
client.prompts.update_version_environments("p", "t", "v", ["prod"])
session = client.sessions.create()
messages = prompt.all_messages({"role": "assistant", "content": "Hello"})
done = client.recordings.create(RecordPayload(
    project_id="p", all_messages=messages, session_info=session.session_info, inputs=values,
    prompt_version_info=prompt.prompt_info,
    call_info=CallInfo.from_prompt_info(prompt.prompt_info, 1.0, 2.0)))
told["completion"] = done.completion_id
client.recordings.update(RecordUpdatePayload(project_id="p", completion_id=done.completion_id,
                                             eval_results={"good": True}))
client.customer_feedback.update("p", done.completion_id, {"freeplay_feedback": "positive"})
client.metadata.update_session("p", session.session_id, {"customer": 7})
run = client.test_runs.create("p", "names")
told["run"] = [run.test_run_id, [case.variables for case in run.test_cases]]
told["result"] = client.test_runs.get("p", run.test_run_id).name
told["cases"] = [case.inputs for case in client.test_cases.get("p", "d").test_cases]
client.sessions.delete("p", session.session_id)
print(json.dumps(told))
"""
MUSTACHE = """
import json, sys
from freeplay.utils import bind_template_variables
cases = json.load(sys.stdin)
json.dump([bind_template_variables(text, values) for text, values in cases], sys.stdout)
"""
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be kind."},
    {"kind": "history"},
    {"role": "user", "content": "Hello {{name}}!"},
]


@pytest.fixture(scope="module")
def python() -> Path:
    return environment_of("freeplay", "0.6.1")


def _run(command: list[str], said: str = "", **environment: str) -> str:
    done = subprocess.run(
        command, input=said, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_published_client_makes_its_calls(python: Path) -> None:
    server = FreeplayToday([template("folder/greeting", *MESSAGES)])
    with peer_beside(server) as peer:
        told = json.loads(_run([str(python), "-W", "ignore", "-c", PROGRAM], URL=peer.url, KEY=KEY))
    assert told == {
        "prompt": [["system", "Be kind."], ["user", "Hello Ada!"]],
        "all": 1,
        "by id": "gpt-x",
        "completion": "completion-1",
        "run": ["run-1", [{"name": "Ada"}]],
        "result": "Run",
        "cases": [{"name": "Ada"}],
    }
    (recording,) = server.calls["recording"]
    assert recording["messages"][-1] == {"role": "assistant", "content": "Hello"}
    assert len(server.calls) == 13


def test_prompts_that_its_command_downloads_are_a_bundle_of_ours(
    python: Path, tmp_path: Path
) -> None:
    server = FreeplayToday([template("greeting", *MESSAGES)])
    with peer_beside(server) as peer:
        command = [str(python.with_name("freeplay")), "download", "--project-id", "p"]
        _run(
            [*command, "--environment", "prod", "--output-dir", str(tmp_path)],
            FREEPLAY_API_URL=peer.url, FREEPLAY_SUBDOMAIN="none", FREEPLAY_API_KEY=KEY,
        )  # fmt: skip
        options = ClientOptions(template_resolver=FilesystemTemplateResolver(tmp_path))
        flavor = OpenAIChat(VENDOR_KEY, f"{peer.url}/v1")
        with Freeplay(flavor, KEY, f"{peer.url}/api", client_options=options) as client:
            answer = client.get_completion("p", "greeting", {"name": "Ada"}, tag="prod")
    assert answer.content == "You said: Hello Ada!"
    assert server.older.recordings[0]["project_version_id"] == "version-7"
    assert server.older.recordings[0]["model"] == "gpt-x"


def test_mustache_comes_out_as_the_published_client_renders_it(python: Path) -> None:
    # It takes no None, and reaches the methods of a text.
    ours_alone = {"nothing", "dotted into a text"}
    cases = {name: case for name, case in RENDERED.items() if name not in ours_alone}
    said = json.dumps([case[:2] for case in cases.values()])
    rendered = json.loads(_run([str(python), "-W", "ignore", "-c", MUSTACHE], said))
    assert dict(zip(cases, rendered, strict=True)) == {n: case[2] for n, case in cases.items()}
