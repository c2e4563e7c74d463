"""Refuses payload in diagnostics: no text, credential or foreign exception in a log or an error.

Why: privacy is the product. One `f"{text}"` in an error message is enough to put a customer's
data into a log, an answer, a metric or a tracing span, where nobody guards it. Reviews miss that
line; this program reads all of them.

What it looks at: calls of loggers, raised and constructed errors, `Problem(…)` and lists of
problems, assertion messages, metric labels, span attributes, `warnings.warn`, `print` (outside of
the command line, whose purpose is to show people their own text), `__repr__`, `__str__` and the
representations of dataclasses.

What it refuses there: names, attributes and keys that hold payload (`text`, `prompt`, `raw_…`,
`content`, `body`, `token`, `api_key`, …), values annotated `RawText` or `CleansedText`, what a
local variable got of those, a response's text or JSON, exceptions that are not our own (their
messages quote what they were given), and in the server tracebacks (`exc_info`, `.exception(…)`).
Sizes, counts, types and comparisons pass, and a variable named `text` that was only ever given
a harmless literal or f-string.

A line that is right nevertheless says why: `# no-payload: <reason of three words or more>` at its
end. An escape that escapes nothing is refused too.

    python tools/no_payload.py [PATH …]      exit status 1 if anything was found
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from payload_flow import (
    HARMLESS_CALLS,
    TEXT_CALLS,
    TRUSTED_ANNOTATIONS,
    Carried,
    Scope,
    assignments,
    holds_payload,
    last_name,
    puts_together,
    values_of,
    words,
)

DEFAULT_PATHS: Final = ("src", "clients/*/src")
OWN_PACKAGES: Final = ("sluice", "liminal", "freeplay")
ESCAPE: Final = re.compile(r"#\s*no-payload\b:?\s*(?P<reason>.*)")
REASON_WORDS: Final = 3

LOG_METHODS: Final = words(
    "debug info warning warn error exception critical fatal log msg"
    " adebug ainfo awarning aerror aexception acritical alog bind new"
)
LOGGER_NAME: Final = re.compile(r"(.*_)?(log|logger)", re.IGNORECASE)
LOG_CONTEXT: Final = frozenset({"bind_contextvars", "bound_contextvars"})
SPAN_METHODS: Final = frozenset({"set_attribute", "set_attributes", "add_event", "set_status"})
TRACEBACK_CALLS: Final = words(
    "format_exc print_exc format_exception print_exception format_tb print_tb"
)
EXCEPTION_NAME: Final = re.compile(r"(Base)?Exception(Group)?|[A-Z]\w*Error")
ERROR_NAME: Final = re.compile(r"[A-Z]\w*(Error|Exception|Warning)|Problem")
PROBLEM_LIST: Final = re.compile(r"(.*_)?(problems|errors|warnings)")

ADVICE: Final = "give a position, a type, a count or a status instead"
EXCEPTION_ADVICE: Final = "foreign messages quote their input: name its type and status instead"
EVENT_ADVICE: Final = "use a literal event and named values"
TRACEBACK_ADVICE: Final = "log `**describe_exception(error)` of sluice.server.kit.logs"
REPR_ADVICE: Final = "give the field `field(repr=False)`"
REPRESENTATIONS: Final = frozenset({"__repr__", "__str__"})
SINKS: Final = {
    "labels": "a metric's label",
    "warn": "a warning",
    "record_exception": "a span",
    "HTTPException": "an error",
    **dict.fromkeys(SPAN_METHODS, "a span"),
    **dict.fromkeys(LOG_CONTEXT, "a log context"),
}


@dataclass(frozen=True, order=True)
class Hit:
    """One place; `lines` are those on which an escape may stand."""

    line: int
    what: str
    why: str
    advice: str
    lines: frozenset[int] = field(compare=False)

    def __str__(self) -> str:
        return f"{self.what}: {self.why}; {self.advice}"


class Linter(ast.NodeVisitor):
    """Walks one file and collects hits."""

    def __init__(self, *, server: bool, command_line: bool) -> None:
        self.hits: set[Hit] = set()
        self._server = server
        self._command_line = command_line
        self._own_classes: set[str] = set()
        self._own_errors: set[str] = set()
        self._scopes = [Scope()]

    def visit_Module(self, node: ast.Module) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.ClassDef):
                self._own_classes.add(part.name)
            elif isinstance(part, ast.ImportFrom) and _is_own(part):
                names = {alias.asname or alias.name for alias in part.names}
                self._own_classes |= names
                if (part.module or "").split(".")[-1] == "errors":
                    self._own_errors |= {name for name in names if name[:1].isupper()}
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(_makes_repr(decorator) for decorator in node.decorator_list):
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and _shows_raw_text(part):
                    self._add(part, "a dataclass", "its repr shows raw text", REPR_ADVICE)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        outer = self._scopes[-1]
        scope = Scope(set(outer.texts), set(outer.exceptions))
        scope.is_repr = node.name in REPRESENTATIONS
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                self._take_argument(scope, argument)
        scope.given = assignments(node)
        self._scopes.append(scope)
        self.generic_visit(node)
        self._scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 (the base's names)

    def _take_argument(self, scope: Scope, argument: ast.arg) -> None:
        scope.texts.discard(argument.arg)
        scope.exceptions.discard(argument.arg)
        if _says_text(argument.annotation):
            scope.texts.add(argument.arg)
        elif self._says_foreign_exception(argument.annotation):
            scope.exceptions.add(argument.arg)

    def _says_foreign_exception(self, annotation: ast.expr | None) -> bool:
        if isinstance(annotation, ast.BinOp):
            sides = annotation.left, annotation.right
            return any(self._says_foreign_exception(side) for side in sides)
        name = last_name(annotation) if annotation is not None else ""
        return bool(EXCEPTION_NAME.fullmatch(name)) and not self._is_own_class(annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name) and _says_text(node.annotation):
            self._scopes[-1].texts.add(node.target.id)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Call) and last_name(node.value.func) in TRUSTED_ANNOTATIONS:
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            self._scopes[-1].texts |= names
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        with self._foreign_exception(node):
            self.generic_visit(node)

    @contextmanager
    def _foreign_exception(self, node: ast.ExceptHandler) -> Iterator[None]:
        exceptions = self._scopes[-1].exceptions
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        foreign = not all(self._is_own_class(kind) for kind in kinds)
        if node.name and foreign:
            exceptions.add(node.name)
        yield
        exceptions.discard(node.name or "")

    def _is_own_class(self, kind: ast.expr | None) -> bool:
        while isinstance(kind, ast.Attribute):
            kind = kind.value
        return isinstance(kind, ast.Name) and kind.id in self._own_classes

    def visit_Raise(self, node: ast.Raise) -> None:
        if isinstance(node.exc, ast.Call):
            if last_name(node.exc.func).lstrip("_")[:1].isupper():
                self._check("an error", node.exc)
            else:
                self._check_made(node.exc)
        self.generic_visit(node)

    def _check_made(self, node: ast.Call) -> None:
        """A function that makes an error is looked at itself: here only what is put together."""
        self._check_values("an error", node, filter(puts_together, values_of(node)))

    def visit_Assert(self, node: ast.Assert) -> None:
        if node.msg is not None:
            self._check_values("an assertion", node, [node.msg])
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if self._scopes[-1].is_repr and node.value is not None:
            self._check_values("a representation", node, [node.value])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """`isinstance(error, OurOwn)` makes a foreign exception ours: inside, or after leaving."""
        exceptions = self._scopes[-1].exceptions
        name, negated = self._narrowed(node.test)
        leaves = isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue)
        if not negated and name in exceptions:
            exceptions.discard(name)
            self.generic_visit(node)
            exceptions.add(name)
            return
        self.generic_visit(node)
        if negated and leaves:
            exceptions.discard(name)

    def _narrowed(self, test: ast.expr) -> tuple[str, bool]:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._narrowed(test.operand)[0], True
        is_check = isinstance(test, ast.Call) and last_name(test.func) == "isinstance"
        if isinstance(test, ast.Call) and is_check and self._is_own_class(test.args[-1]):
            return last_name(test.args[0]), False
        return "", False

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self._check_exception_text(node.value)
        self.generic_visit(node)

    def _check_exception_text(self, node: ast.expr) -> None:
        name = last_name(node)
        known = isinstance(node, ast.Name) and name in self._scopes[-1].exceptions
        if known and not self._command_line:
            self._add(node, "a text", f"it quotes the exception `{name}`", EXCEPTION_ADVICE)

    def visit_Call(self, node: ast.Call) -> None:
        if last_name(node.func) in TEXT_CALLS:
            for value in values_of(node):
                self._check_exception_text(value)
        if is_log_call(node):
            self._check_log(node)
        elif (sink := self._sink(node)) is not None:
            self._check(sink, node)
        elif last_name(node.func) in TRACEBACK_CALLS and self._server:
            self._add(node, "a traceback", "it holds the exception's text", TRACEBACK_ADVICE)
        self.generic_visit(node)

    def _sink(self, node: ast.Call) -> str | None:
        name, receiver = last_name(node.func), receiver_name(node.func)
        if name == "append" and PROBLEM_LIST.fullmatch(receiver):
            return "a problem"
        if name == "print" and not receiver and not self._command_line:
            return "a print"
        if name == "write" and receiver in ("stdout", "stderr") and not self._command_line:
            return "a print"
        is_error = name in self._own_errors or ERROR_NAME.fullmatch(name)
        return SINKS.get(name) or ("an error" if is_error else None)

    def _check_log(self, node: ast.Call) -> None:
        self._check("a log call", node)
        method = last_name(node.func)
        event = node.args[0] if node.args else None
        if isinstance(event, ast.JoinedStr | ast.BinOp):
            self._add(node, "a log call", "its event is put together", EVENT_ADVICE)
        for keyword in node.keywords:
            if holds_payload(keyword.arg or "") and _may_be_text(keyword.value):
                self._add(node, "a log call", f"it has a value named `{keyword.arg}`", ADVICE)
        if self._server and (method.endswith("exception") or _wants_traceback(node)):
            self._add(node, "a log call", "tracebacks hold exceptions' text", TRACEBACK_ADVICE)

    def _check(self, what: str, node: ast.Call) -> None:
        self._check_values(what, node, [v for v in values_of(node) if not _is_error_itself(v)])

    def _check_values(self, what: str, node: ast.AST, values: Iterable[ast.expr]) -> None:
        carried = Carried(self._scopes[-1])
        for value in values:
            for found in carried.of(value):
                lines = frozenset(carried.lines)
                self._add(node, what, f"it carries {found}", ADVICE, lines)

    def _add(
        self, node: ast.AST, what: str, why: str, advice: str, lines: Iterable[int] = ()
    ) -> None:
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        here = frozenset(range(line, end + 1)) | frozenset(lines)
        self.hits.add(Hit(line, what, why, advice, here))


def receiver_name(node: ast.expr) -> str:
    """`b` of `a.b.c`, the called function's name of `f().c`, else nothing."""
    if not isinstance(node, ast.Attribute):
        return ""
    value = node.value
    return last_name(value.func if isinstance(value, ast.Call) else value)


def is_log_call(node: ast.Call) -> bool:
    """`log.info(…)`, `self._logger.warning(…)`, `logging.error(…)`, `log.bind(…).info(…)`."""
    if last_name(node.func) not in LOG_METHODS or not isinstance(node.func, ast.Attribute):
        return False
    receiver = receiver_name(node.func)
    if receiver in ("bind", "new") and isinstance(node.func.value, ast.Call):
        return is_log_call(node.func.value)
    return bool(LOGGER_NAME.fullmatch(receiver)) or receiver in ("logging", "getLogger")


def names_in(annotation: ast.expr) -> set[str]:
    """Every name of a type, those in quotes included."""
    return set(re.findall(r"\w+", ast.unparse(annotation)))


def _is_own(node: ast.ImportFrom) -> bool:
    return node.level > 0 or (node.module or "").split(".")[0] in OWN_PACKAGES


def _says_text(annotation: ast.expr | None) -> bool:
    return annotation is not None and bool(TRUSTED_ANNOTATIONS & names_in(annotation))


def _may_be_text(node: ast.expr) -> bool:
    """False for numbers, comparisons and calls that give sizes."""
    if isinstance(node, ast.Call):
        return last_name(node.func) not in HARMLESS_CALLS
    return not isinstance(node, ast.Constant | ast.Compare)


def _makes_repr(decorator: ast.expr) -> bool:
    """`@dataclass`, or `@dataclass(…)` without `repr=False`."""
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return last_name(call) == "dataclass" and not _without_repr(decorator)


def _shows_raw_text(member: ast.AnnAssign) -> bool:
    return "RawText" in names_in(member.annotation) and not _without_repr(member.value)


def _without_repr(node: ast.expr | None) -> bool:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return any(k.arg == "repr" and ast.unparse(k.value) == "False" for k in keywords)


def _wants_traceback(node: ast.Call) -> bool:
    return any(
        keyword.arg in ("exc_info", "stack_info")
        and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for keyword in node.keywords
    )


def _is_error_itself(node: ast.expr) -> bool:
    """Errors within errors are looked at by themselves, once."""
    return isinstance(node, ast.Call) and bool(ERROR_NAME.fullmatch(last_name(node.func)))


def escapes_of(source: str) -> dict[int, str]:
    """The reasons of escapes by their line."""
    comments = (
        (token.start[0], ESCAPE.match(token.string))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )
    return {line: match["reason"].strip() for line, match in comments if match}


def lint(source: str, *, server: bool = True, command_line: bool = False) -> list[tuple[int, str]]:
    """Line and message of everything wrong in one file, escapes taken into account."""
    linter = Linter(server=server, command_line=command_line)
    linter.visit(ast.parse(source))
    escapes = escapes_of(source)
    used: set[int] = set()
    found = []
    for hit in sorted(linter.hits):
        lines = hit.lines & escapes.keys()
        used |= lines
        if not lines:
            found.append((hit.line, str(hit)))
    return sorted(found + list(_bad_escapes(escapes, used)))


def _bad_escapes(escapes: dict[int, str], used: set[int]) -> Iterator[tuple[int, str]]:
    for line, reason in escapes.items():
        if line not in used:
            yield line, "an escape: nothing on this line needs it; remove it"
        elif len(reason.split()) < REASON_WORDS:
            yield line, f"an escape: it has no reason; say why in {REASON_WORDS} words or more"


def files_under(patterns: Iterable[str], root: Path) -> list[Path]:
    """The Python files that the patterns name, folders searched through."""
    files: set[Path] = set()
    for pattern in patterns:
        for path in root.glob(pattern) if not Path(pattern).is_absolute() else [Path(pattern)]:
            files |= set(path.rglob("*.py")) if path.is_dir() else {path}
    return sorted(path for path in files if path.is_file())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", nargs="*", default=DEFAULT_PATHS)
    options = parser.parse_args(arguments)
    files, count = files_under(options.paths, Path.cwd()), 0
    for path in files:
        parts = path.parts
        found = lint(path.read_text("utf-8"), server="server" in parts, command_line="cli" in parts)
        count += len(found)
        for line, message in found:
            print(f"{_shown(path)}:{line}: {message}")
    print(f"no payload: {len(files)} files, {count} violation(s)", file=sys.stderr)
    return 1 if count or not files else 0


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
