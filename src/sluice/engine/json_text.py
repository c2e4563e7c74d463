"""Know, from what was read so far, whether the next character stands inside a JSON string.

An original that is restored into a JSON string must be escaped, or a quotation mark in it ends the
string. Whether a text is JSON is decided from its beginning alone, so that a stream and the whole
agree:

- a text whose first character other than JSON white space is `{` or `[` is read as JSON, and so is
  what stands in a Markdown fence that says `json`;
- it stays JSON as long as its characters form JSON tokens (RFC 8259, section 2; nesting is
  counted, the grammar is not checked); several documents may follow each other (JSON Lines);
- from the first character that is no JSON on, it is prose until the next fence.

JSON inside a JSON string (a tool call's arguments, say) is read in the same way, so that an
original put there is escaped once for each level.
"""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import Final

DEEPEST: Final = 4
"""Strings inside strings are followed this deep; whatever is deeper is escaped this many times."""

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKENS = re.compile(r"[ \t\r\n,:]+")
_WORD = re.compile(r"[-+.0-9A-Za-z]+")
_WORD_LIMIT: Final = 400
_WHOLE_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD_SO_FAR = re.compile(
    r"t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?"
    r"|-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]*)?"
)
_WHOLE_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+"')
_PLAIN = re.compile(r'[^"\\\x00-\x1f]+')
_ESCAPE_SO_FAR = re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{0,4})?')
_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[ \t]*json[a-z0-9]*[ \t]*\r?", re.IGNORECASE)
_FENCE_LIMIT: Final = 60
_FRAGMENT = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+')
_SPECIAL = re.compile(r'["\\\x00-\x1f]')


def escape(text: str, times: int) -> str:
    """The text as it stands inside a JSON string; twice for a JSON string in one, and so on."""
    for _ in range(times):
        if not _SPECIAL.search(text):
            break
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return text


def is_fragment(text: str) -> bool:
    """Whether the text may stand inside a JSON string exactly as it is."""
    return _FRAGMENT.fullmatch(text) is not None


class _State(Enum):
    START = auto()
    VALUES = auto()
    STRING = auto()
    PROSE = auto()
    NESTED_PROSE = auto()


class JsonText:
    """Follows a text piece by piece; `depth` says how many JSON strings deep its end is."""

    def __init__(self, level: int = 0, *, in_string: bool = False) -> None:
        """Begin before a text; `in_string` begins inside a JSON string that never ends."""
        self._level = level
        self._state = _State.START
        self._brackets = 0
        self._word = ""
        self._escape = ""
        self._line: str | None = ""
        self._child: JsonText | None = None
        if in_string:
            self._enter_string()

    @property
    def depth(self) -> int:
        """0 outside of JSON strings, 1 in a JSON string, 2 in a string of JSON in one, …"""
        if self._state is not _State.STRING:
            return 0
        return 1 + (self._child.depth if self._child else 0)

    def feed(self, text: str) -> None:
        """Go on by a piece of text."""
        if self._state is _State.PROSE and self._line is None and "\n" not in text:
            return
        position = 0
        while position < len(text):
            match self._state:
                case _State.START:
                    position = self._start(text, position)
                case _State.VALUES:
                    position = self._values(text, position)
                case _State.STRING:
                    position = self._string(text, position)
                case _State.PROSE:
                    position = self._prose(text, position)
                case _State.NESTED_PROSE:
                    return

    def feed_placeholder(self) -> None:
        """Go on by a placeholder: a piece of a string where strings go, else a value."""
        match self._state:
            case _State.STRING if self._escape:
                self._give_up()
            case _State.STRING:
                if self._child:
                    self._child.feed_placeholder()
            case _State.START:
                self._give_up()
            case _State.VALUES if not self._brackets:
                self._give_up()
            case _State.PROSE:
                self._line = None

    def _give_up(self) -> None:
        """This is no JSON: prose from here on."""
        self._state = _State.NESTED_PROSE if self._level else _State.PROSE
        self._child = None
        self._word = self._escape = ""
        self._line = None

    def _start(self, text: str, position: int) -> int:
        found = _SPACE.match(text, position)
        end = found.end() if found else position
        self._add_to_line(text[position:end])
        if end == len(text):
            return end
        if text[end] in "{[":
            self._brackets = 0
            self._state = _State.VALUES
        else:
            line = self._line
            self._give_up()
            self._line = line
        return end

    def _add_to_line(self, piece: str) -> None:
        """Keep the beginning of the current line, as long as it may still open a fence."""
        _, newline, behind = piece.rpartition("\n")
        if newline:
            self._line = ""
        if self._line is not None:
            self._line += behind[: _FENCE_LIMIT + 1]
            if len(self._line) > _FENCE_LIMIT:
                self._line = None

    def _values(self, text: str, position: int) -> int:
        if word := _WORD.match(text, position):
            self._add_to_word(word[0])
            return word.end()
        if self._word and not _WHOLE_WORD.fullmatch(self._word):
            self._give_up()
            return position
        self._word = ""
        return self._structure(text, position)

    def _add_to_word(self, piece: str) -> None:
        self._word += piece
        alive = self._brackets and len(self._word) <= _WORD_LIMIT
        if not alive or not _WORD_SO_FAR.fullmatch(self._word):
            self._give_up()

    def _structure(self, text: str, position: int) -> int:
        character = text[position]
        if character in "{[":
            self._brackets += 1
        elif character in "}]" and self._brackets:
            self._brackets -= 1
        elif character == '"' and self._brackets:
            if whole := _WHOLE_STRING.match(text, position):
                return whole.end()
            self._enter_string()
        elif character in ",:" and not self._brackets:
            self._give_up()
            return position
        elif separators := _TOKENS.match(text, position):
            return self._separators(separators)
        else:
            self._give_up()
            return position
        return position + 1

    def _separators(self, found: re.Match[str]) -> int:
        """White space, and in brackets also commas and colons."""
        if self._brackets:
            return found.end()
        spaces = _SPACE.match(found.string, found.start())
        return spaces.end() if spaces else found.end()

    def _enter_string(self) -> None:
        self._state = _State.STRING
        self._escape = ""
        self._child = JsonText(self._level + 1) if self._level + 1 < DEEPEST else None

    def _string(self, text: str, position: int) -> int:
        if self._escape:
            return self._escaped(text, position)
        if plain := _PLAIN.match(text, position):
            if self._child:
                self._child.feed(plain[0])
            return plain.end()
        if text[position] == "\\":
            self._escape = "\\"
        elif text[position] == '"':
            self._child = None
            self._state = _State.VALUES
        else:
            self._give_up()
            return position
        return position + 1

    def _escaped(self, text: str, position: int) -> int:
        self._escape += text[position]
        if not _ESCAPE_SO_FAR.fullmatch(self._escape):
            self._give_up()
            return position
        if self._escape[1] != "u" or len(self._escape) == 6:
            if self._child:
                self._child.feed(json.loads(f'"{self._escape}"'))
            self._escape = ""
        return position + 1

    def _prose(self, text: str, position: int) -> int:
        """Read to the end of the line; behind one that opens a JSON fence there may be JSON."""
        newline = text.find("\n", position)
        if newline < 0:
            self._add_to_line(text[position : position + _FENCE_LIMIT + 1])
            return len(text)
        self._add_to_line(text[position : min(newline, position + _FENCE_LIMIT + 1)])
        if self._line is not None and _FENCE.fullmatch(self._line):
            self._state = _State.START
        self._line = ""
        return newline + 1
