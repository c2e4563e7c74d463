"""What the policy says, over the wire: what the provider sees, what comes back, what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from tests.live import Json, LiveServer, connection_to, peer_beside, prompt, stream_lines
from tests.peers import FAULTS, OpenAIWire, Peer

MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"
SUBMIT = "/api/v1/prompts/submit"


@dataclass
class Wire:
    """A server, an administrator's client, and a provider that answers what it was asked."""

    server: LiveServer
    client: httpx.Client
    peer: Peer

    def instance(self, policy: Json, **fields: object) -> int:
        """A model instance under a policy of its own."""
        return self.server.instance(connection_to(self.peer), policy, **fields)

    def submit(self, instance: int, text: str, **fields: object) -> Json:
        """The data of a submit that succeeds."""
        answer = self.client.post(SUBMIT, json=prompt(instance, text, **fields))
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    def hydrate(self, instance: int, text: str, thread: int) -> str:
        """A text with the thread's originals."""
        body = prompt(instance, text, threadId=thread)
        return str(self.client.post("/api/v1/prompts/hydrate", json=body).json()["data"]["text"])

    def sent(self) -> list[str]:
        """The contents of the messages that the provider got last."""
        return [m["content"] for m in self.peer.requests[-1].json()["messages"]]

    def audit(self, event: str) -> Json:
        """The newest audit event of a kind."""
        params = {"event": event, "limit": 1}
        found = self.client.get("/api/admin/v1/audit-events", params=params).json()["data"]
        return dict(found[0]) if found else {}

    def threads(self) -> int:
        """How many threads the caller has."""
        return len(self.client.get("/api/v1/threads").json()["data"])


@pytest.fixture
def wire(shared: LiveServer) -> Iterator[Wire]:
    with shared.client() as client, peer_beside(FAULTS["echo"](OpenAIWire())) as peer:
        yield Wire(shared, client, peer)


@pytest.mark.parametrize("streaming", [False, True], ids=["submit", "stream"])
def test_a_blocked_prompt_reaches_no_provider_and_is_kept_nowhere(
    wire: Wire, streaming: bool
) -> None:
    instance = wire.instance({"rules": {"CREDIT_CARD": {"action": "block"}}})
    before = wire.threads()
    body = prompt(instance, f"{CARD} and {CARD} of {MAIL}", isStreaming=streaming)
    answer = wire.client.post(SUBMIT, json=body)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["code"], told["entityTypes"]) == ("policy_blocked", {"CREDIT_CARD": 2})
    assert "4111" not in answer.text
    assert MAIL not in answer.text
    assert wire.peer.requests == []
    assert wire.threads() == before
    assert wire.audit("prompt.blocked")["details"] == {"CREDIT_CARD": 2}


def test_a_blocked_prompt_leaves_its_thread_as_it_was(wire: Wire) -> None:
    instance = wire.instance({"rules": {"CREDIT_CARD": {"action": "block"}}})
    thread = wire.submit(instance, MAIL)["threadId"]
    blocked = prompt(instance, f"joe@example.com {CARD}", threadId=thread)
    assert wire.client.post(SUBMIT, json=blocked).status_code == 403
    assert len(wire.client.get(f"/api/v1/threads/{thread}").json()["data"]["chats"]) == 1
    # The e-mail address of the blocked prompt was given no placeholder.
    done = wire.submit(instance, "ann@example.com", threadId=thread)
    assert done["rawLLMResponseText"] == "EMAIL_ADDRESS_1"


def test_a_redacted_value_comes_back_in_no_way(wire: Wire) -> None:
    instance = wire.instance({"rules": {"EMAIL_ADDRESS": {"action": "redact"}}})
    data = wire.submit(instance, f"To {MAIL}.")
    assert wire.sent() == ["To EMAIL_ADDRESS_0."]
    assert data["reidentifiedLLMResponseText"] == "To EMAIL_ADDRESS_0."
    assert data["reidentifiedLLMResponseItems"] == []
    assert wire.hydrate(instance, "EMAIL_ADDRESS_0", data["threadId"]) == "EMAIL_ADDRESS_0"
    reveal = wire.client.post(
        f"/api/admin/v1/threads/{data['threadId']}/reveal", json={"reason": "asked by its owner"}
    )
    assert reveal.json()["data"][0]["original"] is None


def test_a_replaced_value_is_a_stand_in_to_the_provider_and_comes_back(wire: Wire) -> None:
    rules = {kind: {"action": "replace"} for kind in ("EMAIL_ADDRESS", "CREDIT_CARD")}
    instance = wire.instance({"rules": rules})
    text = f"{MAIL} paid with {CARD}."
    first = wire.submit(instance, text)
    (seen,) = wire.sent()
    assert seen != text
    assert seen == first["rawLLMResponseText"]
    assert "EMAIL_ADDRESS" not in seen
    assert MAIL not in seen
    assert CARD not in seen
    assert first["reidentifiedLLMResponseText"] == text
    thread = first["threadId"]
    lines = stream_lines(wire.client, prompt(instance, text, threadId=thread))
    assert "".join(line["content"] for line in lines) == text
    assert set(wire.sent()) == {seen}, "the same stand-ins in the whole thread"


def test_allowed_and_unlikely_values_are_sent_and_reported(wire: Wire) -> None:
    rules = {"EMAIL_ADDRESS": {"action": "allow"}, "CREDIT_CARD": {"threshold": 1.0}}
    instance = wire.instance({"rules": rules})
    text = f"{MAIL} 4111111111111111 192.0.2.17"
    wire.submit(instance, text)
    (seen,) = wire.sent()
    assert seen == f"{MAIL} 4111111111111111 IP_ADDRESS_0"
    analyzed = wire.client.post("/api/v1/prompts/analyze", json=prompt(instance, text))
    actions = {f["type"]: f["policyAction"] for f in analyzed.json()["data"]["findings"]}
    assert actions == {"EMAIL_ADDRESS": "allow", "CREDIT_CARD": "allow", "IP_ADDRESS": "mask"}


def test_custom_terms_are_hidden_and_the_allow_list_is_not(wire: Wire) -> None:
    instance = wire.instance(
        {
            "customTerms": [
                {"name": "code name", "entityType": "PROJECT", "text": "Blue Heron"},
                {"name": "ticket", "entityType": "TICKET", "pattern": "TCK-[0-9]{6}"},
            ],
            "allowList": ["info@example.com"],
        }
    )
    text = "Blue Heron, TCK-123456, info@example.com, blue heron"
    data = wire.submit(instance, text)
    assert wire.sent() == ["PROJECT_0, TICKET_0, info@example.com, PROJECT_1"]
    assert data["reidentifiedLLMResponseText"] == text


def test_a_release_needs_the_policy_s_leave_and_is_recorded(wire: Wire) -> None:
    instance = wire.instance({"rules": {"EMAIL_ADDRESS": {"userMayRelease": True}}})
    data = wire.submit(instance, f"{MAIL} {CARD}", findings=[])
    assert wire.sent() == [f"{MAIL} CREDIT_CARD_0"]
    event = wire.audit("findings.released")
    assert event["details"] == {"EMAIL_ADDRESS": 1}
    assert event["subject"] == f"thread:{data['threadId']}"


def test_a_caller_may_not_weaken_a_finding_but_may_add_one(wire: Wire) -> None:
    rules = {"EMAIL_ADDRESS": {"action": "redact"}, "URL": {"action": "allow"}}
    instance = wire.instance({"rules": rules})
    text = f"{MAIL} of Heron Ltd"
    findings = [
        {"start": 0, "end": len(MAIL), "text": MAIL, "type": "URL"},
        {"start": 20, "end": 29, "text": "Heron Ltd", "type": "ORGANIZATION"},
    ]
    data = wire.submit(instance, text, findings=findings)
    assert wire.sent() == ["EMAIL_ADDRESS_0 of ORGANIZATION_0"]
    assert data["reidentifiedLLMResponseText"] == "EMAIL_ADDRESS_0 of Heron Ltd"


@pytest.mark.parametrize("call", ["submit", "cleanse"])
def test_findings_that_do_not_match_are_refused_each_by_its_index(wire: Wire, call: str) -> None:
    instance = wire.instance({})
    good = {"start": 0, "end": len(MAIL), "text": MAIL, "type": "EMAIL_ADDRESS"}
    findings = [good, good | {"end": 5}, good, good | {"start": -1}, good | {"end": 999}]
    body = prompt(instance, MAIL, findings=findings)
    answer = wire.client.post(f"/api/v1/prompts/{call}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unprocessable")
    paths = [error["path"] for error in answer.json()["errors"]]
    assert paths == ["findings[1].text", "findings[3]", "findings[4]"]
    assert MAIL not in answer.text
    assert wire.peer.requests == []


def test_what_the_instructions_hold_comes_back_to_no_caller(wire: Wire) -> None:
    secret = "board@example.com"
    instance = wire.instance({}, instructions=f"Send complaints to {secret}; tell nobody.")
    first = wire.submit(instance, "Who gets EMAIL_ADDRESS_0?")
    system, asked = wire.sent()
    hidden = system.removeprefix("Send complaints to ").removesuffix("; tell nobody.")
    assert secret not in system
    # What the caller types literally is no placeholder of anybody's.
    assert hidden != "EMAIL_ADDRESS_0"
    assert asked == "Who gets EMAIL_ADDRESS_0?"
    thread = first["threadId"]
    assert wire.hydrate(instance, f"It is {hidden}.", thread) == f"It is {hidden}."
    told = wire.submit(instance, f"Is it {hidden}?", threadId=thread)
    assert secret not in json.dumps(told)
    # Also when the caller guesses the value, the instructions' placeholder stays closed.
    guessed = wire.submit(instance, f"Is it {secret}?", threadId=thread)
    assert wire.sent()[0] == system
    mine = guessed["rawLLMResponseText"].removeprefix("Is it ").removesuffix("?")
    assert mine != hidden
    assert wire.hydrate(instance, f"{hidden} {mine}", thread) == f"{hidden} {secret}"


def test_callers_do_not_see_the_secrets_of_an_instance(wire: Wire) -> None:
    secret, term = "board@example.com", "Blue Heron"
    terms = [{"name": "code name", "entityType": "PROJECT", "text": term}]
    policy = {"default": {"action": "allow"}, "customTerms": terms}
    instance = wire.instance(policy, instructions=f"Mail {secret} about {term}.")
    thread = wire.submit(instance, "Hello")["threadId"]
    listed = wire.client.get("/api/v1/model-instances")
    read = wire.client.get(f"/api/v1/threads/{thread}")
    (mine,) = [i for i in listed.json()["data"] if i["id"] == instance]
    for shown in (mine, read.json()["data"]["modelInstance"]):
        assert shown["instructions"] == "Mail EMAIL_ADDRESS_0 about PROJECT_0."
        assert [c["credentials"] for c in shown["modelConnections"]] == [{}]
    for answer in (listed, read):
        assert all(s not in answer.text for s in (secret, term, "sk-tests-0123456789"))


def test_a_changed_policy_counts_from_the_next_prompt_on(wire: Wire) -> None:
    instance = wire.instance({})
    thread = wire.submit(instance, MAIL)["threadId"]
    admin = wire.client.get(f"/api/admin/v1/model-instances/{instance}").json()["data"]
    group = f"/api/admin/v1/policy-groups/{admin['policyGroupId']}"
    name = wire.client.get(group).json()["data"]["name"]
    redacting = {"name": name, "policy": {"rules": {"EMAIL_ADDRESS": {"action": "redact"}}}}
    assert wire.client.put(group, json=redacting).status_code == 200
    data = wire.submit(instance, MAIL, threadId=thread)
    assert wire.sent()[-1] == data["reidentifiedLLMResponseText"] == "EMAIL_ADDRESS_1"
    blocking = {"name": name, "policy": {"default": {"action": "block"}}}
    assert wire.client.put(group, json=blocking).status_code == 200
    assert wire.client.post(SUBMIT, json=prompt(instance, MAIL)).status_code == 403


def test_a_thread_is_nobody_else_s(wire: Wire) -> None:
    thread = wire.submit(1, MAIL)["threadId"]
    with wire.server.client(wire.server.member()) as member:
        body = prompt(1, "EMAIL_ADDRESS_0", threadId=thread)
        answers = [
            member.get(f"/api/v1/threads/{thread}"),
            member.delete(f"/api/v1/threads/{thread}"),
            *(member.post(f"/api/v1/prompts/{c}", json=body) for c in ("submit", "cleanse")),
            member.post(SUBMIT, json=body | {"isStreaming": True}),
            member.post("/api/v1/prompts/hydrate", json=body),
        ]
        assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "not_found")] * 6
        missing = member.get("/api/v1/threads/999999").json()
        assert answers[0].json()["message"] == missing["message"]
        assert member.get("/api/v1/threads").json()["data"] == []
        # The same original in a thread of one's own says nothing about the other's.
        mine = member.post(SUBMIT, json=prompt(1, MAIL)).json()["data"]
        theirs = wire.client.get(f"/api/v1/threads/{thread}").json()["data"]["chats"][0]
        assert mine["deidentifiedInputTextData"]["textHashed"] not in json.dumps(theirs)
        reveal = member.post(
            f"/api/admin/v1/threads/{thread}/reveal", json={"reason": "I am curious"}
        )
        assert reveal.status_code == 403
    assert len(wire.client.get(f"/api/v1/threads/{thread}").json()["data"]["chats"]) == 1
