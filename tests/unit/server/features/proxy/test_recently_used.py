"""A bounded memory forgets what was used least recently."""

from __future__ import annotations

from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed


def test_the_least_used_goes_first() -> None:
    held = RecentlyUsed[str, int](2)
    held.put("a", 1)
    held.put("b", 2)
    assert held.get("a") == 1
    held.put("c", 3)
    assert [held.get(key) for key in "abc"] == [1, None, 3]


def test_weights_count_and_what_is_put_again_counts_once() -> None:
    held = RecentlyUsed[str, str](10, len)
    for _ in range(5):
        held.put("a", "12345")
    held.put("b", "12345")
    assert len(held) == 2
    held.put("c", "1")
    assert (held.get("a"), held.get("b"), held.get("c")) == (None, "12345", "1")
    held.put("d", "more than fits")
    assert len(held) == 0


def test_what_belongs_to_something_gone_is_dropped() -> None:
    held = RecentlyUsed[tuple[int, str], int](10)
    for key in ((1, "a"), (2, "a"), (1, "b")):
        held.put(key, 0)
    held.drop_all(lambda key: key[0] == 1)
    held.drop((3, "c"))
    assert held.items() == [((2, "a"), 0)]
