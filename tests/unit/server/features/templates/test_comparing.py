"""What differs between two versions: messages, everything else, and both as one text."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.server.features.templates.comparing import as_text, difference
from sluice.server.features.templates.content import TemplateContent

A = {"role": "system", "content": "A"}
B = {"role": "user", "content": "B\nb"}
C = {"role": "user", "content": "C"}
MESSAGES: dict[str, tuple[list[Any], list[Any], list[tuple[int | None, int | None]]]] = {
    "the same": ([A, B], [A, B], []),
    "one changed": ([A, B], [A, C], [(1, 1)]),
    "one added": ([A], [A, B], [(None, 1)]),
    "one removed": ([A, B, C], [A, C], [(1, None)]),
    "one for two": ([A, B], [C], [(0, 0), (1, None)]),
    "turned": ([A, B], [B, A], [(None, 0), (1, None)]),
}


def content(messages: list[Any] | None = None, **fields: object) -> TemplateContent:
    return TemplateContent.model_validate({"messages": messages or [A], **fields})


@pytest.mark.parametrize(("before", "after", "changes"), MESSAGES.values(), ids=MESSAGES)
def test_messages_are_compared_one_by_one(
    before: list[Any], after: list[Any], changes: list[tuple[int | None, int | None]]
) -> None:
    found = difference(content(before), content(after))
    assert [(one.before_index, one.after_index) for one in found.messages] == changes
    for one in found.messages:
        assert one.before == (before[one.before_index] if one.before_index is not None else None)
        assert one.after == (after[one.after_index] if one.after_index is not None else None)


def test_everything_else_is_compared_by_path() -> None:
    tool = {"name": "find", "description": "a", "parameters": {}}
    before = content(model="m", parameters={"top_p": 1, "seed": 1}, toolSchema=[tool])
    after = content(
        model="n",
        parameters={"top_p": 1, "stop": ["x"]},
        toolSchema=[{**tool, "description": "b"}],
        note="not looked at",
    )
    assert {one.path: (one.before, one.after) for one in difference(before, after).values} == {
        "model": ("m", "n"),
        "parameters.seed": (1, None),
        "parameters.stop": (None, ["x"]),
        "tools.find.description": ("a", "b"),
    }


def test_a_truth_is_not_a_number() -> None:
    found = difference(content(parameters={"x": 1}), content(parameters={"x": True}))
    assert [one.path for one in found.values] == ["parameters.x"]


def test_the_unified_text_has_the_lines_that_go_and_come() -> None:
    unified = difference(content([A, B]), content([A, {**B, "content": "B\nc"}])).unified
    assert "-b\n+c" in unified
    assert difference(content(), content()).unified == ""


def test_very_long_texts_are_shown_whole() -> None:
    before, after = content([{**A, "content": "x\n" * 9_999}]), content([A], model="m")
    lines = difference(before, after).unified.splitlines()
    assert (lines.count("-x"), lines[-3:]) == (9_999, ["+[system]", "+A", "+model: m"])
    assert difference(before, before).unified == ""


def test_a_version_reads_as_its_messages_and_how_the_model_is_asked() -> None:
    slots = [{"type": "image", "placeholderName": "scan"}]
    shown = as_text(content([A, {"kind": "history"}, {**C, "mediaSlots": slots}], model="m"))
    assert shown == "[system]\nA\n[history]\n[user]\nC\n(image scan)\nmodel: m"
    text = TemplateContent.model_validate({"text": "T", "parameters": {"a": 1}})
    assert as_text(text) == 'T\nparameters: {\n  "a": 1\n}'
