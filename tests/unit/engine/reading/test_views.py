"""What is hidden or encoded is read and leads back to its place; ordinary text has no view."""

from __future__ import annotations

import base64
import quopri
import tracemalloc
import urllib.parse

import pytest
from tests.unit.engine.reading.marking import unmarked

from sluice.engine.reading import views
from sluice.engine.reading.views import KINDS

MAIL = "jane@example.org"
CARD = "4111 1111 1111 1111"
IN_BASE64 = base64.b64encode(MAIL.encode()).decode()
WRAPPED = base64.encodebytes(
    b"Please write to jane@example.org about the contract of May."
).decode()

# Each row marks the stretch that reads as the text beside it.
HIDDEN: dict[str, tuple[str, str, str]] = {
    "zero-width space": ("folded", "to [[jane\u200b@exam\u200bple.org]] now", MAIL),
    "NUL": ("folded", "to [[jane\x00@exam\x00ple.org]] now", MAIL),
    "UTF-16 read as ASCII": ("folded", "[[" + "\x00".join(MAIL) + "]]\x00", MAIL),
    "backspace and delete": ("folded", "[[4111\x08 1111\x7f 1111 1111]]", CARD),
    "NUL beside a zero-width space": ("folded", "[[jane\u200b\x00@example.org]]", MAIL),
    "soft hyphen": ("folded", "to [[jane@exam\u00adple.org]] now", MAIL),
    "word joiner and BOM": ("folded", "[[ja\u2060ne@exa\ufeffmple.org]]", MAIL),
    "bidi controls": ("folded", "\u202e[[jane@\u202cexample.org]]", MAIL),
    "hangul filler": ("folded", "[[jane\u3164@example.org]]", MAIL),
    "variation selector": ("folded", "[[4\ufe0e111 1111 1111 1111]]", CARD),
    "combining noise": ("folded", "[[j̷a̷n̷e̷@example.org]]", MAIL),
    "Cyrillic letters": ("folded", "[[jаnе@ехаmрlе.оrg]]", MAIL),
    "Cyrillic letters in Russian": ("folded", "Пишите: [[jаnе@ехаmрlе.оrg]]", MAIL),
    "Greek letters": ("folded", "[[janε@example.org]]".replace("ε", "е"), MAIL),
    "Greek capitals": ("folded", "[[ΑΒΕ]]", "ABE"),
    "letters among digits": ("folded", "[[АВ12]]", "AB12"),
    "full width": ("folded", "[[ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ]]", MAIL),
    "full-width digits": ("folded", "[[４１１１ １１１１ １１１１ １１１１]]", CARD),
    "mathematical letters": ("folded", "[[𝒋𝒂𝒏𝒆@example.org]]", MAIL),
    "mathematical digits": ("folded", "[[𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟙𝟙𝟙𝟙 𝟷𝟷𝟷𝟷]]", CARD),
    "circled": ("folded", "[[ⓙⓐⓝⓔ@example.org]]", MAIL),
    "circled digits": ("folded", "[[④①①①]]", "4111"),
    "squared": ("folded", "[[🄹🄰🄽🄴]]", "JANE"),
    "small capitals": ("folded", "[[ᴊᴀɴᴇ@example.org]]", MAIL),
    "tags": ("folded", "a[[" + "".join(chr(0xE0000 + ord(c)) for c in MAIL) + "]]", MAIL),
    "Arabic-Indic digits": ("folded", "[[٤١١١ ١١١١ ١١١١ ١١١١]]", CARD),
    "Devanagari digits": ("folded", "[[४१११ ११११ ११११ ११११]]", CARD),
    "raised digits": ("folded", "[[⁴¹¹¹]]", "4111"),
    "ligature": ("folded", "Mr [[Griﬃn]]", "Griffin"),
    "non-breaking hyphen": ("folded", "[[555‑0187]]", "555-0187"),
    "thin spaces": ("folded", "[[4111\u20091111\u20091111\u20091111]]", CARD),
    "decomposed letter": ("folded", "[[Zoe\u0308]] Roe", "Zoë"),
    "URL": ("url_decoded", "?to=[[jane%40example.org]]", MAIL),
    "URL, twice": ("url_decoded", "?to=[[jane%2540example.org]]", MAIL),
    "URL, all of it": ("url_decoded", "[[" + "".join(f"%{ord(c):02x}" for c in MAIL) + "]]", MAIL),
    "URL, UTF-8": ("url_decoded", f"?n=[[{urllib.parse.quote('Zoë')}]]&x", "Zoë"),
    "URL, plus": ("url_decoded", "https://x.org/?name=[[Jane+Roe]]&a=1", "Jane Roe"),
    "decimal entity": ("html_entities", "[[jane&#64;example.org]]", MAIL),
    "hexadecimal entity": ("html_entities", "[[jane&#x40;example&#x2E;org]]", MAIL),
    "padded entity": ("html_entities", "[[jane&#0000064;example.org]]", MAIL),
    "named entity": ("html_entities", "[[jane&commat;example&period;org]]", MAIL),
    "entity of an entity": ("html_entities", "[[jane&amp;#64;example.org]]", MAIL),
    "entity without semicolon": ("html_entities", "[[jane&#64example.org]]", MAIL),
    "all entities": ("html_entities", "[[" + "".join(f"&#{ord(c)};" for c in MAIL) + "]]", MAIL),
    "JSON escape": ("json_escapes", r'{"a": "[[jane\u0040example.org]]"}', MAIL),
    "JSON escape in a string": ("json_escapes", r"[[jane\\u0040example.org]]", MAIL),
    "surrogate pair": ("json_escapes", r"[[\ud835\udc23]]", "𝐣"),
    "JavaScript escapes": ("json_escapes", r"[[jane\x40example\u{2e}org]]", MAIL),
    "line break of a string": ("json_escapes", r'"hi\n[[jane]]"', "jane"),
    "escaped slash": ("json_escapes", r"[[https:\/\/example.org]]", "https://example.org"),
    "quoted-printable": ("quoted_printable", "[[jane=40example.org]]", MAIL),
    "soft line break": ("quoted_printable", "caf=C3=A9 [[jane@exam=\nple.org]]", MAIL),
    "tags inside of a word": ("markup", "[[jane<b>@</b>example.org]]", MAIL),
    "comment inside of a word": ("markup", "[[jane<!-- x -->@example.org]]", MAIL),
    "line break in a card": ("joined_lines", "[[4111 1111\n1111 1111]]", CARD),
    "line break in a group": ("joined_lines", "[[4111 11\n11 1111 1111]]", CARD),
    "line break after a dash": ("joined_lines", "[[4111-1111-\n1111-1111]]", "4111-1111-1111-1111"),
    "break in a quoted mail": ("joined_lines", "> [[4111 1111\n> 1111 1111]]", CARD),
    "Windows line break": ("joined_lines", "[[4111 1111\r\n1111 1111]]", CARD),
    "line break in an address": ("joined_lines", "[[jane@\nexample.org]]", MAIL),
    "line break in an account": (
        "joined_lines",
        "[[GB29 NWBK\n6016 1331 9268 19]]",
        "GB29 NWBK 6016 1331 9268 19",
    ),
    "wide spaces": ("narrowed", "[[4111  1111  1111  1111]]", CARD),
    "base64": ("base64", f"Basic [[{IN_BASE64}]]", MAIL),
    "base64 without padding": ("base64", f"x [[{IN_BASE64.rstrip('=')}]] y", MAIL),
    "base64 of a URL": ("base64", "x [[amFuZSU0MGV4YW1wbGUub3Jn]]", MAIL),
    "wrapped base64": (
        "base64",
        f"[[{WRAPPED.rstrip()}]]\n",
        "Please write to jane@example.org about the contract of May.",
    ),
    "URL-safe base64": ("base64", "[[amFuZT8-fn5AZXhhbXBsZS5vcmc]]", "jane?>~~@example.org"),
    "hexadecimal": ("base64", f"[[{MAIL.encode().hex()}]]", MAIL),
    "an entity and a zero-width space": ("mixed", "[[jane&#64;exam\u200bple.org]]", MAIL),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_read_and_leads_back_to_its_place(name: str) -> None:
    kind, row, reads = HIDDEN[name]
    text, ((start, end),) = unmarked(row)
    view = next(view for view in views(text) if view.kind == kind)
    at = view.text.index(reads)
    assert view.original(at, at + len(reads)) == (start, end)


ORDINARY: dict[str, str] = {
    "prose": "The quick brown fox jumps over the lazy dog, doesn't it? Yes: 100% of the time.",
    "quotes and dashes": "“Well,” she said — and left… that’s all.",
    "German": "Über die Straße läuft Jürgen; das kostet 5 €.",
    "French": "Où est-il\u00a0? « Là-bas », dit-elle. Ça va\u202f!",
    "Russian": "Привет, как дела? В 2024 году было 5 заявок.",
    "Greek": "Καλημέρα σας, τι κάνετε σήμερα;",
    "Chinese": "你好，世界。今天是星期一（春天）！",
    "Arabic": "مرحبا بالعالم",
    "a terminal's colours": "\x1b[31mfailed\x1b[0m: 3 of 5\r\n\tretry\x0b\x0c",
    "emoji": "Nice 👩\u200d💻 work ❤\ufe0f 👍🏽",
    "numbers": "1.5 and 2,000.50 at 10:30 on 2024-01-31; v1.2.3, 50 %",
    "paths": "/usr/local/lib/python3/site-packages/internationalization/module",
    "identifiers": "getElementsByClassNameFromDocument some_very_long_identifier_name",
    "code": "if a < b && c > d: return x % y  # modulo",
    "query": "?a=20&b=30&copy=1&d=1+2",
    "hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "exponent": "5 m² and x³, note¹",
    "list": "1. one\n2. two\n3. three\n",
    "column of numbers": "1000\n2000\n3000\n4000\n5000\n6000\n",
    "log": "took 12\n2024-01-01 10:00:00 took 13\n2024-01-01 10:00:01 took 14\n",
    "empty": "",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_text_has_no_other_reading(name: str) -> None:
    assert [view.kind for view in views(ORDINARY[name])] == []


def test_kinds_are_those_that_are_documented() -> None:
    seen = {view.kind for _, row, _ in HIDDEN.values() for view in views(unmarked(row)[0])}
    assert seen == set(KINDS)


def test_assignments_are_not_taken_for_quoted_printable() -> None:
    text = "DB_PORT=3306\nAPP_KEY=base64:q8V1rJ0kHnXo2bT5uY7wZ3cF6mE=\nAPP_DEBUG=false\n"
    assert [view for view in views(text) if view.kind == "quoted_printable"] == []


def test_what_the_standard_library_writes_as_quoted_printable_is_read() -> None:
    text = (
        "Jürgen Müller wrote to jane@example.org about a rather long matter of the utmost weight."
    )
    written = quopri.encodestring(text.encode()).decode()
    assert any(text in view.text for view in views(written))


def test_random_bytes_in_base64_are_no_text() -> None:
    token = base64.b64encode(bytes(range(128, 256))).decode()
    assert list(views(f"key {token}")) == []


def test_a_view_of_a_long_text_holds_only_what_is_near() -> None:
    text = "word " * 100_000 + "jane&#64;example.org" + " word" * 100_000
    (view,) = views(text)
    assert len(view.text) < 1000
    at = view.text.index(MAIL)
    assert view.original(at, at + len(MAIL)) == (500_000, 500_020)


def test_no_view_holds_a_lone_surrogate() -> None:
    for view in views(r"a \ud800 b &#xd800; c %ED%A0%80 d \u0041"):
        assert view.text.encode()


LONG = 150_000
HOSTILE: dict[str, str] = {
    "zero-width spaces": "a\u200b" * 500_000,
    "zeros": "a\x00" * 500_000,
    "full width": "１" * 1_000_000,
    "marks": "a" + "\u0301" * 1_000_000,
    "look-alikes": "а" * 1_000_000,
    "look-alikes and one of their own": "ж" + "аa" * 500_000,
    "links": "a.b@" * 250_000 + "ж",
    "percent signs": "%" * 1_000_000,
    "escapes of a URL": "%41" * 330_000,
    "escaped percent signs": "%25" * 330_000,
    "ampersands": "&" * 1_000_000,
    "entities": "&#64;" * 200_000,
    "escaped ampersands": "&amp;" * 200_000,
    "backslashes": "\\" * 1_000_000,
    "escapes": "\\u0040" * 160_000,
    "equals signs": "=" * 1_000_000,
    "quoted bytes": "=40a.b=\n" * 125_000,
    "tags": "a<b>" * 250_000,
    "half tags": "a<b " * 250_000,
    "comments": "a<!--" * 200_000,
    "breaks": "1\n" * 500_000,
    "breaks and spaces": "1\n" + " " * 1_000_000,
    "digits and spaces": "11  " * 250_000,
    "spaces": " " * 1_000_000,
    "base64": "QUJD" * 250_000,
    "base64 that is none": "abcdefghijklmn/" * 66_000,
    "lines of base64": ("QUJD" * 19 + "\n") * 13_000,
    "queries": "?a=b+" * 200_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_lot_of_it_is_read_to_its_end(name: str) -> None:
    text = HOSTILE[name][:LONG]
    for view in views(text):
        start, end = view.original(0, len(view.text))
        assert 0 <= start <= end <= len(text)


def test_memory_grows_with_the_text_and_not_faster() -> None:
    text = "jane&#64;example.org " * 5_000
    tracemalloc.start()
    for view in views(text):
        assert view.text
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * len(text)
