"""E-mail addresses: a table of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import BACKENDS, check_found, check_not_found, spans_of

FOUND = (
    "Mail [[jane@example.org]] please",
    "[[jane.doe+tag@mail.example.co.uk]]",
    "<[[jane_doe@example.com]]>",
    "mailto:[[jane@example.org]]?subject=x",
    "To: [[a@example.org]], [[b@example.org]]; [[c@example.org]]",
    "Ends a sentence with [[jane@example.org]].",
    "([[jane@example.org]])",
    '"email": "[[jane@example.org]]"',
    "mail=[[jane@example.org]]&x=1",
    "[[JANE@EXAMPLE.ORG]]",
    "[[o'brien@example.org]]",
    "[[1234567@example.de]]",
    "[[jürgen@müller.de]]",
    "[[почта@пример.рф]]",
    "[[jane@xn--mller-kva.de]]",
    "[[jane@example.photography]]",
    "[[root@server.internal]] is inside",
    "邮箱[[jane@example.org]]是",
    "'[[jane@example.org]]'",
    "[[x@y.io]]",
    "[[jane@sub-domain.example.museum]]",
    "[[jane@example.org]].jane",
    "see:[[jane@example.org]]",
    "git clone then ask [[git@example.org]] about it",
    f"[[{'a' * 64}@example.org]]",
)

WRITTEN_OUT = (
    "email [[jane at example.org]]",
    "write to [[jane at example dot com]] please",
    "[[jane.doe [at] example [dot] org]]",
    "[[jane(at)example.com]]",
    "[[jane (at) example (dot) com]]",
    "[[jane{at}example{dot}com]]",
    "[[jane<at>example<dot>com]]",
    "[[JANE AT EXAMPLE DOT COM]]",
    "[[jane_at_example_dot_com]]",
    "[[jane@example dot com]]",
    "mail [[jane @ example . com]]",
    "[[jane dot doe at example dot co dot uk]]",
    "[[jane arroba ejemplo punto es]]",
    "[[jean arobase exemple point fr]]",
    "[[hans (ät) beispiel (punkt) de]]",
    "[[hans at beispiel punkt de]]",
    "[[maria chiocciola esempio punto it]]",
    "[[piet apenstaartje voorbeeld punt nl]]",
    "[[joao arroba exemplo ponto com]]",
    "email: [[jane at example.org]]",
    '[["jane doe"@example.com]]',
    "[[jürgen(at)müller.de]]",
    "mail [[jane.roe at example dot ac.uk]] please",
    "mail [[jane.roe at example. ac.uk]] please",
)
NOT_WRITTEN_OUT = (
    "the developer at Data.gov",
    "our team at all. In time",
    "the projects at dap.x.gov",
    "look at amazon dot com",
    "at some point in time",
    "we met at example.org",
    "come at eight. It is late",
    "at the dot in the middle",
    "foo @ 1.2.3.4",
    "5 @ 3.in",
    "price @ amazon.com",
    "array[at] of dots",
    "function(at) {}",
    '"label"@en',
    "jane at example",
    "the dot com boom at work",
    "found online at shop dot com",
    "see us at example dot org",
)
NOT_FOUND = (
    "@property",
    "@jane on the forum",
    "jane@",
    "@example.org",
    "jane at example.org",
    "icon@2x.png",
    "logo@3x.jpg",
    "lodash@4.17.21",
    "pip install foo@1.2.3",
    "user@host",
    "git@github.com:org/repo.git",
    "git@github.com:org/repo.git commit 9fce02d0ae598e95",
    "jane@@example",
    "a @ b.org",
    "jane@example.notasuffix",
    "foo@bar.baz.qux",
    "https://user:word1pass@example.org/path",
    "price @ 5.00 each",
    "@media screen and (max-width: 100px)",
    "actions/checkout@v4.1.0",
    "'@scope/package.name'",
    "@@@@@@",
)


@pytest.mark.parametrize("marked", FOUND)
def test_an_address_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "EMAIL_ADDRESS")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_an_address_is_not_found(text: str) -> None:
    check_not_found(text, "EMAIL_ADDRESS")


@pytest.mark.parametrize("marked", WRITTEN_OUT)
def test_an_address_that_is_written_out_is_found_whole(marked: str) -> None:
    check_found(marked, "EMAIL_ADDRESS")


def test_a_domain_literal_belongs_to_the_address() -> None:
    for backend in BACKENDS:
        assert spans_of("mail root@[192.168.0.1] now", "EMAIL_ADDRESS", backend) == [(5, 23)]


@pytest.mark.parametrize("text", NOT_WRITTEN_OUT)
def test_a_place_in_the_web_or_a_dot_in_a_sentence_is_not_an_address(text: str) -> None:
    check_not_found(text, "EMAIL_ADDRESS")
