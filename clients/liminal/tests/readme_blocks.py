"""Read the Python blocks of the README, and run them as they stand against a server."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from liminal import Client

README = Path(__file__).parents[1] / "README.md"


@dataclass(frozen=True)
class Block:
    """A fenced block of Python: where it begins, and its text."""

    line: int
    text: str

    @property
    def is_program(self) -> bool:
        return "asyncio.run(" in self.text


def blocks() -> list[Block]:
    page = README.read_text(encoding="utf-8")
    found = re.finditer(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [Block(page.count("\n", 0, one.start()) + 1, one[1]) for one in found]


def run_program(block: Block, replaced: Mapping[str, str]) -> None:
    """Run a whole program, with the page's placeholders replaced by what works here."""
    text = block.text
    for placeholder, value in replaced.items():
        text = text.replace(placeholder, value)
    exec(_compiled(block, text), {"__name__": "__main__"})


async def run_snippets(liminal: Client, model_instance_name: str) -> dict[str, object]:
    """Run every block that is no program, one after the other, in one namespace."""
    names: dict[str, object] = {"liminal": liminal}
    for block in blocks():
        if block.is_program:
            continue
        code = _compiled(block, block.text.replace('"My Model"', repr(model_instance_name)))
        result = eval(code, names)
        if inspect.isawaitable(result):
            await result
        _check_promises(block, names)
    return names


def _compiled(block: Block, text: str) -> types.CodeType:
    where = f"{README.name}:{block.line}"
    return compile(text, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _check_promises(block: Block, names: Mapping[str, object]) -> None:
    """Hold `# >>> Thread(...)` after `thread = …` against what the name really stands for."""
    promise = r"^(\w+) = (?:(?!^\w+ = ).)*?^# >>> (\[?)(\w+)\("
    for name, bracket, kind in re.findall(promise, block.text, re.MULTILINE | re.DOTALL):
        value = names[name]
        one = value[0] if bracket and isinstance(value, list) else value
        assert type(one).__name__ == kind, f"{README.name}:{block.line}: {name}"


def run_all_snippets(url: str, token: str, model_instance_name: str) -> None:
    """Sign in and run the snippets in an event loop of their own."""

    async def main() -> None:
        async with await Client.authenticate_from_token(url, token) as liminal:
            names = await run_snippets(liminal, model_instance_name)
            assert {"findings", "cleansed", "response", "hydrated", "threads"} <= set(names)

    asyncio.run(main())
