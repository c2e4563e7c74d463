"""What a tool's JSON calls its values decides about them, in requests and in answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.features.proxy.gateway import OWNER, Gateway, gateway, people

from sluice.engine import RawText
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio


async def _sent(own: Gateway, value: object) -> Any:  # noqa: ANN401 - any JSON value
    """What is sent of a JSON value, and of the same value as text."""
    body: dict[str, Any] = {"value": json.loads(json.dumps(value)), "text": json.dumps(value)}
    reading = Reading()
    reading.values(body, "value", "value", "tool")
    reading.json_text(body, "text", "text", "tool")
    conversation = await own.conversations.open(OWNER)
    await own.cleansing.cleanse(conversation, reading, own.policy, RawText(""))
    assert json.loads(body["text"]) == body["value"]
    return body["value"]


async def test_values_are_found_by_the_names_of_their_fields(database: Database) -> None:
    await people(database)
    own = gateway(database)
    assert await _sent(own, {"ssn": "078051120", "customer_phone": "2025550147", "n": 7}) == {
        "ssn": "US_SSN_0",
        "customer_phone": "PHONE_NUMBER_0",
        "n": 7,
    }


async def test_numbers_are_found_by_the_names_of_their_fields(database: Database) -> None:
    await people(database)
    own = gateway(database)
    assert await _sent(own, {"ssn": 219099999, "cards": [4539578763621486], "at": 1732118400}) == {
        "ssn": "US_SSN_0",
        "cards": ["CREDIT_CARD_0"],
        "at": 1732118400,
    }


async def test_one_value_under_two_names_has_one_placeholder(database: Database) -> None:
    """What its name gives away in one place is found in the other place too."""
    await people(database)
    own = gateway(database)
    sent = await _sent(own, {"rows": [{"row": "219099999"}, {"ssn": "219099999"}]})
    assert sent == {"rows": [{"row": "US_SSN_0"}, {"ssn": "US_SSN_0"}]}


async def test_a_name_beside_a_value_counts_and_texts_are_kept_apart_by_it(
    database: Database,
) -> None:
    """Digits that are nothing by themselves were seen before they got their name."""
    await people(database)
    own = gateway(database)
    assert await _sent(own, {"build": "219099999"}) == {"build": "219099999"}
    told = {"telecom": [{"system": "us ssn", "value": "219099999"}]}
    sent = await _sent(own, told)
    assert sent["telecom"][0]["value"] == "US_SSN_0"
