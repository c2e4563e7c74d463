"""Models: wire names in and out, tolerant of what is new, silent about raw text."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import UTC, datetime

import pytest
from clients.liminal.tests.wire_data import (
    CHAT,
    CLEANSED,
    CONNECTION,
    FINDING,
    FINDINGS,
    HYDRATED,
    INSTANCE,
    SUBMITTED,
    THREAD,
)
from hypothesis import given
from hypothesis import strategies as st

from liminal.auth.microsoft import models as microsoft
from liminal.endpoints.llm import models as llm
from liminal.endpoints.llm.models import ModelConnection, ModelInstance, ModelProviderKey
from liminal.endpoints.prompt import models as prompt
from liminal.endpoints.prompt.models import AnalysisFinding, CleanseData, SubmitData
from liminal.endpoints.thread import models as thread
from liminal.endpoints.thread.models import Chat, Thread, ThreadType
from liminal.helpers.model import BaseModel

BODIES = [
    (ModelConnection, CONNECTION), (ModelInstance, INSTANCE), (Chat, CHAT), (Thread, THREAD),
    (AnalysisFinding, FINDING), (prompt.AnalysisFindings, FINDINGS), (CleanseData, CLEANSED),
    (prompt.HydrateData, HYDRATED), (SubmitData, SUBMITTED),
]  # fmt: skip


def with_news(body: object) -> object:
    """The same body with an unknown key in every object of it."""
    if isinstance(body, dict) and body:  # an empty one is an open mapping (credentials)
        return {key: with_news(value) for key, value in body.items()} | {"newKey": [1]}
    return [with_news(one) for one in body] if isinstance(body, list) else body


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_unknown_keys_are_ignored_everywhere(model: type[BaseModel], body: object) -> None:
    assert model.from_dict(with_news(body)) == model.from_dict(body)  # type: ignore[arg-type]


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_what_goes_out_by_alias_comes_back_the_same(
    model: type[BaseModel], body: dict[str, object]
) -> None:
    parsed = model.from_dict(body)
    assert model.from_dict(parsed.to_dict(by_alias=True)) == parsed


@pytest.mark.parametrize("module", [llm, prompt, thread, microsoft])
def test_every_model_is_frozen_and_keyword_only(module: object) -> None:
    found = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BaseModel) and kind is not BaseModel
    ]
    assert found
    for kind in found:
        assert kind.__dataclass_params__.frozen, kind
        assert all(f.kw_only for f in dataclasses.fields(kind)), kind


def test_the_aliases_are_those_of_the_wire() -> None:
    sent = AnalysisFinding.from_dict(FINDING).to_dict(by_alias=True)
    assert sent == FINDING
    assert CleanseData.from_dict(CLEANSED).items_hashed[0].entity_type == "EMAIL_ADDRESS_0"


def test_a_finding_may_lack_a_custom_term_and_an_origin() -> None:
    old = {k: v for k, v in FINDING.items() if k not in {"customTerm", "origin"}}
    finding = AnalysisFinding.from_dict(old)
    assert (finding.custom_term, finding.origin) == (None, None)
    assert finding.to_dict(by_alias=True, omit_none=True) == old


def test_times_are_aware() -> None:
    parsed = ModelInstance.from_dict(INSTANCE)
    assert parsed.created_at == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


@given(st.text())
def test_any_provider_key_is_taken_and_stays_usable_as_text(key: str) -> None:
    connection = ModelConnection.from_dict(CONNECTION | {"providerKey": key})
    assert connection.provider_key == key
    assert isinstance(connection.provider_key, ModelProviderKey)
    assert str(connection.provider_key) == f"{connection.provider_key}" == key
    assert connection.provider_key.value == key
    assert {connection.provider_key: 1}[key] == 1  # type: ignore[index]
    assert connection.to_dict(by_alias=True)["providerKey"] == key


def test_a_known_provider_key_is_its_member_and_unknown_ones_do_not_join_the_list() -> None:
    before = list(ModelProviderKey)
    assert ModelProviderKey("openai") is ModelProviderKey.OPENAI
    assert ModelProviderKey("newest") == "newest"
    assert list(ModelProviderKey) == before


@pytest.mark.parametrize("key", [None, 5, ["openai"]])
def test_a_provider_key_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(ValueError, match="provider_key"):
        ModelConnection.from_dict(CONNECTION | {"providerKey": key})


def test_an_unknown_thread_type_is_taken() -> None:
    assert Thread.from_dict(THREAD | {"type": "review"}).type == "review"
    assert Thread.from_dict(THREAD).type is ThreadType.DEFAULT


def test_a_repr_shows_the_length_of_raw_text_only() -> None:
    submitted = SubmitData.from_dict(
        SUBMITTED | {"inputText": "planted", "reidentifiedLLMResponseText": "planted"}
    )
    found = prompt.AnalysisFindings.from_dict(
        {"text": "planted", "findings": [FINDING | {"text": "planted", "customTerm": "planted"}]}
    )
    chunk = prompt.StreamResponseChunk(content="planted", finish_reason=None)
    token = microsoft.MSALIdentityProviderTokenResponse(access_token="planted")
    chat = Chat.from_dict(CHAT | {"rawInput": "planted", "hydratedOutput": "planted"})
    hydrated = prompt.HydrateData.from_dict(HYDRATED | {"text": "planted"})
    shown = repr([submitted, found, chunk, token, chat, hydrated])
    assert "planted" not in shown
    assert "<7 characters>" in shown
    assert repr(chunk) == (
        "StreamResponseChunk(content=<7 characters>, finish_reason=None, thread_id=None, "
        "chat_id=None)"
    )
