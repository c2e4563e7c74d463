"""The texts of a request teach each other: the law, without a server around it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Finding, Mapping, Policy
from sluice.server.features.proxy.cleansing import request_texts
from sluice.server.features.proxy.cleansing.cleansed_texts import CleansedOnce, TextKey, Uncleansed
from sluice.server.features.proxy.cleansing.mentioned import Mentions, sought
from sluice.server.features.proxy.cleansing.request_texts import RequestTexts

KEY, POLICY = bytes(32), Policy()
WORDS = ["Anna", "Berta", "Carla", "kaito", "Kaito", "x-12-77", "and", ",", "KAITO"]
KINDS = ["PERSON", "ORGANIZATION", "API_KEY", "EMAIL_ADDRESS"]

_text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
_span = st.tuples(st.integers(0, 5), st.integers(1, 3), st.sampled_from(KINDS))


class _Seen:
    """What a process remembers of one conversation."""

    def __init__(self, found: dict[str, list[Finding]]) -> None:
        self._found = found
        self._known: dict[TextKey, CleansedOnce] = {}
        self._mapping = Mapping(key=KEY)

    def send(self, texts: list[str]) -> list[str]:
        """What would be sent, with the originals between brackets in place of placeholders."""
        raw = {(1, text.encode()): text for text in texts}
        known = {key: self._known[key] for key in raw if key in self._known}
        request = RequestTexts(raw, known)
        request.fresh = {key: self._fresh(key, raw[key]) for key in raw if key not in known}
        probed = request_texts.probe(request, KEY, POLICY)
        taught, everything = request_texts.teach(request, probed)
        for key, linked in taught.items():
            if key in request.known:
                once = request.known.pop(key)
                request.fresh[key] = self._fresh(key, raw[key])
                request.fresh[key].alone = once.alone
            request.fresh[key].link(linked)
        done = request_texts.cleanse_all(request, probed, self._mapping, POLICY)
        for key, once in done.items():
            once.sought = everything if key in taught else probed[key].sought
        self._known |= done
        return [self._shown(self._known[key].text) for key in raw]

    def _fresh(self, key: TextKey, text: str) -> Uncleansed:
        return Uncleansed(key, text, list(self._found[text]), [])

    def _shown(self, sent: str) -> str:
        for entry in sorted(self._mapping.entries, key=lambda e: -len(e.placeholder)):
            sent = sent.replace(entry.placeholder, f"[{entry.original}]")
        return sent


def _findings(words: list[str], spans: list[tuple[int, int, str]]) -> list[Finding]:
    starts = [sum(len(word) + 1 for word in words[:n]) for n in range(len(words))]
    found: list[Finding] = []
    for at, count, kind in sorted(spans):
        last = min(at + count, len(words)) - 1
        if at > last or (found and starts[at] < found[-1].end):
            continue
        found.append(Finding(starts[at], starts[last] + len(words[last]), kind))
    return found


_told = st.lists(st.tuples(_text, st.lists(_span, max_size=2)), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(_told, st.data())
def test_a_request_is_written_the_same_whatever_was_sent_before(
    told: list[tuple[list[str], list[tuple[int, int, str]]]], data: st.DataObject
) -> None:
    """Its texts came in any order before, some of them and once; nothing known stays in clear."""
    found = {" ".join(words): _findings(words, spans) for words, spans in told}
    texts = list(found)
    warm, cold = _Seen(found), _Seen(found)
    for _ in range(data.draw(st.integers(0, 3))):
        warm.send(data.draw(st.lists(st.sampled_from(texts), min_size=1)))
    sent = warm.send(texts)
    assert sent == cold.send(texts)
    assert warm.send(texts) == sent
    originals = [(f.entity_type, text[f.start : f.end]) for text in texts for f in found[text]]
    mentions = Mentions(form for kind, name in originals for form in sought(kind, name))
    for text, shown in zip(texts, sent, strict=True):
        for mention in mentions.within(text):
            assert _is_hidden(text, shown, mention)


def _is_hidden(text: str, shown: str, mention: Finding) -> bool:
    """Whether every letter of a mention stands between brackets."""
    places: list[bool] = []
    inside = False
    for char in shown:
        if char in "[]":
            inside = char == "["
        else:
            places.append(inside)
    assert len(places) == len(text)
    return all(places[mention.start : mention.end])
