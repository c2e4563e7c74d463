"""What an expression can carry: the vocabulary and the data flow of `no_payload.py`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final


def words(listed: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(listed.split())


PAYLOAD_LAST_WORDS: Final = words(
    "text texts prompt prompts raw original originals content contents body bodies chunk chunks"
    " messages password passphrase token secret secrets credential credentials authorization"
    " cookie cookies plaintext payload"
)
"""An identifier whose last word is one of these holds payload (`token_id`, `body_limit` do not)."""
PAYLOAD_FIRST_WORDS: Final = frozenset({"raw", "original", "plain"})
PAYLOAD_NAMES: Final = re.compile(r"(.*_)?(api_key|session_id|(master|private|data|signing)_keys?)")
HARMLESS_LAST_WORDS: Final = words(
    "id ids count counts length len size sizes type types kind kinds index position start end"
    " limit hash bytes chars seconds"
)
REQUEST_ATTRIBUTES: Final = frozenset({"url", "headers", "query_params", "path_params"})
TRUSTED_ANNOTATIONS: Final = frozenset({"RawText", "CleansedText"})

HARMLESS_CALLS: Final = words(
    "len type bool id isinstance issubclass hasattr int float sum count round ord hash"
)
HARMLESS_METHODS: Final = words(
    "count find index rfind startswith endswith isdigit isascii bit_length keys fullmatch"
)
REVEALING_METHODS: Final = words("json model_dump model_dump_json aread get_secret_value getvalue")
TEXT_CALLS: Final = words("str repr ascii format dumps join strip lower upper title replace decode")
"""Calls that give the text of what they are given, or of what they are called on."""
REVEALING_CALLS: Final = frozenset({"locals", "vars"})
HARMLESS_OF_EXCEPTIONS: Final = words(
    "status status_code code errno provider position returncode lineno colno pos start end"
    " retry_after title counts __class__ __traceback__"
)


@dataclass
class Scope:
    """What a function's names are known to hold."""

    texts: set[str] = field(default_factory=set)
    exceptions: set[str] = field(default_factory=set)
    given: dict[str, list[ast.expr]] = field(default_factory=dict)
    """Local variables and every expression that was assigned to them."""
    is_repr: bool = False


def words_of(identifier: str) -> list[str]:
    """The lower-case words of a snake_case or camelCase identifier."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", identifier)
    return [word for word in spaced.lower().split("_") if word]


def holds_payload(identifier: str) -> bool:
    """Whether a variable, attribute or key of this name holds text or a credential."""
    parts = words_of(identifier)
    if not parts or identifier.isupper():
        return False
    if PAYLOAD_NAMES.fullmatch("_".join(parts)) or parts[-1] in PAYLOAD_LAST_WORDS:
        return True
    return parts[0] in PAYLOAD_FIRST_WORDS and parts[-1] not in HARMLESS_LAST_WORDS


class Carried:
    """Which payload the value of an expression can carry."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._followed: set[str] = set()
        self.lines: set[int] = set()
        """Lines of assignments that a value came through; an escape may stand there too."""

    def of(self, node: ast.AST) -> Iterator[str]:
        """What is carried, in words; nothing for sizes, comparisons and constants."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            yield from method(node)
        elif not isinstance(node, ast.Compare | ast.Lambda | ast.Constant):
            for child in ast.iter_child_nodes(node):
                yield from self.of(child)

    def _name(self, node: ast.Name) -> Iterator[str]:
        if node.id in self._scope.exceptions:
            yield f"the exception `{node.id}`"
        elif node.id in self._scope.texts or self._is_named_payload(node.id):
            yield f"`{node.id}`"
        else:
            yield from self._assigned(node.id)

    def _is_named_payload(self, name: str) -> bool:
        return holds_payload(name) and not self._was_written_here(name)

    def _was_written_here(self, name: str) -> bool:
        """A message that is put together in this function, whatever it is called."""
        given = self._scope.given.get(name, [])
        return bool(given) and all(isinstance(e, ast.JoinedStr | ast.Constant) for e in given)

    def _assigned(self, name: str) -> Iterator[str]:
        """What reached a local variable as text; results of other calls are not followed."""
        if name in self._followed:
            return
        self._followed.add(name)
        for expression in self._scope.given.get(name, []):
            if makes_text(expression):
                found = list(self.of(expression))
                self.lines |= {expression.lineno} if found else set()
                yield from found

    def _attribute(self, node: ast.Attribute) -> Iterator[str]:
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        if base in self._scope.exceptions:
            if node.attr not in HARMLESS_OF_EXCEPTIONS:
                yield f"`{base}.{node.attr}` of an exception"
        elif holds_payload(node.attr) or node.attr == "__dict__":
            yield f"`.{node.attr}`"
        elif base == "request" and node.attr in REQUEST_ATTRIBUTES:
            yield f"`request.{node.attr}`"

    def _subscript(self, node: ast.Subscript) -> Iterator[str]:
        key = node.slice
        if is_payload_key(key):
            yield f"`[{ast.unparse(key)}]`"
        else:
            yield from self.of(node.value)

    def _call(self, node: ast.Call) -> Iterator[str]:
        name = last_name(node.func)
        if isinstance(node.func, ast.Attribute):
            yield from self._method_call(node, node.func)
        elif name in REVEALING_CALLS:
            yield f"`{name}()`"
        elif name not in HARMLESS_CALLS:
            yield from self._arguments(node)

    def _method_call(self, node: ast.Call, func: ast.Attribute) -> Iterator[str]:
        if func.attr in REVEALING_METHODS:
            yield f"`.{func.attr}()`"
        elif func.attr not in HARMLESS_METHODS:
            yield from self.of(func.value)
            yield from self._arguments(node)
            first = node.args[0] if node.args else None
            if func.attr in ("get", "pop") and is_payload_key(first):
                yield f"`.{func.attr}({ast.unparse(node.args[0])})`"

    def _arguments(self, node: ast.Call) -> Iterator[str]:
        for argument in values_of(node):
            yield from self._formatted(argument)

    def _formattedvalue(self, node: ast.FormattedValue) -> Iterator[str]:
        yield from self._formatted(node.value)

    def _formatted(self, node: ast.expr) -> Iterator[str]:
        """An exception given to a function is no text yet, and its text is refused anywhere."""
        if not self._is_exception(node):
            yield from self.of(node)

    def _is_exception(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._scope.exceptions

    def _unaryop(self, node: ast.UnaryOp) -> Iterator[str]:
        if not isinstance(node.op, ast.Not):
            yield from self.of(node.operand)

    def _ifexp(self, node: ast.IfExp) -> Iterator[str]:
        yield from self.of(node.body)
        yield from self.of(node.orelse)

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Iterator[str]:
        yield from self.of(node.elt)

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp) -> Iterator[str]:
        yield from self.of(node.key)
        yield from self.of(node.value)


def last_name(node: ast.expr) -> str:
    """`c` of `a.b.c`, `a` of `a`, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def values_of(node: ast.Call) -> list[ast.expr]:
    """The values of a call's arguments, named or not."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def assignments(function: ast.AST) -> dict[str, list[ast.expr]]:
    """Every plain `name = …` and `name += …` of a function, by name."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.expr):
            for target in targets:
                if isinstance(target, ast.Name):
                    given.setdefault(target.id, []).append(value)
    return given


def makes_text(node: ast.expr) -> bool:
    """An alias, a slice, a conversion to text or something put together."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in TEXT_CALLS
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or puts_together(node)


def puts_together(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return last_name(node.func) in TEXT_CALLS
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def is_payload_key(node: ast.expr | None) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and holds_payload(value)
