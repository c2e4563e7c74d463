"""An answer on its way to the caller: originals are put back, new sensitive data is taken out.

Every wire asks for a channel for each text of its answer, by its path. What the model wrote and
what was sent are remembered; the record gets what was sent, with placeholders and without. What an
answer policy took out stands in neither.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sluice.engine import Action, Mapping, Policy, PolicyBlocked, Restored
from sluice.engine.answer_treating import Analyze
from sluice.engine.answers import Answered, AnswerStream, answer_text
from sluice.engine.transform import hydrate
from sluice.server.features.proxy.cleansing.cleansed_texts import Counts
from sluice.server.features.proxy.wires.labels import Numbers
from sluice.server.features.proxy.wires.reading import DEEPEST, shown, with_different_keys
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Channel

Result = TypeVar("Result")
Holder = TypeVar("Holder", list[Any], dict[str, Any])


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """What is done with sensitive data that a model brings up by itself."""

    policy: Policy
    analyze: Analyze = field(repr=False)


@dataclass(slots=True)
class Told:
    """One text of an answer, as far as it came."""

    path: str
    items: Callable[[], Sequence[Restored]] = field(default=tuple, repr=False)
    """Where originals stand in what went to the caller."""
    _raw: list[str] = field(default_factory=list, repr=False)
    _sent: list[str] = field(default_factory=list, repr=False)

    @property
    def raw(self) -> str:
        """What the model wrote: it holds placeholders, and what was taken out of it."""
        return "".join(self._raw)

    @property
    def cleansed(self) -> str:
        """What went to the caller, with the placeholders in place of the originals."""
        sent = self.sent
        pieces, at = [], 0
        for item in self.items():
            if item.end <= len(sent):
                pieces += [sent[at : item.start], item.placeholder]
                at = item.end
        return "".join([*pieces, sent[at:]])

    @property
    def sent(self) -> str:
        """What went to the caller."""
        return "".join(self._sent)

    def add(self, raw: str, sent: str) -> str:
        """A piece came, a piece went; returns the latter."""
        if raw:
            self._raw.append(raw)
        if sent:
            self._sent.append(sent)
        return sent


class AnswerRestorer:
    """Restores the texts of one answer; a `Restorer` of `wires/wire.py`."""

    def __init__(self, mapping: Mapping, policy: AnswerPolicy) -> None:
        self._mapping = mapping
        self._policy = policy
        self._streams: list[AnswerStream] = []
        self._whole: Counts = Counter()
        self.restored = 0
        """Originals that were put back in whole texts and finished channels."""
        self.told: list[Told] = []
        """Every text, in the order in which they began."""

    @property
    def counts(self) -> Counts:
        """How often new sensitive data was treated, by entity type and action."""
        return sum((Counter(stream.counts) for stream in self._streams), self._whole)

    def channel(self, path: str, *, json_string: bool = False) -> Channel:
        """A new text that comes in pieces; with `json_string` it is JSON, as a tool's arguments."""
        told = Told(path)
        self.told.append(told)
        strings = True if json_string else None
        stream = AnswerStream(
            self._mapping, self._policy.analyze, self._policy.policy, json_strings=strings
        )
        self._streams.append(stream)
        return RestoringChannel(told, stream, self)

    def text(self, text: str, path: str, *, json_string: bool = False) -> str:
        """A whole text at once. Raises `AnswerBlocked`."""
        told = Told(path)
        self.told.append(told)
        strings = True if json_string else None
        told.add(text, "")
        answered = self._counting(lambda: self._answered(text, strings))
        self._count(answered)
        told.items = lambda: answered.items
        return told.add("", answered.text)

    def values(self, value: object, path: str) -> object:
        """Any JSON value with each string in it restored, keys too. Raises `AnswerBlocked`.

        It is read as a whole, since keys say what their values are: a number in which something
        is found becomes a string. What is nested too deep to be looked at is not sent on.
        """
        return self._value(_pruned(value, DEEPEST), path)

    def _answered(self, text: str, strings: bool | None) -> Answered:
        policy = self._policy
        return answer_text(text, self._mapping, policy.analyze, policy.policy, json_strings=strings)

    def _hydrated(self, text: str, strings: bool | None) -> Answered:
        hydrated = hydrate(text, self._mapping, json_strings=strings)
        return Answered(hydrated.text, hydrated.items, Counter())

    def _counting(self, work: Callable[[], Result]) -> Result:
        """`blocking`, with what a policy blocks counted; streams count for themselves."""
        try:
            return blocking(work)
        except AnswerBlocked as error:
            self._whole.update({(kind, Action.BLOCK): n for kind, n in error.counts.items()})
            raise

    def _count(self, answered: Answered) -> None:
        self.restored += len(answered.items)
        self._whole.update(answered.counts)

    def _value(self, value: object, path: str) -> object:
        if isinstance(value, str):
            return self.text(value, path) if value else value
        if isinstance(value, dict):
            return self._holder(value, path)
        if isinstance(value, list):
            return self._holder(value, path)
        return self._number(value, path)

    def _holder(self, value: Holder, path: str) -> Holder:
        document = json.dumps(value, ensure_ascii=False)
        if not _speaks(value, Numbers()):
            answered = self._hydrated(document, True)
            return value if answered.text == document else _parsed(answered.text) or value
        told = Told(path)
        self.told.append(told)
        told.add(document, "")
        answered = self._counting(lambda: self._answered(document, True))
        restored: Holder = _parsed(answered.text)
        if not _is_shaped_like(restored, value):
            # Something that was found reaches over the edges of its value.
            self.told.remove(told)
            return self._apart(value, path)
        self._count(answered)
        told.items = lambda: answered.items
        told.add("", answered.text)
        return restored

    def _apart(self, value: Holder, path: str) -> Holder:
        if isinstance(value, list):
            return [self._value(item, f"{path}[{index}]") for index, item in enumerate(value)]
        restored: dict[str, Any] = {}
        for key, item in value.items():
            alone = {key: item}
            one = self._holder(alone, path) if len(value) > 1 else self._member(key, item, path)
            for name, inner in one.items():
                # Two ways to write the same must not become one.
                restored[_other(name, restored)] = inner
        return restored

    def _member(self, key: str, value: object, path: str) -> dict[str, object]:
        return {self.text(key, f"{path}.?"): self._value(value, f"{path}.{shown(key)}")}

    def _number(self, value: object, path: str) -> object:
        if not isinstance(value, int | float) or not Numbers().is_scanned(value, ""):
            return value
        digits = str(int(value))
        said = self.text(digits, path)
        return value if said == digits else said


class RestoringChannel:
    """One text that comes in pieces; a `Channel` of `wires/wire.py`."""

    def __init__(self, told: Told, stream: AnswerStream, restorer: AnswerRestorer) -> None:
        self._told = told
        self._stream = stream
        told.items = lambda: stream.items
        self._restorer = restorer

    @property
    def held(self) -> int:
        """How many code points are held back now."""
        return self._stream.held

    def feed(self, text: str) -> str:
        """The next piece; returns what may be sent on. Raises `AnswerBlocked`."""
        self._told.add(text, "")
        return self._told.add("", blocking(lambda: self._stream.feed(text)))

    def finish(self) -> str:
        """The text has ended; returns the rest. Raises `AnswerBlocked`."""
        rest = self._told.add("", blocking(self._stream.finish))
        self._restorer.restored += len(self._stream.items)
        return rest


def _pruned(value: object, levels: int) -> object:
    """The value with null for what is nested deeper than so many levels."""
    if not isinstance(value, list | dict):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [_pruned(item, levels - 1) for item in value]
    return {key: _pruned(item, levels - 1) for key, item in value.items()}


def _speaks(value: object, numbers: Numbers, label: str = "") -> bool:
    """Whether there is more in it than plain names and counts: whether it has to be scanned."""
    if isinstance(value, str):
        return bool(value)
    if isinstance(value, int | float):
        return numbers.is_scanned(value, label)
    if isinstance(value, list):
        return any(_speaks(item, numbers, label) for item in value)
    if isinstance(value, dict):
        return any(shown(key) != key or _speaks(item, numbers, key) for key, item in value.items())
    return False


def _is_shaped_like(value: object, other: object) -> bool:
    """Whether both hold as many values at the same places."""
    if isinstance(value, dict) and isinstance(other, dict):
        pairs = zip(value.values(), other.values(), strict=False)
    elif isinstance(value, list) and isinstance(other, list):
        pairs = zip(value, other, strict=False)
    else:
        return isinstance(value, dict | list) == isinstance(other, dict | list)
    return len(value) == len(other) and all(_is_shaped_like(one, two) for one, two in pairs)


def _other(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += " "
    return name


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value, or None for what is none by now or would lose a value of it."""
    try:
        return json.loads(text, object_pairs_hook=with_different_keys)
    except (ValueError, RecursionError):
        return None


def blocking(work: Callable[[], Result]) -> Result:
    """The result of work on an answer; a policy that blocks it raises `AnswerBlocked`."""
    try:
        return work()
    except PolicyBlocked as error:
        counts = error.counts
    raise AnswerBlocked(counts)
