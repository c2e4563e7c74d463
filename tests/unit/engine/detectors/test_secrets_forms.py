"""Every known form of a token is found, and no example of one is."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from random import Random
from string import ascii_letters, digits
from typing import Any, Final, TypeAlias

import pytest
from tests.unit.engine.detectors.secrets_marking import found

from sluice.engine.detectors.secrets import FORMS
from sluice.engine.detectors.secrets.forms import Form, crc62, pattern_of

_parser = import_module("re._parser")
Tree: TypeAlias = Any
"""A part of what `re`'s parser returns; it has no public types."""
IDS: Final = [f"{index}-{form.issuer}" for index, form in enumerate(FORMS)]
PLAIN: Final = digits + ascii_letters
DOCS: Final = Path(__file__).parents[4] / "docs" / "secrets.md"


def written(expression: str, random: Random) -> str:
    """A text that the expression matches, drawn evenly; the shortest where lengths differ."""
    return "".join(_written(node, random) for node in _parser.parse(expression))


def _written(node: tuple[Any, Tree], random: Random) -> str:
    kind, value = str(node[0]), node[1]
    if kind == "LITERAL":
        return chr(value)
    if kind == "IN":
        return random.choice(sorted(_chars(value)))
    if kind == "MAX_REPEAT":
        least, most, inner = value
        return "".join(_all(inner, random) for _ in range(min(most, max(least, 1))))
    if kind == "SUBPATTERN":
        return _all(value[3], random)
    assert kind == "BRANCH", f"a form uses {kind}"
    return _all(value[1][0], random)


def _all(nodes: Tree, random: Random) -> str:
    return "".join(_written(node, random) for node in nodes)


def _chars(items: Tree) -> set[str]:
    chars: set[str] = set()
    for kind, value in items:
        if str(kind) == "RANGE":
            chars |= {chr(code) for code in range(value[0], value[1] + 1)}
        elif str(kind) == "LITERAL":
            chars.add(chr(value))
        else:
            chars |= {" "} if str(value).endswith("SPACE") else set(digits)
    return chars & set(PLAIN) or chars


def token_of(form: Form) -> str:
    """A made-up token of this form, the same in every run."""
    if form.issuer == "discord" and not form.prefix:
        return "MTIzNDU2Nzg5MDEyMzQ1Njc4." + "G1a2b3." + written("[A-Za-z0-9]{27}", Random(1))
    random = Random(f"{form.prefix} {form.body}")
    return written(form.prefix, random) + written(form.body, random)


def test_at_least_150_forms_of_at_least_150_issuers_and_products_are_known() -> None:
    assert len({(form.prefix, form.body) for form in FORMS}) == len(FORMS) >= 150
    assert len({form.issuer for form in FORMS}) >= 150


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_token_of_each_form_is_found_by_its_issuer_s_pattern(form: Form) -> None:
    token = token_of(form)
    text = f'credentials: "{token}"\n'
    match = pattern_of(form).compiled.search(text)
    assert match is not None
    checked = pattern_of(form).checked(match)
    assert checked is not None
    start = len(written(form.prefix, Random(0))) if form.named else 0
    assert text[checked.start : checked.end] in (token, token[start:])
    assert checked.score >= 0.5
    assert checked.reason


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_token_of_each_form_is_found_in_a_text(form: Form) -> None:
    token = token_of(form)
    start = len("see ")
    items = found(f"see {token} here")
    assert any(item.start < start + len(token) and item.end > start for item in items)


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_form_filled_with_one_character_is_an_example(form: Form) -> None:
    body = re.sub(r"[A-Za-z0-9]", "x", written(form.body, Random(0)))
    match = pattern_of(form).compiled.search(written(form.prefix, Random(0)) + body)
    assert match is None or pattern_of(form).checked(match) is None


def test_a_checksum_is_six_digits_of_base_62() -> None:
    assert crc62("") == "000000"
    assert len(crc62("anything")) == 6


def test_every_issuer_stands_in_the_documentation() -> None:
    text = DOCS.read_text()
    assert [form.issuer for form in FORMS if f"`{form.issuer}`" not in text] == []
