"""What is revealed at once, and what the audit log says of it."""

from __future__ import annotations

import pytest

from sluice.engine import Action, Entry, RawText
from sluice.server.errors import Unprocessable
from sluice.server.vault.revealing import MOST_NAMED, chosen, details


def entry(placeholder: str, entity_type: str = "PERSON") -> Entry:
    return Entry(placeholder, entity_type, Action.MASK, b"lookup", RawText("planted-value"))


def test_those_that_were_asked_for_are_chosen_once_each() -> None:
    all_of_them = [entry("PERSON_0"), entry("PERSON_1")]
    assert chosen(all_of_them, None) == all_of_them
    assert chosen(all_of_them, ["PERSON_1", "PERSON_1"]) == all_of_them[1:]
    with pytest.raises(Unprocessable) as refused:
        chosen(all_of_them, ["PERSON_0", "planted-value"])
    assert [problem.path for problem in refused.value.errors] == ["placeholders[1]"]
    assert "planted-value" not in str(refused.value.body("r"))


def test_the_audit_log_tells_types_and_placeholders_and_no_stand_in() -> None:
    entries = [entry("PERSON_0"), entry("Erika Beispiel"), entry("URL_3", "URL")]
    assert details("a ticket", entries, raw=True) == {
        "reason": "a ticket",
        "count": 3,
        "raw": True,
        "entityTypes": "PERSON=2, URL=1",
        "placeholders": "PERSON_0, URL_3",
    }
    assert details("a ticket", []) == {"reason": "a ticket", "count": 0}
    many = [entry(f"PERSON_{number}") for number in range(MOST_NAMED + 1)]
    assert "placeholders" not in details("a ticket", many)
