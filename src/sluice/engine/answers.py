"""Answers of a model: the caller's originals are put back, new sensitive data is taken out.

Both at once, in a text that comes in pieces, with the same outcome for every split of it, and so
that no part of a value is sent on before the value is recognised. New data is treated first, then
the originals are restored (`StreamHydrator`), so a restored original is never looked at.

The text is walked word by word. A word that is a part of no value (`Grade.QUIET`) is sent on as
soon as the next one begins. Any other one opens a region that is held back until quiet words, the
end of a line or of the text close it. Then the region is analysed, with some of the text before it;
a finding that reaches over the place up to which it would be sent pulls that place back. All of
this is decided by the text alone, never by its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from sluice.engine.answer_holding import Endless, endless, goes_on, is_base64_line, key_begins
from sluice.engine.answer_terms import Terms
from sluice.engine.answer_tokens import (
    NEEDED,
    TERMINATOR,
    Grade,
    begins_anew,
    ends_sentence,
    ends_value,
    grade_of,
    may_say_at,
    says_at,
)
from sluice.engine.answer_treating import (
    LONG_VALUE,
    Analyze,
    Counts,
    counted,
    new_values,
    treated,
)
from sluice.engine.mapping import Mapping
from sluice.engine.placeholders import refuse_surrogates
from sluice.engine.stream import Restored, StreamHydrator
from sluice.engine.transform import hydrate
from sluice.engine.types import Action, Finding, Policy, RawText

BOUND: Final = 4096
"""The most code points that are held back; what goes on longer is treated as a whole."""
CONTEXT: Final = 240
"""So many code points before a region are analysed with it, since they say what it is."""

_RESERVE: Final = 1024
"""Of a region that reached the bound, so much of its end is kept."""
_NAMES: Final = ("PERSON", "LOCATION", "ORGANIZATION", "NRP")
_LEAST_SEEN: Final = 32
"""So many code points behind a line or sentence tell that it does not go on there."""
_PHRASE: Final = 72
"""About so many code points are analysed at a time in running text."""
_LEAST_MORE: Final = 16
"""After an analysis that set nothing free so many code points must come before the next one."""
_LONGEST_BLANK: Final = 200
_BLANK: Final = re.compile(rf"\s{{0,{_LONGEST_BLANK}}}")
_SPACE: Final = re.compile(r"\s")
_CLOSED_LINE: Final = frozenset(".;(){}[]|!?>*`\"'”’»。！？")
"""A line that ends so does not go on in the next one."""
_BEFORE: Final = 24


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer for its caller; offsets in `items` count code points of `text`."""

    text: RawText = field(repr=False)
    items: tuple[Restored, ...]
    counts: Counts
    """How many findings were treated, by entity type and by the policy's action."""


def answer_text(
    text: str,
    mapping: Mapping,
    analyze: Analyze,
    policy: Policy,
    *,
    json_strings: bool | None = None,
) -> Answered:
    """Treat and restore a whole answer, with one analysis of it.

    Args:
        text: as the model gave it, with placeholders in it.
        mapping: the conversation; what is treated gets redacted placeholders of it.
        analyze: finds sensitive data, as `Detector.analyze` does.
        policy: what is done with findings. Masked, redacted and replaced ones become redacted
            placeholders, since a value of an answer must come back to nobody.
        json_strings: as for `hydrate`.

    Raises `UnsupportedText`, `PolicyBlocked`, and what `analyze` raises.
    """
    refuse_surrogates(text)
    found = new_values(text, analyze, mapping, policy)
    cleansed = treated(text, found, mapping, policy, json=json_strings is not False)
    done = hydrate(cleansed, mapping, json_strings=json_strings)
    return Answered(done.text, done.items, counted(found, policy))


class AnswerStream:
    """Treats and restores one text of an answer while it arrives in pieces.

    The arguments are those of `answer_text`. The mapping may gain redacted entries meanwhile, also
    by other streams. Every split of a text gives the same output, but for what had been given
    before an exception. After an exception the stream is of no use: nothing more comes out of it.
    Time is linear in the text, also for pieces of one code point; what is held is bounded.

    Not safe for threads.
    """

    def __init__(
        self,
        mapping: Mapping,
        analyze: Analyze,
        policy: Policy,
        *,
        json_strings: bool | None = None,
    ) -> None:
        self._mapping = mapping
        self._analyze = analyze
        self._policy = policy
        self._json = json_strings is not False
        self._names = any(policy.rule_for(kind).action is not Action.ALLOW for kind in _NAMES)
        self._terms = Terms(policy)
        self._hydrator = StreamHydrator(mapping, json_strings=json_strings)
        self._counts = Counts()
        self._output: list[str] = []
        self._usable = True
        self._fed = 0
        self._dropped = 0
        # Places in `_text`; what is before `_start` is decided.
        self._text = ""
        self._sent = 0
        self._start = 0
        self._floor = 0
        self._walked = 0
        self._word = -1
        self._searched = 0
        # The region from `_start` to `_walked`.
        self._grade = Grade.QUIET
        self._behind = Grade.QUIET
        self._points = 0
        self._mark = -1
        self._again = 0
        self._capital = False
        self._first = True
        self._endless: Endless | None = None

    @property
    def held(self) -> int:
        """How many code points of the answer are held back now."""
        return len(self._text) - self._sent + self._hydrator.held

    @property
    def items(self) -> tuple[Restored, ...]:
        """What was restored so far, with offsets in the whole output."""
        return self._hydrator.items

    @property
    def counts(self) -> Counts:
        """How many findings were treated so far, by entity type and by the policy's action."""
        return Counts(self._counts)

    def feed(self, text: str) -> str:
        """Take the next piece; returns what may be sent on now.

        Raises `UnsupportedText` for a lone surrogate, `PolicyBlocked` where the policy says so,
        what `analyze` raises, and `RuntimeError` after `finish` or an exception.
        """
        self._begin()
        refuse_surrogates(text, self._fed)
        self._fed += len(text)
        self._text += text
        while self._step():
            pass
        self._hurry()
        self._forget()
        return self._taken()

    def finish(self) -> str:
        """The text has ended; returns the rest. Raises as `feed` does."""
        self._begin()
        if self._endless is not None:
            self._sent = self._start = len(self._text)
        self._rate(len(self._text))
        self._set_free(len(self._text), self._grade)
        self._output.append(self._hydrator.finish())
        return "".join(self._output)

    def _begin(self) -> None:
        """From here on the stream is usable again only if nothing is raised."""
        if not self._usable:
            raise RuntimeError("This stream has ended or failed; use a new AnswerStream.")
        self._usable = False
        self._output = []

    def _taken(self) -> str:
        self._usable = True
        return "".join(self._output)

    def _forget(self) -> None:
        """Drop the text that no analysis will look at any more."""
        decided = min(self._start, self._sent) - CONTEXT - _BEFORE
        if decided < BOUND // 4:
            return
        self._text = self._text[decided:]
        self._dropped += decided
        for name in ("_sent", "_start", "_walked", "_searched", "_again"):
            setattr(self, name, max(0, getattr(self, name) - decided))
        self._floor = max(0, self._floor - decided)
        self._word = self._word - decided if self._word >= 0 else -1
        self._mark = self._mark - decided if self._mark >= 0 else -1
        if self._endless is not None:
            self._endless = self._endless._replace(start=0, end=0)

    # Walking: each step depends on the text up to a place that the text determines.

    def _step(self) -> bool:
        """Walk over the next white space or word; False where more text must come first."""
        if self._endless is not None:
            return self._go_on(self._endless)
        if self._word < 0:
            return self._walk_blank()
        return self._walk_word()

    def _walk_blank(self) -> bool:
        text = self._text
        blank = _BLANK.match(text, self._walked)
        end = blank.end() if blank else self._walked
        long = end - self._walked == _LONGEST_BLANK
        if end == len(text) and not long:
            return False
        newline = text.rfind("\n", self._walked, end) + 1
        if long:
            if self._set_free(end, self._grade):
                self._clear()
            self._walked = end
            return True
        if newline:
            self._end_line(self._walked, newline, text.count("\n", self._walked, end))
            self._walked = newline
        self._word = self._searched = end
        return True

    def _walk_word(self) -> bool:
        text, limit = self._text, self._start + BOUND
        found = TERMINATOR.search(text, max(self._word, self._searched - 1), limit + 1)
        if found is None and len(text) <= limit:
            self._searched = len(text)
            return False
        end = limit + 1 if found is None else found.end()
        if found is not None and found[0].isspace():
            end = found.start()
        if end > limit:
            self._at_bound(limit)
        else:
            self._add_word(end)
        return True

    def _add_word(self, end: int) -> None:
        """A word is complete: what its grade does to the region."""
        word = self._text[self._word : end]
        grade = self._grade_of(word)
        before = self._walked
        self._walked, self._word = end, -1
        if self._grade <= Grade.BLANK:
            self._open(word, grade, before)
        elif self._is_issued(word) and self._is_worth_it() and not self._is_open(end):
            self._close_behind(end)
        elif grade is Grade.QUIET:
            self._points += 1 + ends_sentence(word)
            if self._points >= NEEDED[self._grade] and self._is_worth_it():
                self._close_before(before, word)
        elif grade is not Grade.BLANK:
            self._raise_to(grade)
        self._first = begins_anew(word) or ends_value(word)
        if ends_sentence(word) or ends_value(word):
            self._mark_line(end)

    def _grade_of(self, word: str) -> Grade:
        grade = grade_of(word, first=self._first, names=self._names)
        if grade > Grade.BLANK and self._is_issued(word):
            return Grade.QUIET
        return self._terms.raised(word, grade)

    def _is_issued(self, word: str) -> bool:
        """Whether a word is an issued placeholder, in its exact form."""
        return self._mapping.find(word.strip("*`\"'()[]<>.,;:!?")) is not None

    def _rate(self, end: int) -> None:
        """Take the last word of the text, which no white space ended, into the region."""
        at = self._word if self._word >= 0 else self._walked
        word = self._text[at:end].strip()
        if word:
            self._grade = max(self._grade, self._grade_of(word))
            if says_at(word):
                self._grade = max(self._grade, Grade.SUSPECT)

    def _open(self, word: str, grade: Grade, before: int) -> None:
        """Nothing but quiet words was held: they go, unless this word may belong to them."""
        joins = self._start < before and (
            says_at(word) or (self._capital and grade > Grade.BLANK and not word[0].islower())
        )
        if not joins:
            self._send(before)
            self._start = before
        elif grade < Grade.SOFT:
            grade = Grade.SOFT
        self._grade = self._behind = max(Grade.QUIET, grade)
        self._points, self._mark = 0, -1
        self._capital = grade is Grade.QUIET and word.strip("*_\"'“„«(")[:1].isupper()

    def _raise_to(self, grade: Grade) -> None:
        self._grade = max(self._grade, grade)
        self._behind = max(self._behind, grade)
        self._points = 0

    def _is_worth_it(self) -> bool:
        """Whether so much is held that an analysis is due: at first at once, later more at a time.

        A reader who waits for the first words gets them; later ones come in phrases.
        """
        decided = self._dropped + self._start
        least = min(_PHRASE, decided // 4)
        return self._grade is Grade.LEAD or self._walked - self._start >= least

    def _close_before(self, before: int, word: str) -> None:
        """Quiet words closed the region: it goes, but for the last of them."""
        if self._set_free(before, self._grade, seen=self._walked):
            self._open(word, Grade.QUIET, before)

    def _close_behind(self, end: int) -> None:
        """No value reaches over an issued placeholder, so the region goes with it.

        What a label announced may still come behind it.
        """
        grade = self._grade
        if self._set_free(end, grade) and grade is not Grade.LABEL:
            self._clear()

    def _end_line(self, end: int, behind: int, count: int) -> None:
        """A line ends at `end`; the last line feed there ends at `behind`."""
        self._first = True
        last = self._text[end - 1] if end > self._start else ""
        if self._grade <= Grade.LEAD:
            self._set_free(behind, self._grade)
            self._clear()
        elif self._is_open(end):
            self._mark = -1
        elif last not in ("", ":", "=") and (
            count > 1 or (last in _CLOSED_LINE and self._grade is not Grade.LABEL)
        ):
            if self._set_free(behind, self._grade):
                self._clear()
        else:
            self._mark_line(behind)

    def _is_open(self, end: int) -> bool:
        """Whether a private key or lines of base64 have begun and may go on behind this line."""
        if key_begins(self._text, self._start, end) is not None:
            return True
        line = max(self._text.rfind("\n", self._start, end) + 1, self._start)
        return is_base64_line(self._text, line, end)

    def _mark_line(self, end: int) -> None:
        """A line or sentence ends here that may go on: the next one will tell.

        What is before the mark goes when enough of the text behind it was seen.
        """
        if self._grade <= Grade.LEAD or self._is_open(end):
            return
        if self._mark <= self._start:
            self._mark, self._behind = end, Grade.QUIET
        elif end - self._mark >= _LEAST_SEEN:
            if self._set_free(self._mark, self._grade, seen=end):
                self._grade = max(self._behind, Grade.SOFT)
            self._mark, self._behind = end, Grade.QUIET

    def _clear(self) -> None:
        self._grade = self._behind = Grade.QUIET
        self._points, self._mark, self._capital = 0, -1, False

    # Deciding: what of the region goes.

    def _set_free(self, cut: int, grade: Grade, *, seen: int | None = None) -> bool:
        """Send what is before `cut`, analysed with what is seen; False if a finding held it back.

        Of what a finding held back nothing goes from its beginning on.
        """
        if grade <= Grade.LEAD:
            self._send(cut)
            self._start = max(self._start, cut)
            return True
        end = cut if seen is None else seen
        if seen is not None and end < self._again:
            return False
        found = self._found(end)
        held = next((item.start for item in found if item.start < cut < item.end), cut)
        self._send(held, [item for item in found if item.end <= held])
        self._start = held
        self._again = 0 if held == cut else end + max(_LEAST_MORE, (end - held) // 4)
        return held == cut

    def _found(self, end: int) -> list[Finding]:
        """What is to be treated between the region's start and `end`."""
        low = max(self._floor, self._start - CONTEXT)
        if self._floor < low:
            space = _SPACE.search(self._text, low, self._start)
            low = space.end() if space else self._start
        found = new_values(
            self._text[low:end], self._analyze, self._mapping, self._policy, self._start - low
        )
        return [replace(item, start=item.start + low, end=item.end + low) for item in found]

    def _send(self, end: int, found: Iterable[Finding] = ()) -> None:
        """Give the text up to `end` to the hydrator, with placeholders for what was found."""
        if end <= self._sent:
            return
        start = self._sent
        text = self._text[start:end]
        if self._grade > Grade.LEAD:
            here = [replace(item, start=item.start - start, end=item.end - start) for item in found]
            self._counts.update(counted(here, self._policy))
            before = self._text[max(0, start - _BEFORE) : start]
            text = treated(text, here, self._mapping, self._policy, before=before, json=self._json)
        self._output.append(self._hydrator.feed(text))
        self._sent = end

    def _hurry(self) -> None:
        """Send a quiet word when the next one begins like none that it could belong to."""
        begun = 0 <= self._word < len(self._text)
        if self._grade is Grade.QUIET and begun and not may_say_at(self._text[self._word]):
            self._send(self._walked)

    # The bound: what cannot be waited for.

    def _at_bound(self, end: int) -> None:
        """So much is held that something must go: all but the last part of it."""
        self._grade = max(self._grade, Grade.SUSPECT)
        found = self._found(end)
        value = endless(self._text, self._start, end - _RESERVE, end)
        cut = end - _RESERVE if value is None else value.start
        if cut <= self._start and value is not None and value.end < end:
            cut = value.end
        across = next((item for item in found if item.start < cut < item.end), None)
        if across is not None:
            cut = across.start if across.start > self._start else across.end
        if self._start < cut < end:
            self._send(cut, [item for item in found if item.end <= cut])
            self._move_to(cut)
            self._behind, self._points, self._mark = self._grade, 0, -1
        else:
            self._swallow(end, value, found)

    def _swallow(self, end: int, value: Endless | None, found: list[Finding]) -> None:
        """One value fills all that may be held: it is treated as a whole, however it goes on."""
        value = value or endless(self._text, self._start, end - 1, end)
        first = next((item.entity_type for item in found if item.start <= self._start), None)
        kind = first or (value.entity_type if value is not None else LONG_VALUE)
        whole = Finding(self._start, end, kind)
        allowed = self._policy.action_for(whole) is Action.ALLOW
        self._send(end, [] if allowed else [whole])
        self._move_to(end)
        self._clear()
        if value is not None and not allowed:
            self._endless = value

    def _move_to(self, place: int) -> None:
        self._start = place
        if place >= self._word:
            self._walked, self._word = place, -1

    def _go_on(self, value: Endless) -> bool:
        """Drop what belongs to a value for which a placeholder was sent."""
        end, over = goes_on(value, self._text, self._start)
        self._sent = self._start = self._walked = self._floor = end
        self._word, self._searched = -1, end
        if over:
            self._endless = None
        return over
