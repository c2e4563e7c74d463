"""The header of a CSV file says what its cells are, and nothing is guessed from a cell."""

from __future__ import annotations

import pytest

from sluice.server.features.testruns.columns import Column, ColumnsOf, column_of

HEADERS = [
    pytest.param("question", Column("inputs", "question"), id="a variable"),
    pytest.param(" question ", Column("inputs", "question"), id="spaces around it"),
    pytest.param("age:json", Column("inputs", "age", is_json=True), id="a variable of JSON"),
    pytest.param("output", Column("output"), id="output"),
    pytest.param("expected", Column("output"), id="expected"),
    pytest.param("output:json", Column("output", is_json=True), id="output of JSON"),
    pytest.param("metadata.plan", Column("metadata", "plan"), id="metadata"),
    pytest.param("metadata.n:json", Column("metadata", "n", is_json=True), id="metadata of JSON"),
    pytest.param("inputs.output", Column("inputs", "output"), id="a variable named output"),
    pytest.param("inputs.inputs.a", Column("inputs", "inputs.a"), id="taken off once"),
    pytest.param("history", Column("inputs", "history"), id="history is a variable"),
    pytest.param("history:json", Column("history", is_json=True), id="history of JSON"),
    pytest.param("outputMessage:json", Column("output_message", is_json=True), id="message"),
    pytest.param("output_message:json", Column("output_message", is_json=True), id="in snake"),
    pytest.param("mediaInputs:json", Column("media_inputs", is_json=True), id="media"),
    pytest.param("inputs.history:json", Column("inputs", "history", is_json=True), id="meant"),
    pytest.param("metadata", Column("inputs", "metadata"), id="metadata alone is a variable"),
    pytest.param("metadata.", Column("inputs", "metadata."), id="metadata without a name"),
    pytest.param("", None, id="nothing"),
    pytest.param("  ", None, id="spaces"),
    pytest.param(":json", None, id="a mark alone"),
]


@pytest.mark.parametrize(("header", "column"), HEADERS)
def test_a_header_says_what_its_column_is(header: str, column: Column | None) -> None:
    """Variables, what is expected, metadata, and whole parts as JSON."""
    assert column_of(header) == column


COLUMNS = [
    Column("inputs", "question"),
    Column("inputs", "output"),
    Column("inputs", "expected"),
    Column("inputs", "history"),
    Column("inputs", "history", is_json=True),
    Column("inputs", "outputMessage"),
    Column("inputs", "metadata.a"),
    Column("inputs", "inputs.a"),
    Column("inputs", "a:json", is_json=True),
    Column("inputs", " a ", is_json=True),
    Column("metadata", "a.b"),
    Column("metadata", "a", is_json=True),
    Column("output"),
    Column("output", is_json=True),
    Column("history", is_json=True),
    Column("output_message", is_json=True),
    Column("media_inputs", is_json=True),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: repr(column.header))
def test_a_column_s_own_header_is_read_as_the_column(column: Column) -> None:
    """Whatever a variable is called, its header means it."""
    assert column_of(column.header) == column


CELLS = [
    pytest.param(Column("inputs", "a"), "", {"inputs": {"a": ""}}, id="an empty text"),
    pytest.param(Column("inputs", "a"), "007", {"inputs": {"a": "007"}}, id="a text stays one"),
    pytest.param(Column("inputs", "a"), "true", {"inputs": {"a": "true"}}, id="also such a one"),
    pytest.param(Column("inputs", "a", is_json=True), "", {}, id="not given"),
    pytest.param(Column("inputs", "a", is_json=True), "7", {"inputs": {"a": 7}}, id="a number"),
    pytest.param(
        Column("inputs", "a", is_json=True), '"7"', {"inputs": {"a": "7"}}, id="JSON text"
    ),
    pytest.param(Column("inputs", "a", is_json=True), "null", {"inputs": {"a": None}}, id="null"),
    pytest.param(Column("output"), "", {}, id="nothing expected"),
    pytest.param(Column("output"), "yes", {"output": "yes"}, id="expected"),
    pytest.param(Column("output", is_json=True), '""', {"output": ""}, id="an empty answer"),
]


@pytest.mark.parametrize(("column", "cell", "content"), CELLS)
def test_a_cell_s_value_follows_from_its_column(
    column: Column, cell: str, content: dict[str, object]
) -> None:
    """A text is never taken for a number, an empty cell of JSON says nothing."""
    read: dict[str, object] = {}
    column.put(cell, read)
    assert read == content
    assert column.cell(content) == cell


@pytest.mark.parametrize("cell", ["{", "nul", '{"a": 1, "a": 2}', "1 2"])
def test_a_cell_that_is_no_json_is_refused(cell: str) -> None:
    """Also an object in which a key stands twice: one of its values would be lost."""
    with pytest.raises(ValueError, match=r"^.*$"):
        Column("inputs", "a", is_json=True).put(cell, {})


def test_columns_are_texts_where_texts_say_everything() -> None:
    """Others are JSON: numbers, what some cases lack, and an empty answer."""
    columns = ColumnsOf()
    columns.add({"inputs": {"a": "x", "b": 1, "c": "y"}, "output": "z", "metadata": {"m": "n"}})
    columns.add({"inputs": {"a": "", "b": "1"}, "metadata": {"m": "o"}})
    assert [column.header for column in columns.columns()] == [
        "a",
        "b:json",
        "c:json",
        "output",
        "metadata.m",
    ]
    columns.add({"inputs": {"a": "x"}, "output": "", "metadata": {"m": ""}})
    assert "output:json" in [column.header for column in columns.columns()]
