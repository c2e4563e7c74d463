"""A server in which everything that a caller names or says is markup, and holds planted values."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx
from tests.e2e.planted import PROMPT
from tests.live import Json, LiveServer

MARKUP = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>{{ 7*191 }}"
"""Where it came through as markup, a script would run; where it was evaluated, 1337 stands."""
NAME = MARKUP[:120]
PROJECT = "planted"
BASE = f"/api/v1/projects/{PROJECT}"
WIRE = f"/v2/projects/{PROJECT}"


def plant(server: LiveServer) -> None:
    """Everything that pages show, made through the API."""
    with server.client() as client:
        Planting(client).make()


class Planting:
    """One thing after the other."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def make(self) -> None:
        """All of it."""
        group = self._post(
            "/api/admin/v1/policy-groups",
            {
                "name": NAME,
                "note": MARKUP,
                "policy": {
                    "customTerms": [{"name": NAME, "entityType": "PROJECT", "text": MARKUP}],
                    "allowList": [MARKUP],
                },
            },
        )
        connection = {"providerKey": "echo", "model": "echo", "credentials": {}}
        order = {"name": NAME, "policyGroupId": group["id"], "connection": connection}
        self._instance = self._post(
            "/api/admin/v1/model-instances", {**order, "instructions": MARKUP}
        )["id"]
        self._post("/api/v1/projects", {"name": NAME, "id": PROJECT})
        self._post(f"{BASE}/keys", {"name": NAME})
        self._post("/api/admin/v1/teams", {"name": NAME})
        version = self._templates()
        self._playlist(version)
        self._session(version)
        self._thread()

    def _templates(self) -> str:
        version, plain = "", MARKUP.replace("{{", "{ {")
        for text in (plain, f"Dear reader, {plain}"):
            content: Json = {
                "messages": [{"role": "user", "content": f"{text} {{{{question}}}}"}],
                "parameters": {"stop": [MARKUP]},
                "toolSchema": [{"name": MARKUP, "description": MARKUP}],
                "note": MARKUP,
                "versionName": MARKUP[:60],
            }
            order = {"name": "folder/<b>bold</b>", "content": content}
            version = self._post(f"{BASE}/templates", order)["version"]["id"]
        return version

    def _playlist(self, version: str) -> None:
        playlist = self._post(f"{BASE}/playlists", {"name": NAME})
        case = {"inputs": {"question": MARKUP}, "output": MARKUP, "metadata": {"<i>": MARKUP}}
        path = f"{BASE}/playlists/{playlist['id']}/test-cases"
        self._post(path, {"testCases": [case, {"inputs": {"question": PROMPT}}]})
        evaluators = [{"name": "exact", "kind": "exact"}]
        for _ in range(2):
            order = {"playlist": NAME, "name": NAME, "templateVersion": version}
            order |= {"modelInstance": NAME, "evaluators": evaluators}
            run = self._post(f"{BASE}/test-runs", order)["id"]
            self._wait_for(f"{BASE}/test-runs/{run}")

    def _session(self, version: str) -> None:
        session = str(uuid4())
        asked = [{"role": "user", "content": f"{MARKUP}\n{PROMPT}"}]
        headers = {"Sluice-Project": PROJECT, "Sluice-Conversation": session}
        answer = self._client.post(
            "/v1/chat/completions", json={"model": NAME, "messages": asked}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        body = {
            "messages": [*asked, {"role": "assistant", "content": MARKUP}],
            "inputs": {"question": MARKUP},
            "session_info": {"custom_metadata": {"<u>key</u>": MARKUP, "who": PROMPT}},
            "prompt_info": {"environment": "latest", "prompt_template_version_id": version},
            "eval_results": {"<s>": MARKUP},
        }
        done = self._client.post(f"{WIRE}/sessions/{session}/completions", json=body)
        assert done.status_code == 201, done.text
        feedback = {"freeplay_feedback": MARKUP, "<em>": MARKUP}
        path = f"{WIRE}/completion-feedback/id/{done.json()['completion_id']}"
        assert self._client.post(path, json=feedback).status_code == 201

    def _thread(self) -> None:
        order = {"modelInstanceId": self._instance, "source": "sdk", "text": f"{MARKUP}\n{PROMPT}"}
        self._post("/api/v1/prompts/submit", order)

    def _wait_for(self, path: str) -> None:
        for _ in range(300):
            found = self._client.get(path).json()["data"]
            if found["finishedAt"] is not None:
                return
            time.sleep(0.1)
        raise AssertionError(path)

    def _post(self, path: str, body: Json) -> Json:
        answer = self._client.post(path, json=body)
        assert answer.status_code in {200, 201}, (path, answer.text)
        data: Json = answer.json()["data"]
        return data
