"""E-mail addresses: a table of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

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
