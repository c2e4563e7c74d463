"""Generated templates, in the normal form in which they are read."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from sluice.server.features.templates.mustache import Node, Section, Variable, Words, is_name

NAMES = st.sampled_from(["x", "user", "a.b", "first name", "order-7", "é"])
TEXTS = st.text(st.sampled_from("ab \t\n\r{}<>%[]()«»|é😀"), min_size=1, max_size=12)


def _joined(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Texts that stand beside each other are one text."""
    joined: list[Node] = []
    for node in nodes:
        if isinstance(node, Words) and joined and isinstance(last := joined[-1], Words):
            joined[-1] = Words(last.text + node.text)
        else:
            joined.append(node)
    return tuple(joined)


def _sections(inner: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[tuple[Node, ...]]:
    section = st.builds(Section, NAMES.filter(is_name), st.booleans(), inner)
    return st.lists(st.builds(Words, TEXTS) | st.builds(Variable, NAMES) | section, max_size=4).map(
        _joined
    )


FLAT = st.lists(st.builds(Words, TEXTS) | st.builds(Variable, NAMES), max_size=6).map(_joined)
TEMPLATES = st.recursive(FLAT, _sections, max_leaves=6)
