"""What other gateways get wrong, over real sockets on both wires: the right value, or none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.e2e.gateway_line import WIRES, Line, Turn, problem
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers.behaviours import answering

JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"
MANY = [f"person{number:02}@example.org" for number in range(12)]
PLACEHOLDER = re.compile(r"EMAIL_ADDRESS_[0-9]+")


@pytest.fixture(scope="module", params=["openai", "anthropic"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    """A server whose default instance is on a scripted vendor of each wire."""
    folder = tmp_path_factory.mktemp(request.param) / "server"
    with peer_beside(answering(WIRES[request.param]())) as peer, LiveServer(folder) as server:
        server.instance(connection_to(peer, request.param))
        yield Line(server, peer, request.param)


@pytest.fixture
def line(shared: Line) -> Line:
    """The line in a conversation of its own."""
    return shared.apart()


@pytest.fixture
def unnamed(shared: Line) -> Line:
    """The line of a caller that names no conversation."""
    return shared.apart(accept="*/*")


def _alternating(texts: list[str]) -> list[Turn]:
    turns = [turn for text in texts for turn in (("user", text), ("assistant", "Noted."))]
    return turns[:-1]


def _end_user(line: Line, name: str) -> dict[str, Any]:
    return {"user": name} if line.vendor == "openai" else {"metadata": {"user_id": name}}


# Restoring


def test_out_of_many_messages_each_value_comes_back_as_itself(line: Line) -> None:
    """Numbers do not begin anew in each message."""
    line.says(" ".join(f"EMAIL_ADDRESS_{number}" for number in range(len(MANY))))
    assert line.ask(*_alternating([f"Mail {mail} today" for mail in MANY])) == " ".join(MANY)
    assert line.stream(*_alternating([f"Mail {mail} today" for mail in MANY])) == " ".join(MANY)


def test_callers_at_the_same_time_read_their_own_values(unnamed: Line) -> None:
    """One key, one space of placeholders, and nobody reads another one's."""
    questions = [f"Please write to {mail} about it" for mail in MANY]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda text: unnamed.ask(("user", text)), questions)) == questions
    assert not any(mail in unnamed.sent for mail in MANY)
    assert len(set(PLACEHOLDER.findall(unnamed.sent))) == len(MANY)


def test_a_value_that_stands_twice_has_one_number(line: Line) -> None:
    """In one message and in the next."""
    line.ask(("user", f"{JANE}, again {JANE}, and {BOB}"))
    line.ask(("user", f"Only {JANE}"))
    first, second = (json.dumps(json.loads(r.body)["messages"]) for r in line.peer.requests)
    assert PLACEHOLDER.findall(first) == ["EMAIL_ADDRESS_0", "EMAIL_ADDRESS_0", "EMAIL_ADDRESS_1"]
    assert PLACEHOLDER.findall(second) == ["EMAIL_ADDRESS_0"]


def test_a_placeholder_that_an_earlier_turn_quotes_is_restored_after_trimming(line: Line) -> None:
    """The turn that the value came from is no part of the request any more."""
    line.ask(("user", f"Mail {JANE}"))
    line.says("That was EMAIL_ADDRESS_0.")
    trimmed = (("user", "Hi"), ("assistant", "I wrote to EMAIL_ADDRESS_0."), ("user", "To whom?"))
    assert line.ask(*trimmed) == line.stream(*trimmed) == f"That was {JANE}."


def test_a_client_that_keeps_its_history_sends_the_same_bytes_again(line: Line) -> None:
    """So that vendors' prompt caches hit: the second request begins as the first one."""
    turns: list[Turn] = [("user", f"Mail {JANE} and {BOB}")]
    turns.append(("assistant", line.ask(*turns)))
    line.ask(*turns, ("user", f"And {BOB}?"))
    first, second = (json.loads(request.body)["messages"] for request in line.peer.requests)
    assert second[: len(first)] == first
    assert second[1]["content"].endswith("EMAIL_ADDRESS_0 and EMAIL_ADDRESS_1")


def test_who_types_somebody_elses_token_reads_the_token(unnamed: Line) -> None:
    """Two end users of one key; and two callers of a key that names no end user."""
    unnamed.ask(("user", f"Mail {JANE}"), **_end_user(unnamed, "first"))
    (token,) = set(PLACEHOLDER.findall(unnamed.sent))
    asked = f"Who is {token}?"
    assert unnamed.ask(("user", asked), **_end_user(unnamed, "second")) == asked
    unnamed.peer.requests.clear()
    unnamed.ask(("user", f"Mail {JANE}"))
    (token,) = set(PLACEHOLDER.findall(unnamed.sent))
    asked = f"Who is {token}?"
    assert unnamed.ask(("user", asked)) == unnamed.stream(("user", asked)) == asked


def test_nothing_of_the_instructions_is_restored(shared: Line) -> None:
    """Nor does a caller who repeats a value of them learn what theirs was called."""
    connection = connection_to(shared.peer, shared.vendor)
    shared.server.instance(connection, name="Instructed", instructions=f"Serve {BOB} well.")
    line = shared.apart()
    line.model = "Instructed"
    line.says("I serve EMAIL_ADDRESS_0.")
    assert line.ask(("user", "Whom?")) == "I serve EMAIL_ADDRESS_0."
    assert "Serve EMAIL_ADDRESS_0 well." in line.sent
    line.says("EMAIL_ADDRESS_0 EMAIL_ADDRESS_1")
    assert line.ask(("user", f"Is it {BOB}?")) == f"EMAIL_ADDRESS_0 {BOB}"
    assert BOB not in line.sent


def test_numbers_that_begin_alike_are_told_apart(line: Line) -> None:
    """EMAIL_ADDRESS_1 is not found inside of EMAIL_ADDRESS_10, nor the other way round."""
    line.says("EMAIL_ADDRESS_10, EMAIL_ADDRESS_1; EMAIL_ADDRESS_11. EMAIL_ADDRESS_100")
    expected = f"{MANY[10]}, {MANY[1]}; {MANY[11]}. EMAIL_ADDRESS_100"
    question = ("user", " ".join(MANY))
    assert line.ask(question) == line.stream(question) == expected


def test_a_restored_value_is_not_looked_at_again(shared: Line) -> None:
    """Although it holds what looks like a token."""
    term = {"name": "project", "entity_type": "PROJECT", "text": "Heron EMAIL_ADDRESS_0"}
    shared.server.instance(
        connection_to(shared.peer, shared.vendor), {"custom_terms": [term]}, name="Termed"
    )
    line = shared.apart()
    line.model = "Termed"
    line.says("PROJECT_0 for EMAIL_ADDRESS_1")
    asked = f"Start Heron EMAIL_ADDRESS_0 with {JANE}"
    assert line.ask(("user", asked)) == f"Heron EMAIL_ADDRESS_0 for {JANE}"
    assert "Start PROJECT_0 with EMAIL_ADDRESS_1" in line.sent


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<EMAIL_ADDRESS_0>", f"<{JANE}>"),
        ("[EMAIL_ADDRESS_0]", f"[{JANE}]"),
        ("**EMAIL_ADDRESS_0**", f"**{JANE}**"),
        ("email_address_0", JANE),
        ("Email Address 0", JANE),
        ("EMAIL-ADDRESS-0", JANE),
        ("EMAIL\\_ADDRESS\\_0", JANE),
        ("&lt;EMAIL_ADDRESS_0&gt;", f"&lt;{JANE}&gt;"),
        ("EMAIL_ADDRESS_0's", f"{JANE}'s"),
        ('"EMAIL_ADDRESS_0"', f'"{JANE}"'),
        ("EMAIL_ADDRESS_7", "EMAIL_ADDRESS_7"),
        ("XEMAIL_ADDRESS_0", "XEMAIL_ADDRESS_0"),
        ("EMAIL_ADDRESS", "EMAIL_ADDRESS"),
    ],
)
def test_a_token_that_the_model_altered_is_restored_and_an_invented_one_is_not(
    line: Line, written: str, read: str
) -> None:
    """Case, brackets, stars, escapes and possessives; a dropped number says nobody's name."""
    line.says(f"So {written} it is")
    question = ("user", f"Mail {JANE}")
    assert line.ask(question) == line.stream(question) == f"So {read} it is"


def test_a_token_in_json_is_restored_as_json(line: Line) -> None:
    """A quotation mark of the original is escaped, once for each string around it."""
    name = '"Q" <q.roe@example.org>'
    answer = json.dumps({"to": "EMAIL_ADDRESS_0", "inner": json.dumps({"to": "EMAIL_ADDRESS_0"})})
    line.says(answer)
    for said in (line.ask(("user", f"Mail {name}")), line.stream(("user", f"Mail {name}"))):
        assert json.loads(said)["to"] == "q.roe@example.org"
        assert json.loads(json.loads(said)["inner"])["to"] == "q.roe@example.org"


# Whose conversation


@pytest.mark.parametrize(
    "header", ["sluice-conversation", "x-claude-code-session-id", "session_id", "x-session-id"]
)
def test_a_header_names_the_conversation(shared: Line, header: str) -> None:
    """Each begins its own numbers, and keeps them from call to call."""
    for session, mail in (("one", JANE), ("two", BOB)):
        for _ in range(2):
            line = shared.apart(**{header: f"{header} {session}"})
            assert line.ask(("user", f"Mail {mail}")) == f"Mail {mail}"
            assert PLACEHOLDER.findall(line.sent) == ["EMAIL_ADDRESS_0"]


# Failing closed


def _blocking(shared: Line) -> Line:
    rule = {"rules": {"EMAIL_ADDRESS": {"action": "block"}}}
    name = f"Strict {shared.vendor}"
    with shared.server.client() as client:
        known = client.get("/v1/models").text
    if name not in known:
        shared.server.instance(connection_to(shared.peer, shared.vendor), rule, name=name)
    line = shared.apart()
    line.model = name
    return line


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_the_policy_blocks_is_a_403_in_the_wires_shape_and_not_sent(
    shared: Line, stream: bool
) -> None:
    """With entity types and counts, without the text."""
    line = _blocking(shared)
    answer = line.post(line.body(("user", f"Mail {JANE}"), stream=stream))
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["type"] == "permission_error"
    assert "EMAIL_ADDRESS" in error["message"]
    assert JANE not in answer.text
    assert not line.peer.requests


UNKNOWN: dict[str, list[tuple[dict[str, Any], str]]] = {
    "openai": [
        ({"messages": [{"role": "oracle", "content": JANE}]}, "messages[0].role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "hologram", "x": JANE}]}]},
            "messages[0].content[0].type",
        ),
        ({"messages": [{"role": "user", "content": {"text": JANE}}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": JANE}, "messages"),
    ],
    "anthropic": [
        ({"messages": [{"role": "oracle", "content": JANE}]}, "messages[0].role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "hologram", "x": JANE}]}]},
            "messages[0].content[0].type",
        ),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"system": {"text": JANE}}, "system"),
        ({"messages": JANE}, "messages"),
    ],
}


@pytest.mark.parametrize("number", range(5))
def test_a_shape_that_is_not_understood_is_a_422_with_its_path_and_not_sent(
    line: Line, number: int
) -> None:
    """Never passed silently, and not quoted either."""
    more, path = UNKNOWN[line.vendor][number]
    answer = line.post(line.body(("user", "Hi")) | more)
    assert answer.status_code == 422, answer.text
    assert path in problem(answer.json())
    assert JANE not in answer.text
    assert not line.peer.requests
