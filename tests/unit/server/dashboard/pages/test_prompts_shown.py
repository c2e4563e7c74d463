"""What the pages of prompts show."""

from __future__ import annotations

import ast

import pytest

from sluice.engine import Action
from sluice.server.dashboard.pages.prompts_shown import (
    TAG,
    comparison,
    crumbs,
    folders_in,
    marked,
    messages_of,
    snippets,
)
from sluice.server.features.projects.linting import Lint, LintFinding
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.listing import folders_of


def chat(*texts: str, **fields: object) -> TemplateContent:
    messages = [{"role": "user", "content": text} for text in texts]
    return TemplateContent.model_validate({"messages": messages, **fields})


def test_folders_count_what_is_in_them_and_in_their_folders() -> None:
    counts = folders_of(["a/b/c", "a/b/d", "a/e", "f"])
    assert counts == {"a": 3, "a/b": 2}
    assert [(one.name, one.count) for one in folders_in("", counts)] == [("a", 3)]
    assert [(one.path, one.name) for one in folders_in("a", counts)] == [("a/b", "b")]
    assert folders_in("a/b", counts) == []
    assert crumbs("a/b") == [("a", "a"), ("b", "a/b")]
    assert crumbs("") == []


def found(start: int, end: int, path: str = "messages[0].content") -> LintFinding:
    return LintFinding(path, "PERSON", start, end, 1.0, "tagger", Action.MASK)


TEXTS = [
    pytest.param("", [], [], id="nothing"),
    pytest.param("a {{x}} b", [], [("a ", ""), ("{{x}}", TAG), (" b", "")], id="a tag"),
    pytest.param("{{{x}}}", [], [("{{{x}}}", TAG)], id="three braces"),
    pytest.param("{{x", [], [("{{x", "")], id="not closed"),
    pytest.param("😀 Ada", [found(2, 5)], [("😀 ", ""), ("Ada", "PERSON")], id="a finding"),
    pytest.param(
        "Ada {{x}}", [found(0, 3)], [("Ada", "PERSON"), (" ", ""), ("{{x}}", TAG)], id="both"
    ),
]


@pytest.mark.parametrize(("text", "findings", "pieces"), TEXTS)
def test_tags_and_findings_are_marked(
    text: str, findings: list[LintFinding], pieces: list[tuple[str, str]]
) -> None:
    assert marked(text, findings) == pieces


def test_findings_are_marked_in_the_message_that_holds_them() -> None:
    lint = Lint((found(0, 3, "messages[1].content"),))
    first, second = messages_of(chat("Ada", "Ada"), lint)
    assert (first.pieces, second.pieces) == ([("Ada", "")], [("Ada", "PERSON")])
    [text] = messages_of(TemplateContent.model_validate({"text": "Ada"}), None)
    assert (text.role, text.pieces) == ("text", [("Ada", "")])


def test_a_comparison_holds_what_stayed_too() -> None:
    compared = comparison(chat("same", "old"), chat("same", "new", "more", model="m"))
    assert [one.change for one in compared.messages] == ["same", "changed", "added"]
    assert [(one.title, one.change) for one in compared.values] == [("model", "added")]
    assert not compared.is_empty
    assert comparison(chat("a"), chat("a")).is_empty


def test_another_role_is_a_change() -> None:
    other = TemplateContent.model_validate({"messages": [{"role": "system", "content": "a"}]})
    assert [one.change for one in comparison(chat("a"), other).messages] == ["changed"]


def test_snippets_are_whole_programs() -> None:
    made = snippets("https://sluice.test", "shop", 'a "b" ü/c', "prod", ["x", "y.z", "."])
    *programs, curl = (one.text for one in made)
    for program in programs:
        ast.parse(program)
        assert '{"x": "…", "y": "…"}' in program
    assert "/v2/projects/shop/prompt-templates/name/a%20%22b%22%20%C3%BC/c?environment=prod" in curl
