"""An answer on its way to the caller: originals are put back, new sensitive data is taken out.

Every wire asks for a channel for each text of its answer, by its path. What the model wrote and
what was sent are remembered, for the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sluice.engine import Mapping, Policy, PolicyBlocked, StreamHydrator
from sluice.engine.answer_treating import Analyze
from sluice.engine.answers import AnswerStream, answer_text
from sluice.engine.transform import hydrate
from sluice.server.features.proxy.cleansed_texts import Counts
from sluice.server.features.proxy.wires.reading import DEEPEST
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Channel

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """What is done with sensitive data that a model brings up by itself."""

    policy: Policy
    analyze: Analyze = field(repr=False)


@dataclass(slots=True)
class Told:
    """One text of an answer, as far as it came."""

    path: str
    _raw: list[str] = field(default_factory=list, repr=False)
    _sent: list[str] = field(default_factory=list, repr=False)

    @property
    def raw(self) -> str:
        """What the model wrote: it holds placeholders."""
        return "".join(self._raw)

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
    """Restores the texts of one answer; a `Restorer` of `wires/wire.py`.

    Without a policy for answers, originals are put back and nothing is looked for.
    """

    def __init__(self, mapping: Mapping, policy: AnswerPolicy | None = None) -> None:
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
        if self._policy is None:
            return RestoringChannel(told, StreamHydrator(self._mapping, json_strings=strings), self)
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
        return told.add("", blocking(lambda: self._restored(text, strings)))

    def values(self, value: object, path: str) -> object:
        """Any JSON value with each string in it restored, keys too. Raises `AnswerBlocked`."""
        return self._value(value, path, DEEPEST)

    def _restored(self, text: str, strings: bool | None) -> str:
        if self._policy is None:
            hydrated = hydrate(text, self._mapping, json_strings=strings)
            self.restored += len(hydrated.items)
            return hydrated.text
        answered = answer_text(
            text, self._mapping, self._policy.analyze, self._policy.policy, json_strings=strings
        )
        self.restored += len(answered.items)
        self._whole.update(answered.counts)
        return answered.text

    def _value(self, value: object, path: str, levels: int) -> object:
        if isinstance(value, str):
            return self.text(value, path) if value else value
        if not levels:
            # What nobody looks at is not sent on.
            return None
        if isinstance(value, list):
            return [self._value(v, f"{path}[{i}]", levels - 1) for i, v in enumerate(value)]
        if isinstance(value, dict):
            return {self._key(k): self._value(v, path, levels - 1) for k, v in value.items()}
        return value

    def _key(self, key: str) -> str:
        return hydrate(key, self._mapping, json_strings=False).text


class RestoringChannel:
    """One text that comes in pieces; a `Channel` of `wires/wire.py`."""

    def __init__(
        self, told: Told, stream: StreamHydrator | AnswerStream, restorer: AnswerRestorer
    ) -> None:
        self._told = told
        self._stream = stream
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


def blocking(work: Callable[[], Result]) -> Result:
    """The result of work on an answer; a policy that blocks it raises `AnswerBlocked`."""
    try:
        return work()
    except PolicyBlocked as error:
        counts = error.counts
    raise AnswerBlocked(counts)
