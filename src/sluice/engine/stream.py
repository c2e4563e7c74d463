"""Put originals back while a text arrives in pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sluice.engine.json_text import JsonText, escape
from sluice.engine.mapping import Entry, Mapping
from sluice.engine.matching import Match
from sluice.engine.placeholders import LOOK_BEHIND, refuse_surrogates
from sluice.engine.types import RawText

_KEPT: Final = 512
"""How much of what is decided stays in memory before it is cut off, in code points."""


@dataclass(frozen=True, slots=True)
class Restored:
    """An original that was put back; the offsets count code points of the hydrated text."""

    start: int
    end: int
    placeholder: str
    """In its exact form, also where the model altered it."""
    entity_type: str
    text: RawText = field(repr=False)
    """What stands in the hydrated text: the original, escaped where JSON asks for it."""


class StreamHydrator:
    """Hydrates a stream: every split of a text gives what `hydrate` gives for the whole.

    Text is held back only while it may still become an issued placeholder or stand-in, or while
    the edge behind one is undecided. That is at most twice the longest issued one with its
    separators, and nothing for a text that begins like none of them.

    The mapping must not gain entries between the first `feed` and `finish`, but for redacted ones,
    which restore nothing: `AnswerStream` issues them for text that it feeds afterwards. Time is
    linear in the text, also for pieces of one code point. `json_strings` is as for `hydrate`.
    """

    def __init__(self, mapping: Mapping, *, json_strings: bool | None = None) -> None:
        self._mapping = mapping
        self._matcher = mapping.matcher
        self._context = JsonContext(json_strings)
        self._window = ""
        self._decided = 0
        self._fed = 0
        self._length = 0
        self._items: list[Restored] = []
        self._finished = False

    @property
    def items(self) -> tuple[Restored, ...]:
        """What was restored so far, with offsets in the whole output."""
        return tuple(self._items)

    @property
    def held(self) -> int:
        """How many code points of the input are held back now."""
        return len(self._window) - self._decided

    def feed(self, chunk: str) -> str:
        """Take the next piece; returns the hydrated text that can be sent on now.

        Raises `UnsupportedText` for a lone surrogate, `RuntimeError` after `finish`.
        """
        self._refuse_when_finished()
        refuse_surrogates(chunk, self._fed)
        self._fed += len(chunk)
        if self._decided > _KEPT:
            self._window = self._window[self._decided - LOOK_BEHIND :]
            self._decided = LOOK_BEHIND
        held = self.held
        self._window += chunk
        if not held and self._matcher.is_quiet(chunk):
            return self._copy(len(self._window))
        return self._advance(self._matcher.undecided(self._window, self._decided))

    def finish(self) -> str:
        """The text has ended; returns the rest. Raises `RuntimeError` when called twice."""
        self._refuse_when_finished()
        self._finished = True
        return self._advance(len(self._window))

    def _refuse_when_finished(self) -> None:
        if self._finished:
            raise RuntimeError("This stream is finished; use a new StreamHydrator for a new one.")

    def _advance(self, limit: int) -> str:
        """Hydrate the window up to `limit`, or up to a match that reaches over it."""
        if limit == self._decided:
            return ""
        output: list[str] = []
        for match in self._matcher.matches(self._window, self._decided):
            if match.end > limit:
                limit = min(limit, match.start)
                break
            output.append(self._copy(match.start))
            output.append(self._restore(match))
        output.append(self._copy(limit))
        return "".join(output)

    def _copy(self, end: int) -> str:
        text = self._window[self._decided : end]
        self._context.feed(text)
        self._decided = end
        self._length += len(text)
        return text

    def _restore(self, match: Match[Entry]) -> str:
        entry = match.value
        if entry.original is None:
            text = self._window[match.start : match.end]
        else:
            times = self._context.depth - self._mapping.escaped(entry)
            text = escape(entry.original, max(0, times))
            end = self._length + len(text)
            self._items.append(
                Restored(self._length, end, entry.placeholder, entry.entity_type, RawText(text))
            )
        self._context.feed_placeholder()
        self._decided = match.end
        self._length += len(text)
        return text


class JsonContext:
    """How many times an original must be escaped where the text has got to."""

    def __init__(self, json_strings: bool | None) -> None:
        self._least = 1 if json_strings else 0
        self._followed: list[JsonText] = []
        if json_strings is not False:
            self._followed.append(JsonText())
        if json_strings:
            self._followed.append(JsonText(in_string=True))

    @property
    def depth(self) -> int:
        """How many JSON strings deep the text stands."""
        return max((followed.depth for followed in self._followed), default=0) or self._least

    def feed(self, text: str) -> None:
        """Go on by a piece of text."""
        for followed in self._followed:
            followed.feed(text)

    def feed_placeholder(self) -> None:
        """Go on by a placeholder."""
        for followed in self._followed:
            followed.feed_placeholder()
