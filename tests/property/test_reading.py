"""Laws of reading: views lead back into their text; fields stand in it, in order and apart."""

from __future__ import annotations

import base64
import csv
import io
import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.reading import fields, views
from sluice.engine.reading.offsets import Edit, applied, view_of

SNIPPETS = (
    "jane@example.org",
    "4111 1111 1111 1111",
    "&#64;",
    "&amp;",
    "%40",
    "%C3%A9",
    "\\u0040",
    "\\n",
    "\u200b",
    "\u00ad",
    "\u0301",
    "\u202e",
    "а",
    "ж",
    "１２",
    "𝟒",
    "ﬁ",
    "٤",
    "=40",
    "=\n",
    "<b>",
    "</b>",
    "1\n1",
    "11  11",
    "amFuZUBleGFtcGxlLm9yZw==",
    "6a616e65406578616d706c652e6f7267",
    "name",
    '"email"',
    ": ",
    "=",
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    "(",
    ",",
    ";",
    "|",
    "\t",
    "\n",
    "- ",
    "|---|",
    "Jane Roe",
    "1961-06-05",
    "<tr><td>",
    "<th>Name</th>",
    "</tr>",
    '<input name="city" value="Leeds">',
    "first_name,last_name,dob\n",
    "Jane,Roe,1961-06-05\n",
    "INSERT INTO t (name, email) VALUES (",
    "COPY t (name) FROM stdin\n",
)
texts = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=5)), max_size=14).map(
    "".join
)
some = settings(max_examples=200, deadline=None)
few = settings(max_examples=60, deadline=None)


@some
@given(texts, st.data())
def test_every_span_of_a_view_leads_to_a_covering_span_of_the_text(
    text: str, data: st.DataObject
) -> None:
    for view in views(text):
        size = len(view.text)
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, size))
        low, high = view.original(start, end)
        assert 0 <= low <= high <= len(text)
        middle = data.draw(st.integers(start, end))
        for inner in (view.original(start, middle), view.original(middle, end)):
            assert inner[0] == inner[1] or (low <= inner[0] and inner[1] <= high)


@some
@given(texts)
def test_characters_of_a_view_stand_in_the_order_of_the_text(text: str) -> None:
    for view in views(text):
        at = 0
        for place in range(len(view.text)):
            start, end = view.original(place, place + 1)
            assert start < end
            assert start >= at or not view.differs(place, place + 1) or start == at
            at = max(at, start)


@some
@given(texts)
def test_what_does_not_differ_is_the_text_itself(text: str) -> None:
    for view in views(text):
        for place, character in enumerate(view.text):
            start, end = view.original(place, place + 1)
            if not view.differs(place, place + 1) and end - start == 1:
                assert text[start] == character


@some
@given(texts)
def test_a_view_differs_from_its_text(text: str) -> None:
    for view in views(text):
        assert view.text
        assert view.text != text


edit_texts = st.text(alphabet="ab1 é\n", min_size=1, max_size=40)


@some
@given(edit_texts, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 4), st.text(max_size=3))))
def test_a_view_of_a_short_text_is_the_text_with_its_edits(
    text: str, drawn: list[tuple[int, int, str]]
) -> None:
    edits: list[Edit] = []
    for start, length, reads in sorted(drawn):
        if start >= (edits[-1].end if edits else 0) and start + length <= len(text):
            edits.append(Edit(start, start + length, reads))
    if edits:
        view = view_of(text, edits, "test")
        assert view.text == applied(text, edits)
        for edit in edits:
            before = len(applied(text[: edit.start], [e for e in edits if e.end <= edit.start]))
            if edit.reads:
                assert view.original(before, before + len(edit.reads)) == (edit.start, edit.end)


plain = st.characters(
    min_codepoint=0x20,
    max_codepoint=0x7E,
    exclude_characters="\\&%=<+",
    include_characters="\r\x0b\x0c\x1b",
)


@some
@given(st.text(alphabet=plain))
def test_views_of_plain_text_come_from_wide_spaces_or_base64_alone(text: str) -> None:
    assert {view.kind for view in views(text)} <= {"narrowed", "base64"}


secrets = st.text(alphabet="abcdefgh ijklmnöprstü@.", min_size=12, max_size=60).map(
    lambda drawn: f"x{drawn}@y"
)


@few
@given(secrets, st.text(alphabet="ab ", max_size=20), st.text(alphabet="ab ", max_size=20))
def test_whatever_text_base64_holds_is_read_and_covers_the_whole_token(
    secret: str, before: str, after: str
) -> None:
    token = base64.b64encode(secret.encode()).decode()
    text = f"{before} {token} {after}"
    (view,) = (view for view in views(text) if view.kind == "base64")
    at = view.text.index(secret)
    start = len(before) + 1
    assert view.original(at, at + len(secret)) == (start, start + len(token))


@few
@given(secrets)
def test_whatever_is_url_encoded_is_read(secret: str) -> None:
    assert any(secret in view.text for view in views(quote(secret)) if view.kind == "url_decoded")


@some
@given(texts)
def test_fields_are_in_order_apart_and_inside_of_the_text(text: str) -> None:
    end = 0
    for found in fields(text):
        assert end <= found.start < found.end <= len(text)
        assert found.entity_types
        assert found.name.strip()
        assert text[found.start : found.end].strip() == text[found.start : found.end]
        end = found.end


words = st.sampled_from(("Jane", "Roe", "Max", "Mustermann", "Zoë", "O'Neil", "García"))
people = st.builds(
    lambda first, last: {"first_name": first, "last_name": last, "email": "jane@example.org"},
    words,
    words,
)


@few
@given(st.lists(people, min_size=1, max_size=5), st.sampled_from((None, 2)), st.booleans())
def test_every_value_of_json_with_known_keys_is_a_field(
    rows: list[dict[str, str]], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps({"people": rows}, indent=indent, ensure_ascii=ascii_only)
    wanted = [value for row in rows for value in row.values()]
    assert [item.value for item in fields(text)] == wanted
    assert [json.loads(f'"{text[item.start : item.end]}"') for item in fields(text)] == wanted


@few
@given(
    st.lists(people, min_size=1, max_size=5),
    st.sampled_from(",;\t|"),
    st.booleans(),
)
def test_every_cell_of_csv_with_known_headers_is_a_field(
    rows: list[dict[str, str]], delimiter: str, quoted: bool
) -> None:
    out = io.StringIO()
    plain, every = (
        csv.writer(out, delimiter=delimiter),
        csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL),
    )
    writer = every if quoted else plain
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    text = out.getvalue()
    found = [text[item.start : item.end] for item in fields(text)]
    assert found == [value for row in rows for value in row.values()]


@few
@given(st.lists(people, min_size=1, max_size=4), st.integers(0, 200))
def test_json_that_is_cut_off_keeps_the_fields_before_the_cut(
    rows: list[dict[str, str]], cut: int
) -> None:
    whole = json.dumps(rows, ensure_ascii=False)
    text = whole[: max(0, len(whole) - cut)]
    before = [item for item in fields(whole) if item.end < len(text)]
    found = list(fields(text))
    assert found[: len(before)] == before
