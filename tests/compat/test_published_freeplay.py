"""The published Freeplay clients, unmodified, against a server; flavors call our gateway."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.compat.conftest import environment_of
from tests.live import Json, LiveServer, empty_database

MAIL = "jane.roe@example.com"
SAID = f"Write to {MAIL} please"
CHAT: Json = {
    "messages": [
        {"role": "system", "content": "You answer {{name}}. {Braces} stay."},
        {"role": "user", "content": "{{question}}"},
    ],
    "model": "Echo",
}
TEXT: Json = {"text": "{{name}} asks: {{question}}", "model": "Echo"}


@dataclass
class House:
    """A server with a project, its key, and what a client cannot make itself."""

    server: LiveServer
    project: str
    key: str = field(repr=False)
    playlist: str
    suite: str
    told: dict[str, Json] = field(default_factory=dict)

    def run(self, version: str, script: str, **environment: str) -> Json:
        """What a script with a published client prints; it is run once."""
        name = f"{script} {sorted(environment.items())}"
        if name not in self.told:
            self.told[name] = self._run(version, script, environment)
        return self.told[name]

    def _run(self, version: str, script: str, environment: dict[str, str]) -> Json:
        path = Path(__file__).parent / "scripts" / f"{script}.py"
        known = {"PATH": os.environ["PATH"], "URL": self.server.url, "TOKEN": self.key}
        known |= {"PROJECT": self.project, "PLAYLIST": "questions", "DATASET": self.playlist}
        done = subprocess.run(
            [str(environment_of("freeplay", version)), "-W", "ignore", str(path)],
            env=known | {"SUITE": self.suite} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told: Json = json.loads(done.stdout)
        return told

    def own(self, path: str) -> Any:  # noqa: ANN401 (JSON)
        """The data of our own API."""
        with self.server.client(self.key) as client:
            answer = client.get(f"/api/v1/projects/{self.project}{path}")
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Nothing in it names anybody but what the scripts say."""
    folder = tmp_path_factory.mktemp("freeplay") / "server"
    with (
        empty_database(request.param) as url,
        LiveServer(folder, url) as server,
        server.client() as client,
    ):
        yield _furnished(server, client)


def _furnished(server: LiveServer, client: httpx.Client) -> House:
    def post(path: str, body: Json) -> Json:
        made = client.post(f"/api/v1/projects{path}", json=body)
        assert made.status_code == 201, made.text
        data: Json = made.json()["data"]
        return data

    post("", {"name": "Letters", "id": "letters"})
    key = post("/letters/keys", {"name": "tests"})["token"]
    for name, content in (("chat", CHAT), ("text", TEXT)):
        order = {"name": name, "content": content, "environments": ["prod"]}
        post("/letters/templates", order)
    playlist = post("/letters/playlists", {"name": "questions"})["id"]
    cases = [{"inputs": {"name": "Bo", "question": f"{n}: {SAID}"}} for n in range(2)]
    post(f"/letters/playlists/{playlist}/test-cases", {"testCases": cases})
    suite = {
        "name": "every night",
        "playlist": "questions",
        "template": "chat",
        "modelInstance": "Echo",
        "evaluators": [{"kind": "contains", "values": ["EMAIL_ADDRESS_0"]}],
    }
    return House(server, "letters", key, playlist, post("/letters/test-suites", suite)["id"])


@pytest.fixture(params=["", "/api"])
def old(request: pytest.FixtureRequest, house: House) -> Json:
    """What 0.1.6 said, configured with either base."""
    base = house.server.url + request.param
    return house.run("0.1.6", "freeplay_2023", BASE=base)


def test_0_1_6_completes_and_streams_through_the_gateway_and_gets_originals_back(old: Json) -> None:
    answered = f"The model saw: {SAID}"
    assert old["chat"] == old["latest"] == old["streamed"] == answered
    assert old["in session"] == old["session stream"] == answered
    assert old["text"] == f"The model saw: Ada asks: {SAID}"
    assert SAID in old["claude"]


def test_0_1_6_goes_on_with_chats(old: Json) -> None:
    chats = old["chats"]
    assert chats["first"] == chats["begun"] == f"The model saw: {SAID}"
    assert chats["second"] == chats["went on"] == f"The model saw: And again to {MAIL}"


def test_0_1_6_runs_a_playlist_of_deidentified_cases(old: Json) -> None:
    answers = old["test run"]
    assert answers
    assert all("EMAIL_ADDRESS_0" in answer for answer in answers)
    assert MAIL not in str(answers)


def test_0_1_6_is_told_of_what_is_not_there(old: Json) -> None:
    assert old["no template"] == "TemplateNotFoundError"
    assert old["wrong key"] == "AuthorizationError"
    assert old["wrong project"] == "FreeplayError"


def test_what_0_1_6_recorded_holds_the_gateways_placeholders(house: House, old: Json) -> None:
    recordings = house.own(f"/sessions/{old['chats']['session']}/recordings")
    assert len(recordings) == 2
    for recording in recordings:
        shown = json.dumps(house.own(f"/recordings/{recording['id']}"))
        assert "EMAIL_ADDRESS_0" in shown
        assert MAIL not in shown


@pytest.fixture(params=["", "/api"])
def today(request: pytest.FixtureRequest, house: House) -> Json:
    """What 0.6.1 said, configured with either base."""
    return house.run("0.6.1", "freeplay_today", URL=house.server.url + request.param)


def test_0_6_1_saves_deploys_and_reads_templates(today: Json) -> None:
    assert today["same version"] is True
    assert today["all"] == ["letters/answer"]
    assert sorted(today["everywhere"]) == ["chat", "letters/answer", "text"]
    assert today["by id"] == ["gpt-x", "openai"]
    assert today["prompt"] == [
        ["system", "Answer Ada in English."],
        ["user", "Hello"],
        ["assistant", "Hello!"],
        ["user", SAID],
    ]


def test_0_6_1_is_told_of_what_is_wrong(today: Json) -> None:
    assert "environment" in today["refused environment"][1]
    for what in ("no template", "no playlist", "wrong key", "wrong project"):
        assert today[what] is not None, what
        assert MAIL not in today[what][1]


def test_0_6_1_records_updates_traces_feedback_and_metadata(house: House, today: Json) -> None:
    assert today["completion"] is True
    assert today["updated"] is True
    session = house.own(f"/sessions/{today['session']}")
    assert session["metadata"] == {"customer": "EMAIL_ADDRESS_0", "tier": 3, "ticket": "T-1"}
    told = json.dumps([session, house.own(f"/recordings/{today['recorded']}")])
    assert MAIL not in told
    for said in ("freeplay_feedback", "three", "EMAIL_ADDRESS_0"):
        assert said in told, said


def test_messages_of_every_vendors_shape_are_cleansed(house: House, today: Json) -> None:
    for recording in today["vendors"]:
        shown = json.dumps(house.own(f"/recordings/{recording}"))
        assert shown.count("EMAIL_ADDRESS_0") >= 2
        assert MAIL not in shown


def test_0_6_1_runs_datasets_and_suites(today: Json) -> None:
    assert len(today["cases"]) == len(today["run"])
    assert all(MAIL not in str(case) for case in (*today["cases"], *today["run"]))
    assert today["result"][0] == "A run"
    kind, total, paged = today["suite"]
    assert (kind, total) == ("prompt", paged)
    assert today["executed"] in ("passed", "failed", "complete", "completed")


def test_a_deleted_session_is_gone(house: House, today: Json) -> None:
    with house.server.client(house.key) as client:
        path = f"/api/v1/projects/{house.project}/sessions/{today['gone']}"
        assert client.get(path).status_code == 404


def test_nothing_raw_is_in_the_log(house: House, old: Json, today: Json) -> None:
    assert MAIL not in house.server.log.read_text()
