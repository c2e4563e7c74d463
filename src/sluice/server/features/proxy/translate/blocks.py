"""The blocks of an answer (words, thinking, tool calls), cut out of its deltas (pure).

A provider's deltas say what comes next; wires also want to know where a block begins and ends.
Renderers follow the steps one by one; a whole answer is made of the blocks after the last step.
"""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from sluice.server.features.proxy.translate.fields import parsed
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderProtocolError,
    Thinking,
    ToolCallDelta,
    Usage,
)

Kind = Literal["text", "thinking", "tool"]
PROVIDER: Final = "provider"
"""Stands for the provider's key in errors: a translation does not know which one it serves."""


@dataclass(slots=True)
class Block:
    """One block; `text` is words, thinking, or the arguments of a tool call."""

    kind: Kind
    pieces: list[str] = field(default_factory=list, repr=False)
    number: int = 0
    """Counts the blocks of this kind from 0."""
    call_id: str = ""
    name: str = ""
    signature: str = field(default="", repr=False)
    redacted: str = field(default="", repr=False)
    custom: bool = False
    """Whether a tool call is one of a custom tool of OpenAI's."""

    @property
    def text(self) -> str:
        """All pieces joined."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a block."""

    what: Literal["open", "piece", "close"]
    block: Block
    piece: str = field(default="", repr=False)


class Blocks:
    """Collects an answer. `interleaved` says whether a tool call may go on after another block
    began; a wire whose blocks come one after another cannot tell that. `custom` names OpenAI's
    custom tools.
    """

    def __init__(self, *, interleaved: bool, custom: Container[str] = ()) -> None:
        self.all: list[Block] = []
        self.model: str | None = None
        self.usage: Usage | None = None
        self._finish: FinishReason | None = None
        self._interleaved = interleaved
        self._custom = custom
        self._current: Block | None = None
        self._calls: dict[int, Block] = {}

    def feed(self, delta: Delta) -> list[Step]:
        """The steps of a delta, thinking before words before a tool call.

        Raises `ProviderProtocolError` for an answer that ended for an unknown reason: it must not
        pass for a whole one.
        """
        self.model = self.model or delta.model
        self.usage = delta.usage or self.usage
        self._finish = delta.finish_reason or self._finish
        if self._finish == "error":
            raise broken("ended its answer for an unknown reason")
        steps: list[Step] = []
        if delta.thinking is not None:
            steps += self._think(delta.thinking)
        if delta.text:
            steps += self._write(delta.text)
        if delta.tool_call is not None:
            steps += self._call(delta.tool_call)
        return steps

    def end(self) -> list[Step]:
        """Closes the last block. Raises `ProviderProtocolError` where no delta was the last."""
        if self._finish is None:
            raise broken("ended its answer without a reason")
        steps = self._close()
        for call in self.of("tool"):
            steps += self._fill(call)
        return steps

    @property
    def finish(self) -> FinishReason:
        """Why it ended. Vendors differ in whether an answer with tool calls ends as `stop`, so the
        calls themselves decide.
        """
        finish = self._finish or "stop"
        if finish in ("stop", "tool_calls"):
            return "tool_calls" if self._calls else "stop"
        return finish

    def of(self, kind: Kind) -> list[Block]:
        """The blocks of one kind."""
        return [block for block in self.all if block.kind == kind]

    def text(self) -> str:
        """All words of the answer."""
        return "".join(block.text for block in self.of("text"))

    def _think(self, thinking: Thinking) -> list[Step]:
        if not (thinking.text or thinking.signature or thinking.redacted):
            return []
        current = self._current
        steps: list[Step] = []
        if current is None or current.kind != "thinking" or thinking.redacted:
            steps += self._open(Block("thinking"))
        block = self.all[-1]
        steps += self._add(block, thinking.text)
        block.signature, block.redacted = thinking.signature, thinking.redacted
        # A signature covers all that came before it: what follows is another block.
        return steps + (self._close() if block.signature or block.redacted else [])

    def _write(self, piece: str) -> list[Step]:
        steps: list[Step] = []
        if self._current is None or self._current.kind != "text":
            steps = self._open(Block("text"))
        return steps + self._add(self.all[-1], piece)

    def _call(self, call: ToolCallDelta) -> list[Step]:
        block = self._calls.get(call.index)
        steps: list[Step] = []
        if block is None:
            if not call.name:
                raise broken("sent a tool call without a name")
            call_id = call.id or f"call_{secrets.token_hex(12)}"
            is_custom = call.name in self._custom
            block = Block("tool", call_id=call_id, name=call.name, custom=is_custom)
            self._calls[call.index] = block
            steps = self._open(block)
        elif block is not self._current and not self._interleaved:
            raise broken("sent tool calls that are mixed with each other")
        return steps + self._add(block, call.arguments)

    def _add(self, block: Block, piece: str) -> list[Step]:
        if not piece:
            return []
        block.pieces.append(piece)
        return [Step("piece", block, piece)]

    def _open(self, block: Block) -> list[Step]:
        steps = self._close()
        block.number = len(self.of(block.kind))
        self.all.append(block)
        self._current = block
        return [*steps, Step("open", block)]

    def _close(self) -> list[Step]:
        current, self._current = self._current, None
        if current is None:
            return []
        # Pieces may still come where blocks are interleaved.
        filled = [] if self._interleaved else self._fill(current)
        return [*filled, Step("close", current)]

    def _fill(self, block: Block) -> list[Step]:
        """A call without arguments has an empty object: clients parse what they get."""
        return self._add(block, "{}") if block.kind == "tool" and not block.pieces else []


def gathered(deltas: Iterable[Delta], custom: Container[str] = ()) -> Blocks:
    """A whole answer. Raises `ProviderProtocolError`, as `Blocks` does."""
    blocks = Blocks(interleaved=True, custom=custom)
    for delta in deltas:
        blocks.feed(delta)
    blocks.end()
    return blocks


def whole_calls(blocks: Blocks) -> list[Block]:
    """The tool calls whose arguments are a JSON object.

    One that was cut off because the answer became too long is left out, as the reason of its end
    tells; any other without arguments that can be read raises `ProviderProtocolError`.
    """
    calls = blocks.of("tool")
    whole = [call for call in calls if isinstance(parsed(call.text), dict)]
    if len(whole) < len(calls) and blocks.finish != "length":
        raise broken("sent a tool call whose arguments are no JSON object")
    return whole


def broken(what: str) -> ProviderProtocolError:
    """The error for deltas that no wire can tell."""
    return ProviderProtocolError(PROVIDER, f"The provider {what}.", status=200)
