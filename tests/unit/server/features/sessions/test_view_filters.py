"""The texts of a view's filter, made ready to be cleansed."""

from __future__ import annotations

from typing import Any

from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.filters import Alternative
from sluice.server.features.sessions.views.cleansing import ViewFilter

Json = dict[str, Any]


def leaf(field: str, value: object, op: str = "eq") -> Json:
    return {"field": field, "op": op, "value": value}


def known(*names: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(name, names=frozenset({name})) for name in names)


def test_only_texts_that_may_be_a_persons_are_read() -> None:
    sent = {
        "and": [
            leaf("model", "a-model"),
            leaf("input", "jane", "contains"),
            {"not": {"or": [leaf("metadata.plan", "gold"), leaf("metadata.turns", 2.5)]}},
        ]
    }
    one = ViewFilter(Target.RECORDINGS, sent)
    assert one.typed() == ["jane", "gold"]
    assert [held.text for held in one.reading().leaves] == ["jane", "gold"]
    assert one.finished() == sent
    assert ViewFilter(None, leaf("status", "failed")).typed() == []


def test_cleansed_texts_are_written_into_a_copy() -> None:
    sent = {"and": [leaf("metadata.jane doe", "jane", "contains"), leaf("text", "bob", "contains")]}
    one = ViewFilter(Target.RECORDINGS, sent)
    for held in one.reading().leaves:
        held.put(held.text.replace("jane doe", "PERSON_0").replace("jane", "PERSON_0"))
    assert one.finished() == {
        "and": [leaf("metadata.PERSON_0", "PERSON_0", "contains"), leaf("text", "bob", "contains")]
    }
    assert sent["and"][0]["value"] == "jane"


def test_a_value_that_is_known_as_a_whole_is_sought_by_all_its_placeholders() -> None:
    one = ViewFilter(
        Target.RECORDINGS, {"not": {"and": [leaf("text", "Doe", "contains"), leaf("output", "x")]}}
    )
    asked = Alternative("Doe")
    one.put_known({"Doe": (asked, *known("PERSON_0", "PERSON_1")), "x": (asked,)})
    either = {"or": [leaf("text", name, "contains") for name in ("PERSON_0", "PERSON_1")]}
    assert one.finished() == {"not": {"and": [either, leaf("output", "x")]}}
    single = ViewFilter(Target.SESSIONS, leaf("text", "Doe", "contains"))
    single.put_known({"Doe": known("PERSON_0")})
    assert single.finished() == leaf("text", "PERSON_0", "contains")
