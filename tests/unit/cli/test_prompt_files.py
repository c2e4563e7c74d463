"""Prompts as files: what is written is read again, and what is wrong is shown with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cli.commands import run
from tests.unit.server.features.templates.nodes import TEMPLATES

from sluice.cli.errors import CommandError
from sluice.cli.prompt_files import (
    PromptEntry,
    bundle_files,
    content_of,
    path_of,
    prompt_text,
    read_folder,
)
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.mustache import write

TEXTS = TEMPLATES.map(write) | st.text(max_size=40).map(lambda text: text.replace("{", "["))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.one_of(
    st.just({"kind": "history"}),
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "developer"]), "content": TEXTS}
    ),
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["gpt-4o", "on", "1e3"]),
        "provider": st.sampled_from(["openai", "null"]),
        "parameters": st.dictionaries(st.text(max_size=5).filter(lambda k: k != "model"), JSON),
        "outputSchema": st.dictionaries(st.text(max_size=5), JSON, min_size=1),
    },
).flatmap(
    lambda rest: (
        st.builds(lambda text: {**rest, "text": text}, TEXTS)
        | st.builds(lambda m: {**rest, "messages": m}, st.lists(MESSAGES, min_size=1, max_size=3))
    )
)
ANSWER: dict[str, Any] = {
    "id": "v-1",
    "templateId": "t-1",
    "templateName": "support/re:ply",
    "number": 3,
    "versionName": "kinder",
    "note": "ticket 4711",
    "content": {
        "messages": [
            {"role": "system", "content": "Be {{tone}}.\n{{#items}}\n- {{.}}\n{{/items}}\n"},
            {"kind": "history"},
        ],
        "text": None,
        "model": "gpt-4o",
        "provider": "openai",
        "flavor": "",
        "parameters": {"temperature": 0.2},
        "providerInfo": None,
        "toolSchema": [{"name": "find", "description": "", "parameters": {}}],
        "outputSchema": None,
    },
}
WRITTEN = """\
name: support/re:ply
provider: openai
model: gpt-4o
parameters:
  temperature: 0.2
messages:
  - role: system
    content: |
      Be {{tone}}.
      {{#items}}
      - {{.}}
      {{/items}}
  - kind: history
toolSchema:
  - name: find
    description: ''
    parameters: {}
"""


def folder_with(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@settings(max_examples=60, deadline=None)
@given(CONTENTS)
def test_a_template_that_is_written_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    kept = TemplateContent.model_validate(content)
    folder = folder_with(tmp_path_factory.mktemp("prompts"), a=prompt_text("a/b", kept.document()))
    [file] = read_folder(folder)
    assert file.name == "a/b"
    assert TemplateContent.model_validate(file.entry.said()) == kept


def test_texts_of_several_lines_stand_as_they_are_and_nothing_is_said_of_the_version() -> None:
    assert prompt_text("support/re:ply", content_of(ANSWER)) == WRITTEN


def test_a_file_in_any_dialect_and_with_comments_is_read(tmp_path: Path) -> None:
    text = "# why\nname: a\ndialect: format\ntext: 'Hi {who}, {{}}'\nnote: n\n"
    [file] = read_folder(folder_with(tmp_path, a=text))
    assert file.entry.said() == {"text": "Hi {{who}}, {}", "note": "n"}
    assert file.text == "name: a\ntext: Hi {{who}}, {}\n"


def test_every_problem_of_every_file_is_shown_with_its_line_and_without_texts(
    tmp_path: Path,
) -> None:
    folder_with(
        tmp_path,
        a="name: a\nmessages:\n  - role: user\n    content: secret {{#open}}\n  - role: tool\n",
        b="name: b\nmodle: secret\ntext: secret\n",
        c="name: c\nname: d\ntext: x\n",
        d="text: x\n",
        e="name: same\ntext: x\n",
        f="name: same\ntext: y\n",
        g="name: [\n",
        h="name: h\ntext: a\nparameters: {x: .nan}\n",
    )
    (tmp_path / "i.yaml").write_bytes(b"name: \xff")
    with pytest.raises(CommandError) as refused:
        read_folder(tmp_path)
    told = [problem.removeprefix(f"{tmp_path}/") for problem in refused.value.problems]
    assert [one.split(": ")[0] for one in told] == [
        "a.yaml:5",
        "b.yaml:2",
        "c.yaml:2",
        "d.yaml:1",
        "g.yaml:2",
        "h.yaml:1",
        "i.yaml",
        "f.yaml",
    ]
    assert "secret" not in " ".join(told)


def test_a_broken_text_is_shown_with_its_position(tmp_path: Path) -> None:
    folder_with(tmp_path, a="name: a\nmessages:\n  - {role: user, content: 'secret {{#open}}'}\n")
    with pytest.raises(CommandError) as refused:
        read_folder(tmp_path)
    [told] = refused.value.problems
    assert "a.yaml:2: messages: messages[0].content, code point 7" in told
    assert "secret" not in told


def test_hidden_files_and_others_are_no_templates(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.yaml").write_text("no")
    (tmp_path / "README.md").write_text("no")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    folder_with(tmp_path / "deep" / "er", a="name: a\ntext: x\n")
    assert [file.name for file in read_folder(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a", "a.yaml"),
        ("support/reply", "support/reply.yaml"),
        ("a b/c.d", "a b/c.d.yaml"),
        ("what?/a:b", "what%3F/a%3Ab.yaml"),
        (".hidden/..x", "%2Ehidden/%2E.x.yaml"),
        ("è", "%C3%A8.yaml"),
    ],
)
def test_a_file_is_where_every_system_can_have_it(name: str, path: str) -> None:
    assert path_of(name) == Path(path)


def test_a_bundle_is_what_freeplay_download_writes() -> None:
    files = bundle_files(ANSWER, "default", "prod")
    folder = Path("freeplay/prompts/default/prod")
    assert set(files) == {folder / "support/re:ply.json", folder / "support%2Fre%3Aply.json"}
    [written] = {json.dumps(json.loads(text), sort_keys=True) for text in files.values()}
    said = json.loads(written)
    assert said["content"][0]["media_slots"] == []
    assert said["content"][1] == {"kind": "history"}
    assert said["metadata"]["flavor"] == "openai_chat"
    assert (said["prompt_template_name"], said["format_version"]) == ("support/re:ply", 2)


def test_our_package_reads_a_bundle(tmp_path: Path) -> None:
    from freeplay.resolvers import FilesystemTemplateResolver

    for path, text in bundle_files(ANSWER, "default", "prod").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    [template] = FilesystemTemplateResolver(tmp_path).get_prompts("default", "prod").templates
    assert (template.name, template.dialect) == ("support/re:ply", "mustache")
    assert template.params == {"temperature": 0.2, "model": "gpt-4o"}


def test_a_name_that_leads_elsewhere_is_never_written() -> None:
    with pytest.raises(CommandError):
        bundle_files({**ANSWER, "templateName": "../../x"}, "default", "prod")


def test_lint_offline_needs_no_server_and_ends_with_1_for_a_problem(tmp_path: Path) -> None:
    folder_with(tmp_path, a="name: a\nmessages: [{kind: history}]\n")
    assert run("prompts", "lint", str(tmp_path), "--offline").exit_code == 0
    done = run("prompts", "lint", str(tmp_path), "--offline", "--for-0.1.6")
    assert done.exit_code == 1
    assert "messages[0]: is a place for history" in done.stderr
    folder_with(tmp_path, b="name: b\n")
    assert run("prompts", "lint", str(tmp_path), "--offline").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("deploy",),
        ("deploy", "a", "--all"),
        ("deploy", "a", "b", "--version", "1"),
        ("pull", "--prune", "--name", "a"),
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other_are_wrong_usage(words: tuple[str, ...]) -> None:
    assert run("prompts", *words).exit_code == 2


def test_an_entry_is_a_content_with_a_name() -> None:
    entry = PromptEntry.model_validate({"name": "a", "text": "secret {{x}}"})
    assert entry.said() == {"text": "secret {{x}}"}
    assert "secret" not in repr(entry)
