"""Fragments of one name or address become one finding; two things stay two."""

from __future__ import annotations

import pytest
from tests.unit.engine.known_names import KnownNames

from sluice.engine.candidates import Candidate, Trace
from sluice.engine.joining import join
from sluice.engine.patterns import Precedence

KINDS = {
    "P": "PERSON",
    "O": "ORGANIZATION",
    "L": "LOCATION",
    "S": "STREET_ADDRESS",
    "D": "DATE_TIME",
}


def joined(marked: str, *, rank: Precedence = Precedence.NAME, score: float = 0.9) -> list[str]:
    """The texts of what is left of fragments marked `[P Jane]`."""
    text, found = "", []
    for index, part in enumerate(marked.split("[")):
        if not index:
            text = part
            continue
        inside, _, after = part.partition("]")
        kind, body = KINDS[inside[0]], inside[2:]
        start = len(text)
        text += body + after
        found.append(Candidate(start, start + len(body), kind, score, "names.a", rank))
    return [text[item.start : item.end] for item in join(text, found)]


ONE = (
    ("[P Jane] [P Roe] said", ["Jane Roe"]),
    ("[P Jane]  [P Roe] said", ["Jane  Roe"]),
    ("[P Samuel] L. [P Jackson]", ["Samuel L. Jackson"]),
    ("[P Ludwig] van der [P Rohe]", ["Ludwig van der Rohe"]),
    ("[P Mar\u00eda]\u00a0[P P\u00e9rez]", ["Mar\u00eda\u00a0P\u00e9rez"]),
    ("[P Ana]-[P Luz]", ["Ana-Luz"]),
    ("[P John Roe], Jr. left", ["John Roe, Jr."]),
    ("[P John Roe] III", ["John Roe III"]),
    ("[O Roe] & [O Doe]", ["Roe & Doe"]),
    ("[O Acme], Inc. paid", ["Acme, Inc."]),
    ("[O Blue Heron] GmbH & Co. KG ist", ["Blue Heron GmbH & Co. KG"]),
    ("[S 742 Evergreen Terrace], [L Springfield]", ["742 Evergreen Terrace, Springfield"]),
    ("[S Hauptstr. 5], 10115 [L Berlin]", ["Hauptstr. 5, 10115 Berlin"]),
    ("[S Hauptstr. 5]\n10115 [L Berlin]", ["Hauptstr. 5\n10115 Berlin"]),
    ("[S Keizersgracht 1], 1015 CJ [L Amsterdam]", ["Keizersgracht 1, 1015 CJ Amsterdam"]),
    ("[S 1 High St], [L Leeds], [L England]", ["1 High St, Leeds, England"]),
    ("[S 1 Main St], [L Springfield], IL 62704.", ["1 Main St, Springfield, IL 62704"]),
    ("[S 1 High St], [L Leeds] LS1 4AP", ["1 High St, Leeds LS1 4AP"]),
)
TWO = (
    ("[P Jane Roe] [P John Doe]", ["Jane Roe", "John Doe"]),
    ("[P Jane], [P John]", ["Jane", "John"]),
    ("[P Jane] and [P John]", ["Jane", "John"]),
    ("[P Jane]\n[P John]", ["Jane", "John"]),
    ("[L Leeds], [L England]", ["Leeds", "England"]),
    ("[S 1 Main St]\n\n[L Springfield]", ["1 Main St", "Springfield"]),
    ("[S 1 Main St],[L Springfield]", ["1 Main St", "Springfield"]),
    ("[S 1 Main St] near [L Springfield]", ["1 Main St", "Springfield"]),
    ("[P Jane] [O Roe]", ["Jane", "Roe"]),
    ("[P John Roe] IIIrd", ["John Roe"]),
    ("[O Acme] Income", ["Acme"]),
    ("[P Jane] [D Monday]", ["Jane", "Monday"]),
)


@pytest.mark.parametrize(("marked", "expected"), ONE, ids=[row[0] for row in ONE])
def test_fragments_of_one_thing_become_one(marked: str, expected: list[str]) -> None:
    assert joined(marked) == expected


@pytest.mark.parametrize(("marked", "expected"), TWO, ids=[row[0] for row in TWO])
def test_two_things_stay_two(marked: str, expected: list[str]) -> None:
    assert joined(marked) == expected


@pytest.mark.parametrize("rank", [Precedence.FIELD, Precedence.CUSTOM])
def test_what_a_document_or_a_policy_named_stays_apart(rank: Precedence) -> None:
    assert joined("[P Jane] [P Roe]", rank=rank) == ["Jane", "Roe"]


def test_two_unlikely_fragments_stay_apart() -> None:
    assert joined("[P Jane] [P Roe]", score=0.4) == ["Jane", "Roe"]


def test_a_tail_never_grows_into_the_next_finding() -> None:
    text = "Acme Co Roe"
    found = [
        Candidate(0, 4, "ORGANIZATION", 0.9, "names.a", Precedence.NAME),
        Candidate(5, 11, "PERSON", 0.9, "names.a", Precedence.NAME),
    ]
    assert [(item.start, item.end) for item in join(text, found)] == [(0, 4), (5, 11)]


def test_the_joined_one_has_the_higher_score_and_the_trace_names_it() -> None:
    text = "Jane Roe"
    found = [
        Candidate(0, 4, "PERSON", 0.6, "names.a", Precedence.NAME),
        Candidate(5, 8, "PERSON", 0.8, "names.a", Precedence.NAME),
    ]
    trace = Trace()
    (one,) = join(text, found, trace)
    assert (one.start, one.end, one.score) == (0, 8, 0.8)
    assert [(item.candidate, item.why) for item in trace] == [(found[1], "joined")]


def test_a_tagger_of_names_is_what_the_engine_expects() -> None:
    assert KnownNames({"Jane": "PERSON"}).tag("Jane", ("en",))[0].end == 4
