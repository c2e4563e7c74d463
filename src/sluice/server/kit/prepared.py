"""Statements as SQLite's driver takes them: compiled once, run without the layers of an engine.

SQLAlchemy finds a statement's compiled form anew at each execution and carries its rows through
several objects, which costs many times what SQLite itself takes for a row or two. Here a statement
object is compiled the first time; after that its parameters are put in order, and that is all.
Columns' types and defaults mean what they mean elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ClauseElement, Column, Dialect, Executable, Insert
from sqlalchemy.engine.result import IteratorResult, Result, SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

MOST_KEPT: Final = 500
"""Statements; each is kept alive with its compiled form."""

Values = Mapping[str, Any]
Process = Callable[[Any], Any]
Form = tuple[int, ...]
"""How many values stand in each expanding parameter, in their order."""


class _Parameter(NamedTuple):
    name: str
    place: int | None
    """Of the value in an expanding parameter."""
    process: Process | None
    missing: Process | None
    """Makes the value where none is given."""

    def of(self, values: Values) -> Any:  # noqa: ANN401 (a column may hold anything)
        if self.name in values:
            value = values[self.name]
        elif self.missing is not None:
            value = self.missing(None)
        else:
            raise LookupError(f"the parameter {self.name} is not given")
        if self.place is not None:
            value = value[self.place]
        return value if self.process is None else self.process(value)


class Written:
    """A statement in the driver's words, and where each of its parameters comes from.

    Nearly always it is given the same names, those of `values`: then nothing is asked twice.
    """

    def __init__(self, sql: str, parameters: Sequence[_Parameter], values: Values) -> None:
        self.sql = sql
        self.count = len(parameters)
        self._parameters = tuple(parameters)
        self._given = len(values)
        known = [p.name in values and p.place is None for p in parameters]
        named = zip(parameters, known, strict=True)
        self._names = [p.name if is_known else None for p, is_known in named]
        others = ((i, p) for i, p in enumerate(parameters) if not known[i])
        self._others = [(i, p.of) for i, p in others]
        processed = ((i, p.process) for i, p in enumerate(parameters) if known[i])
        self._processes = [(i, process) for i, process in processed if process is not None]

    def row(self, values: Values) -> list[Any]:
        """The parameters in their order; raises `LookupError` for one that is not given."""
        if len(values) != self._given:
            return [parameter.of(values) for parameter in self._parameters]
        try:
            row = [None if name is None else values[name] for name in self._names]
        except KeyError:
            return [parameter.of(values) for parameter in self._parameters]
        for index, of in self._others:
            row[index] = of(values)
        for index, process in self._processes:
            row[index] = process(row[index])
        return row


class Rows:
    """A statement's rows, all in memory, as SQLAlchemy's `Result` gives them.

    What repositories ask most is here; whatever else there is, the `Result` itself does.
    """

    __slots__ = ("_names", "_rows")

    def __init__(self, names: Sequence[str], rows: list[Any]) -> None:
        self._names = names
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def one_or_none(self) -> Any:  # noqa: ANN401 (a row)
        """The only row; raises `MultipleResultsFound`."""
        if not self._rows:
            return None
        return self._rows[0] if len(self._rows) == 1 else self._result().one_or_none()

    def scalar_one(self) -> Any:  # noqa: ANN401 (a column may hold anything)
        """The only row's first column; raises `NoResultFound`, `MultipleResultsFound`."""
        return self._rows[0][0] if len(self._rows) == 1 else self._result().scalar_one()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a result has)
        return getattr(self._result(), name)

    def _result(self) -> Result[Any]:
        return IteratorResult(SimpleResultMetaData(list(self._names)), iter(self._rows))


class Prepared:
    """One statement, compiled for one dialect."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Iterable[str]) -> None:
        self._dialect = dialect
        keys = sorted(names) if isinstance(statement, Insert) else None
        compiled = cast("ClauseElement", statement).compile(dialect=dialect, column_keys=keys)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only queries and changes of rows can be prepared")
        self._compiled = compiled
        self._binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._expanding = [name for name, bind in self._binds.items() if bind.expanding]
        self._defaults = _defaults(compiled)
        self._forms: dict[Form, Written] = {}
        results = (_of_results(c.type, dialect) for c in _columns(statement))
        self._processes = [(i, process) for i, process in enumerate(results) if process]
        self._row: Callable[[Iterable[Any]], Any] | None = None
        self._names: Sequence[str] = ()
        self._only: Written | None = None

    def written(self, values: Values) -> Written:
        """The statement for values of this form; raises `LookupError` for a parameter without."""
        if self._only is not None:
            return self._only
        if not self._expanding:
            self._only = self._written(values)
            return self._only
        form = tuple(len(self._list(name, values)) for name in self._expanding)
        known = self._forms.get(form)
        if known is None:
            known = self._written(values)
            if len(self._forms) < MOST_KEPT and sum(form) < MOST_KEPT:
                self._forms[form] = known
        return known

    def _written(self, values: Values) -> Written:
        if not self._expanding:
            order: Sequence[str] = self._compiled.positiontup or ()
            parameters = [self._parameter(n, None) for n in order]
            return Written(str(self._compiled), parameters, values)
        given = {bind.key: None for bind in self._binds.values()}
        lists = {self._binds[n].key: self._list(n, values) for n in self._expanding}
        state = self._compiled.construct_expanded_state({**given, **lists})
        places: dict[str, tuple[str, int | None]] = {name: (name, None) for name in self._binds}
        for name, expanded in state.parameter_expansion.items():
            places |= {one: (name, place) for place, one in enumerate(expanded)}
        order = state.positiontup or ()
        return Written(state.statement, [self._parameter(*places[n]) for n in order], values)

    def _list(self, name: str, values: Values) -> Sequence[Any]:
        bind = self._binds[name]
        return cast("Sequence[Any]", values.get(bind.key, bind.effective_value))

    def _parameter(self, name: str, place: int | None) -> _Parameter:
        bind = self._binds[name]
        missing = self._defaults.get(name)
        if missing is None and not bind.required:
            value = bind.effective_value

            def missing(_: object) -> object:
                return value

        return _Parameter(bind.key, place, _of_values(bind.type, self._dialect), missing)

    def result(self, names: Iterable[str], found: list[tuple[Any, ...]]) -> Rows:
        """The rows, each value as its column's type gives it; `names` are the driver's."""
        if not found:
            return Rows(self._names or tuple(names), [])
        if self._row is None:
            self._names = tuple(names)
            self._row = _row_class(self._names)._make
        make = self._row
        return Rows(self._names, [make(row) for row in self._processed(found)])

    def _processed(self, found: list[tuple[Any, ...]]) -> Iterable[Iterable[Any]]:
        if not self._processes:
            return found
        rows = [list(row) for row in found]
        for row in rows:
            for index, process in self._processes:
                row[index] = process(row[index])
        return rows


class PreparedStatements:
    """Statements by identity, and by what is given for an insertion; the oldest go first."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._kept: OrderedDict[tuple[Executable, frozenset[str] | None], Prepared] = OrderedDict()

    def of(self, statement: Executable, values: Values) -> Prepared:
        """The prepared form of a statement."""
        names = frozenset(values) if isinstance(statement, Insert) else None
        prepared = self._kept.get((statement, names))
        if prepared is None:
            prepared = Prepared(statement, self._dialect, values)
            self._kept[statement, names] = prepared
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return prepared


def _row_class(names: Sequence[str]) -> Any:  # noqa: ANN401 (a class of named tuples)
    """Rows with their columns' names, as SQLAlchemy's have them."""
    named = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    return type("Row", (named,), {"__slots__": (), "_mapping": property(named._asdict)})


def _of_values(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _of_results(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _columns(statement: Executable) -> list[Any]:
    columns = getattr(statement, "exported_columns", None)
    return list(columns) if columns is not None else []


def _defaults(compiled: SQLCompiler) -> dict[str, Process]:
    """What columns are given that nobody names, by their keys."""
    made = [(column, column.default) for column in compiled.insert_prefetch]
    made += [(column, column.onupdate) for column in compiled.update_prefetch]
    return {str(column.key): _made(column, default) for column, default in made}


def _made(column: Column[Any], default: Any) -> Process:  # noqa: ANN401 (a schema item)
    if default.is_scalar:
        return lambda _: default.arg
    if default.is_callable:
        made: Process = default.arg
        return made
    raise TypeError(f"the default of {column.key} is no value and no function")
