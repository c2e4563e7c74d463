"""The YAML form of policy groups and model instances."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.cli.documents import (
    ConnectionEntry,
    ModelInstanceEntry,
    instances_document,
    read_file,
)
from sluice.cli.errors import CommandError
from sluice.engine import Action, Detection
from sluice.server.features.policies.schemas import CustomTermDocument, RuleDocument
from sluice.server.features.policies.yaml_form import (
    PolicyGroupEntry,
    policies_document,
    unknown_types,
)

NAMES = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
WORDS = st.text(min_size=1, max_size=60)
TYPES = st.sampled_from(["URL", "EMAIL_ADDRESS", "US_SSN", "CUSTOM_TERM", "PROJECT"])
RULES = st.builds(
    RuleDocument,
    action=st.sampled_from(Action),
    threshold=st.floats(0, 1, allow_nan=False),
    user_may_release=st.booleans(),
)
TERMS = st.builds(
    CustomTermDocument,
    name=NAMES,
    entity_type=TYPES,
    text=st.text("abcdefgh 0123", min_size=1, max_size=20).filter(str.strip),
    case_sensitive=st.booleans(),
    whole_words=st.booleans(),
    inflected=st.booleans(),
)
GROUPS = st.builds(
    PolicyGroupEntry,
    name=NAMES,
    detection=st.sampled_from(Detection),
    default=RULES,
    rules=st.dictionaries(TYPES, RULES, max_size=3),
    custom_terms=st.lists(TERMS, max_size=2),
    allow_list=st.lists(WORDS, max_size=3),
)
INSTANCES = st.builds(
    ModelInstanceEntry,
    name=NAMES,
    policyGroup=NAMES,
    instructions=st.text(max_size=200),
    allowed_users=st.lists(st.emails() | st.integers(1, 10**6), max_size=2),
    connection=st.none()
    | st.builds(
        ConnectionEntry,
        providerKey=st.sampled_from(["echo", "openai"]),
        model=WORDS,
        base_url=st.none() | st.just("https://models.example.com/v1"),
        options=st.dictionaries(
            NAMES, st.booleans() | st.integers(-9, 9) | WORDS | st.floats(-9, 9), max_size=2
        ),
    ),
)


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_a_policy_group_that_is_written_is_read_as_it_was(group: PolicyGroupEntry) -> None:
    assert read_file("f", policies_document([group])).document.policy_groups == [group]


@settings(max_examples=60, deadline=None)
@given(INSTANCES, st.booleans())
def test_a_model_instance_that_is_written_is_read_as_it_was(
    entry: ModelInstanceEntry, has_credentials: bool
) -> None:
    text = instances_document([(entry, has_credentials)])
    assert read_file("f", text).document.model_instances == [entry]


def test_an_empty_list_is_a_document_too() -> None:
    assert read_file("f", policies_document([])).document.policy_groups == []


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(CommandError) as caught:
        read_file("p.yaml", text)
    return caught.value.problems


def test_every_problem_is_reported_at_once_with_its_line() -> None:
    assert problems_of(
        "policyGroups:\n"
        "  - name: Default\n"
        "    default: {action: maskk, threshold: 1.5}\n"
        "    rules:\n"
        "      credit: {action: block}\n"
        "      URL: {action: block, acton: x}\n"
        "    customTerms:\n"
        "      - {name: b}\n"
        "    allowList: [123]\n"
        "  - nme: x\n"
    ) == (
        "p.yaml:3: policyGroups[0].default.action: "
        "Input should be 'allow', 'mask', 'redact', 'replace' or 'block'",
        "p.yaml:3: policyGroups[0].default.threshold: Input should be less than or equal to 1",
        "p.yaml:5: policyGroups[0].rules.credit: this is no entity type: use upper-case words "
        "with underscores between them",
        "p.yaml:6: policyGroups[0].rules.URL.acton: there is no such key; is it spelt right?",
        "p.yaml:8: policyGroups[0].customTerms[0]: give exactly one of text and pattern",
        "p.yaml:9: policyGroups[0].allowList[0]: this must be a text; put it in quotes",
        "p.yaml:10: policyGroups[1].name: this key is missing",
        "p.yaml:10: policyGroups[1].nme: there is no such key; is it spelt right?",
    )


def test_what_only_the_engine_can_tell_is_reported_with_its_line_too() -> None:
    found = problems_of(
        "policyGroups:\n"
        "  - name: A\n"
        "    custom_terms:\n"
        "      - {name: t, text: x1}\n"
        '      - {name: p, pattern: "(["}\n'
        "  - name: A\n"
    )
    assert found[0] == "p.yaml:6: policyGroups[1].name: this name stands here twice"
    assert found[1].startswith("p.yaml:5: policyGroups[0].customTerms[1].pattern: ")


@pytest.mark.parametrize("text", ["x", "- a", "policyGroups: 1", "policyGroups: [1]", "42"])
def test_a_document_of_another_shape_is_refused(text: str) -> None:
    assert len(problems_of(text)) == 1


def test_credentials_cannot_stand_in_a_document() -> None:
    text = (
        "modelInstances:\n"
        "  - name: A\n"
        "    policyGroup: B\n"
        "    connection: {providerKey: openai, model: m, credentials: {api_key: x}}\n"
    )
    assert problems_of(text) == (
        "p.yaml:4: modelInstances[0].connection.credentials: "
        "there is no such key; is it spelt right?",
    )


def test_credentials_come_from_one_variable_or_from_several() -> None:
    one = ConnectionEntry(provider_key="openai", model="m", credentials_from_env="KEY")
    several = ConnectionEntry(provider_key="x", model="m", credentials_from_env={"a": "A"})
    assert (one.variables(), several.variables()) == ({"api_key": "KEY"}, {"a": "A"})


def test_an_entity_type_that_nothing_finds_is_named() -> None:
    group = PolicyGroupEntry(
        name="A",
        rules={"EMAIL_ADRESS": RuleDocument(), "URL": RuleDocument(), "TICKET": RuleDocument()},
        custom_terms=[CustomTermDocument(name="t", entity_type="TICKET", text="x")],
    )
    assert unknown_types(group) == ["EMAIL_ADRESS"]
