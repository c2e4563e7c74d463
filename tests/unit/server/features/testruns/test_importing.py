"""A file of test cases is read with every problem and its line at once."""

from __future__ import annotations

import pytest

from sluice.server.features.testruns.cases import CaseContent, CaseKind
from sluice.server.features.testruns.importing import CasesFile, FileFormat, read_file

Contents = list[tuple[int, dict[str, object]]]


def read(
    data: str | bytes,
    file_format: FileFormat,
    kind: CaseKind = CaseKind.COMPLETION,
    *,
    raw_is_kept: bool = False,
) -> CasesFile:
    """A file's cases and problems."""
    encoded = data.encode() if isinstance(data, str) else data
    return read_file(encoded, file_format, kind, raw_is_kept=raw_is_kept)


def contents(file: CasesFile) -> Contents:
    """The cases by their lines, as they are sealed."""
    return [(case.line, case.content.document()) for case in file.cases]


def told(file: CasesFile) -> list[tuple[int, str]]:
    """The problems by their lines."""
    return [(problem.line, problem.message) for problem in file.problems]


CSV = [
    pytest.param("q,output\nA,B\n", [(2, {"inputs": {"q": "A"}, "output": "B"})], id="plain"),
    pytest.param("\ufeffq\nA\n", [(2, {"inputs": {"q": "A"}})], id="a mark at the beginning"),
    pytest.param("q\r\nA\r\nB\r\n", [(2, {"inputs": {"q": "A"}}), (3, {"inputs": {"q": "B"}})],
                 id="Windows' line ends"),
    pytest.param('q,r\n"a,b","c ""d"""\n', [(2, {"inputs": {"q": "a,b", "r": 'c "d"'}})],
                 id="quotes"),
    pytest.param('q,r\n"a\nb",c\nd,e\n',
                 [(2, {"inputs": {"q": "a\nb", "r": "c"}}), (4, {"inputs": {"q": "d", "r": "e"}})],
                 id="a newline in a cell"),
    pytest.param("q\n\n\nA\n", [(4, {"inputs": {"q": "A"}})], id="empty lines"),
    pytest.param("q;r\nA;B,C\n", [(2, {"inputs": {"q": "A", "r": "B,C"}})], id="semicolons"),
    pytest.param("q\tr\nA\tB;C\n", [(2, {"inputs": {"q": "A", "r": "B;C"}})], id="tabs"),
    pytest.param('"q;r",s\nA,B\n', [(2, {"inputs": {"q;r": "A", "s": "B"}})],
                 id="a separator in a quoted header"),
    pytest.param("q, expected\nA,B\n", [(2, {"inputs": {"q": "A"}, "output": "B"})],
                 id="spaces in the header"),
    pytest.param("q,output\nA,\n", [(2, {"inputs": {"q": "A"}})], id="nothing expected"),
    pytest.param("q,n:json\nA,7\nB,\n",
                 [(2, {"inputs": {"q": "A", "n": 7}}), (3, {"inputs": {"q": "B"}})], id="numbers"),
    pytest.param("q,metadata.plan\nA,pro\n",
                 [(2, {"inputs": {"q": "A"}, "metadata": {"plan": "pro"}})], id="metadata"),
    pytest.param('q,history:json\nA,"[{""role"": ""user"", ""content"": ""B""}]"\n',
                 [(2, {"inputs": {"q": "A"}, "history": [{"role": "user", "content": "B"}]})],
                 id="history"),
    pytest.param("q\nÄ 漢 \U0001f600\n", [(2, {"inputs": {"q": "Ä 漢 \U0001f600"}})], id="Unicode"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CSV)
def test_csv_is_read_as_programs_write_it(data: str, expected: Contents) -> None:
    """With or without a mark, with any line ends and separators, quoted or not."""
    file = read(data, FileFormat.CSV)
    assert (contents(file), told(file)) == (expected, [])


BAD_CSV = [
    pytest.param("", [(1, "there is no test case in the file")], id="an empty file"),
    pytest.param("q,r\n", [(1, "there is no test case in the file")], id="a header alone"),
    pytest.param("q,,q\nA,B,C\n",
                 [(1, "column 2 has no name"), (1, "column 3 says the same as one before it")],
                 id="a wrong header"),
    pytest.param("output,expected\nA,B\n", [(1, "column 2 says the same as one before it")],
                 id="two columns for what is expected"),
    pytest.param("q,r\nA\nB,C\nD,E,F\n",
                 [(2, "has 1 cells, but the header has 2"),
                  (4, "has 3 cells, but the header has 2")], id="other numbers of cells"),
    pytest.param("q,n:json,m:json\nA,x,y\n",
                 [(2, "column 2 is no JSON"), (2, "column 3 is no JSON")], id="no JSON"),
    pytest.param('n:json\nNaN\n', [(2, "inputs.n: must be a number that JSON can say")],
                 id="no number"),
    pytest.param("q,history:json\nA,5\n", [(2, "history: Input should be a valid list")],
                 id="another type"),
    pytest.param("n:json\n[[[[" + "\n", [(2, "column 1 is no JSON")], id="half a list"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), BAD_CSV)
def test_every_problem_of_a_csv_file_is_told_with_its_line(
    data: str, expected: list[tuple[int, str]]
) -> None:
    """All of them at once, and never the text."""
    assert told(read(data, FileFormat.CSV)) == expected


def test_the_rest_of_a_broken_csv_file_is_not_guessed() -> None:
    """What comes behind a quote that nobody closes belongs to nobody."""
    file = read('q,r\nA,B\n"C,D\nE,F\n', FileFormat.CSV)
    assert contents(file) == [(2, {"inputs": {"q": "A", "r": "B"}})]
    [(line, message)] = told(file)
    assert line == 3
    assert message.startswith("the quotes do not match")


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    """Letters would be lost otherwise."""
    assert told(read("q\nA\n\u00e4".encode("latin-1"), FileFormat.CSV)) == [
        (3, "the file is not UTF-8")
    ]


JSONL = [
    pytest.param('{"inputs": {"q": "A"}}\n', [(1, {"inputs": {"q": "A"}})], id="plain"),
    pytest.param('\n{"inputs": {"q": 1}}\r\n\n', [(2, {"inputs": {"q": 1}})], id="empty lines"),
    pytest.param('{"inputs": {}, "outputMessage": {"role": "assistant", "content": "A"}}',
                 [(1, {"inputs": {}, "output_message": {"role": "assistant", "content": "A"}})],
                 id="camelCase"),
    pytest.param('{"inputs": {"q": "A"}, "output_message": null, "history": []}',
                 [(1, {"inputs": {"q": "A"}})], id="snake_case, and nothing"),
    pytest.param('{"kind": "completion", "inputs": {"q": "A\u2028B"}}',
                 [(1, {"inputs": {"q": "A\u2028B"}})], id="another line end in a text"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), JSONL)
def test_json_lines_are_read_one_by_one(data: str, expected: Contents) -> None:
    """In both spellings; what is null or empty is not given."""
    file = read(data, FileFormat.JSONL)
    assert (contents(file), told(file)) == (expected, [])


BAD_JSONL = [
    pytest.param("{", "this is no JSON, or has a key twice", id="half an object"),
    pytest.param('{"inputs": {"a": 1, "a": 2}}', "this is no JSON, or has a key twice", id="twice"),
    pytest.param("[1]", "this is no JSON object", id="a list"),
    pytest.param('{"kind": "trace", "inputs": {"input": "A"}}',
                 "kind: all cases of the playlist must be of the kind completion", id="kind"),
    pytest.param('{"inputs": {"q": "\\ud800"}}',
                 "inputs.q: holds a lone surrogate; give text that can be encoded as UTF-8",
                 id="a lone surrogate"),
    pytest.param('{"input": {"q": "A"}}', "input: Extra inputs are not permitted", id="misspelt"),
    pytest.param("{}", "holds nothing", id="nothing"),
    pytest.param('{"inputs": {"": "A"}}', "inputs: names must have 1 to 200 characters", id="name"),
    pytest.param('{"inputs": {"q": ' + "[" * 70 + "]" * 70 + "}}",
                 "inputs.q" + "[0]" * 59 + ": is nested deeper than 60 levels", id="too deep"),
    pytest.param("[" * 100_000, "this is no JSON, or has a key twice", id="far too deep"),
    pytest.param(
        '{"mediaInputs": {"a": {"type": "base64", "data": "AA", "contentType": "image/png"}}}',
        "mediaInputs.a: holds a file, which cannot be cleansed; give its address, or let the "
        "project keep raw", id="a file"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), BAD_JSONL)
def test_a_wrong_line_is_told_and_the_others_are_read(data: str, expected: str) -> None:
    """Every line has its own say."""
    file = read(f'{data}\n{{"inputs": {{"q": "B"}}}}', FileFormat.JSONL)
    assert told(file) == [(1, expected)]
    assert contents(file) == [(2, {"inputs": {"q": "B"}})]


def test_a_key_that_may_be_somebody_s_value_is_not_told() -> None:
    """A problem names fields, never what only looks like one."""
    [(_, message)] = told(read('{"jane@example.org": 1, "inputs": {"q": 1}}', FileFormat.JSONL))
    assert message == "?: Extra inputs are not permitted"


def test_a_trace_s_case_has_one_input() -> None:
    """An agent is given one thing; in CSV its column is `input`."""
    fine = read("input,output\nA,B\n", FileFormat.CSV, CaseKind.TRACE)
    assert contents(fine) == [(2, {"inputs": {"input": "A"}, "output": "B"})]
    wrong = read("question,output\nA,B\n", FileFormat.CSV, CaseKind.TRACE)
    assert told(wrong) == [(2, "inputs: a trace's test case has one input, with the name input")]


def test_files_are_taken_where_the_project_keeps_raw() -> None:
    """Their bytes cannot be cleansed."""
    line = '{"mediaInputs": {"a": {"type": "base64", "data": "AA", "content_type": "image/png"}}}'
    [case] = read(line, FileFormat.JSONL, raw_is_kept=True).cases
    assert case.content == CaseContent.model_validate(
        {"mediaInputs": {"a": {"type": "base64", "data": "AA", "contentType": "image/png"}}}
    )
