"""The law of the gateway: what is restored out of a cleansed request is the request."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import anyio
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from tests.integration.features.proxy.gateway import OWNER, RESTORED_ALONE, gateway, people

from sluice.engine import Action, Policy, RawText, Rule
from sluice.server.features.proxy.answers.restoring import AnswerRestorer
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.kit.database import Database

MAILS = [f"user{n}@example.org" for n in range(6)]
NAMES = ["Jane Roe", "Bob Poe", 'Kay "K" Loe', "Ärne Ößler"]
PIECES = [*MAILS, *NAMES, "+49 30 901820", "4111 1111 1111 1111", "Dear ", ", ", "\n", " and "]
# No text begins with a bracket: what looks like JSON gets its originals back escaped.
PIECES += ["the order 17", "\\", "\u4f60\u597d", "\U0001f600", "note: "]
# The second text teaches the first one a name, the third a longer one around it, and another one.
MAILED = f"Dear  ,  Bob Poe {MAILS[5]} Bob Poe \u00c4rne \u00d6\u00dfler {MAILS[5]}"
ANNOUNCED = '\\ \u00c4rne \u00d6\u00dfler note:  Bob Poe Kay "K" Loe'
ORDERED = f"the order 17 Bob Poe ,  Bob Poe \u00c4rne \u00d6\u00dfler \\ {MAILS[3]} \n"
REPLACING = Policy(rules={"EMAIL_ADDRESS": Rule(Action.REPLACE)})

_texts = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)
_values = st.recursive(
    _texts | st.integers() | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["to", "cc", "body text", MAILS[0]]), inner, max_size=3)
    ),
    max_leaves=6,
)
_turns = st.tuples(st.sampled_from(["user", "assistant", "tool", "system"]), _texts, _values)
_bodies = st.lists(_turns, min_size=1, max_size=5)


def _body(turns: list[tuple[str, str, Any]]) -> Body:
    messages = [
        {"role": role, "content": text, "arguments": json.dumps(value)}
        for role, text, value in turns
    ]
    return {"messages": messages}


def _read(body: Body) -> Reading:
    reading = Reading()
    for message in body["messages"]:
        reading.text(message, "content", "content", message["role"])
        reading.json_text(message, "arguments", "arguments", message["role"])
    return reading


def _restored(body: Body, call: CleansedCall) -> list[tuple[str, str, Any]]:
    restorer = AnswerRestorer(call.mapping, RESTORED_ALONE)
    return [
        (
            message["role"],
            restorer.text(message["content"], "content"),
            _as_texts(json.loads(restorer.text(message["arguments"], "a", json_string=True))),
        )
        for message in body["messages"]
    ]


def _as_texts(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with its numbers as texts: one in which something is found comes back so."""
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


async def _check(url: str, histories: list[list[tuple[str, str, Any]]]) -> None:
    database = Database(url)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER)
    for policy in (None, REPLACING):
        own = gateway(database, policy)
        history: list[tuple[str, str, Any]] = []
        before: list[Body] = []
        for turns in histories:
            history += turns
            body = _body(history)
            call = await own.cleansing.cleanse(conversation, _read(body), own.policy, RawText(""))
            await own.writer.submit(call.save)
            call.settled()
            assert _restored(body, call) == [(r, text, _as_texts(v)) for r, text, v in history]
            assert not any(mail in json.dumps(body) for mail in MAILS)
            before = body["messages"]
        again, other = _body(history), gateway(database, policy)
        opened = await other.conversations.open(OWNER)
        await other.cleansing.cleanse(opened, _read(again), other.policy, RawText(""))
        assert again["messages"] == before
    await database.close()


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(_bodies, min_size=1, max_size=3))
@example([[("user", MAILED, {})], [("user", ANNOUNCED, {})], [("system", ORDERED, {})]])
def test_what_was_cleansed_is_restored_and_another_process_writes_the_same(
    sqlite_template: Path, tmp_path: Path, histories: list[list[tuple[str, str, Any]]]
) -> None:
    """In JSON inside of strings too, with placeholders and with stand-ins."""
    path = tmp_path / "sluice.db"
    for old in tmp_path.glob("sluice.db*"):
        old.unlink()
    shutil.copy(sqlite_template, path)
    anyio.run(_begin, f"sqlite:///{path}")
    anyio.run(_check, f"sqlite:///{path}", histories)


async def _begin(url: str) -> None:
    database = Database(url)
    await people(database)
    await database.close()
