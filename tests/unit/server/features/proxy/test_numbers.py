"""Numbers are drawn once, by however many threads, and go on behind what is stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sluice.server.features.proxy.conversations.numbers import MOST_RESERVED, WIDEST, NumberSpace


def test_each_type_counts_on_by_itself() -> None:
    space = NumberSpace({"PERSON": 3})
    assert [space.draw("PERSON"), space.draw("AGE"), space.draw("PERSON")] == [3, 0, 4]
    assert space.entity_types == {"PERSON", "AGE"}


def test_threads_never_draw_the_same_number() -> None:
    space = NumberSpace({})
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: space.draw("PERSON"), range(2000)))
    assert sorted(drawn) == list(range(2000))


def test_what_others_stored_is_never_drawn_and_own_numbers_stay_behind() -> None:
    space = NumberSpace({"PERSON": 5})
    space.learn({"PERSON": 3, "AGE": 2})
    assert space.draw("PERSON") == 5
    assert 2 <= space.draw("AGE") < 2 + WIDEST


def test_replicas_that_meet_again_and_again_draw_further_apart() -> None:
    space, counters = NumberSpace({}), 0
    for _ in range(20):
        counters = space.draw("PERSON") + 1 + WIDEST
        space.learn({"PERSON": counters})
    assert counters <= space.draw("PERSON") < counters + WIDEST


def test_reserved_numbers_are_never_drawn() -> None:
    space = NumberSpace({"PERSON": 2})
    space.reserve(["PERSON_0", "PERSON_3", "PERSON_4", "AGE_0", "no placeholder"])
    assert [space.draw("PERSON") for _ in range(3)] == [2, 5, 6]
    assert (space.draw("AGE"), space.next("AGE")) == (1, 2)


def test_only_so_many_reserved_numbers_are_remembered() -> None:
    space = NumberSpace({})
    space.reserve(f"PERSON_{number}" for number in range(MOST_RESERVED + 5))
    assert space.draw("PERSON") == MOST_RESERVED
