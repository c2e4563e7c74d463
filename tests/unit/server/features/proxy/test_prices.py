"""What a call costs, and that a model nobody knows has no price rather than none to pay."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sluice.server.features.proxy.calls.prices import Price, Prices, PricesError, spellings
from sluice.server.providers.base import Usage

OWN = """
free = ["groq"]

[prices.ours]
[prices.ours.models]
"gpt-4o" = { input = 1, output = 2 }
"in-house" = { input = 0.1, output = 0.3, cache_read = 0.01, cache_write = 0.2 }
"long" = { input = 1, output = 2, long = { from = 100, input = 3, output = 4 } }

[prices.azure]
providers = ["azure_openai"]
[prices.azure.models]
"our-deployment" = { input = 5 }
"""


@pytest.fixture
def own(tmp_path: Path) -> Prices:
    file = tmp_path / "prices.toml"
    file.write_text(OWN)
    return Prices(file)


@pytest.mark.parametrize(
    ("provider", "model", "usage", "cost"),
    [
        pytest.param("openai", "gpt-4o", Usage(1000, 500), 2000, id="own-file-first"),
        pytest.param("openai", "in-house", Usage(100, 100, 50, 10), 37, id="cache"),
        pytest.param("openai", "in-house", Usage(5, 0), 1, id="half-is-rounded-up"),
        pytest.param("openai", "in-house", Usage(4, 0), 0, id="less-than-half-is-rounded-down"),
        pytest.param("openai", "long", Usage(100, 1), 102, id="not-yet-long"),
        pytest.param("openai", "long", Usage(101, 1), 307, id="all-of-a-long-prompt"),
        pytest.param("azure_openai", "our-deployment", Usage(2, 9), 10, id="of-one-provider"),
        pytest.param("openai", "our-deployment", Usage(2, 9), None, id="of-another-provider"),
        pytest.param("groq", "anything", Usage(9, 9), 0, id="a-free-provider"),
        pytest.param("ollama", "gpt-4o", Usage(9, 9), 0, id="free-in-the-package"),
        pytest.param("openai", "no-such-model", Usage(9, 9), None, id="unknown-model"),
        pytest.param("openai", "gpt-4o", None, None, id="unknown-usage"),
    ],
)
def test_the_cost_of_a_call_in_millionths_of_a_dollar(
    own: Prices, provider: str, model: str, usage: Usage | None, cost: int | None
) -> None:
    assert own.cost(provider, model, usage) == cost


@pytest.mark.parametrize(
    ("model", "found"),
    [
        pytest.param("gpt-4o-2024-11-20", "gpt-4o", id="date-with-hyphens"),
        pytest.param("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", id="date"),
        pytest.param("claude-opus-4-5@20251101", "claude-opus-4-5", id="google-cloud"),
        pytest.param("claude-3-5-haiku-latest", "claude-3-5-haiku", id="latest"),
        pytest.param(
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5", id="bedrock"
        ),
        pytest.param("models/gemini-2.5-pro", "gemini-2.5-pro", id="google-resource"),
        pytest.param("gemini-2.0-flash-001", "gemini-2.0-flash", id="numbered"),
        pytest.param("OpenAI/GPT-4o", "gpt-4o", id="case-and-maker"),
    ],
)
def test_a_dated_or_placed_name_has_the_price_of_its_model(model: str, found: str) -> None:
    assert found in list(spellings(model))


@pytest.mark.parametrize(
    ("model", "other"),
    [
        pytest.param("gpt-4o-mini", "gpt-4o", id="mini"),
        pytest.param("gpt-4-1106-preview", "gpt-4", id="preview"),
        pytest.param("us.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5", id="region"),
        pytest.param("o1-pro", "o1", id="pro"),
    ],
)
def test_another_model_is_not_taken_for_one_whose_name_it_begins_with(
    model: str, other: str
) -> None:
    assert other not in list(spellings(model))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[prices", "no TOML; what is wrong stands at end of document", id="no-toml"),
        pytest.param('a = 1\nb = "', "no TOML; .* at line 2, column 6|end of document", id="place"),
        pytest.param("price = 1", "price", id="unknown-key"),
        pytest.param("[prices.a.models]\nx = {input = -1}", "prices.a.models.x.input", id="sign"),
        pytest.param("[prices.a.models]\nx = {output = 1}", "prices.a.models.x.input", id="input"),
        pytest.param("[prices.a]\nproviders = []", "prices.a.models", id="no-models"),
    ],
)
def test_a_file_that_is_no_table_of_prices_is_refused_with_the_place(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(PricesError, match=told):
        Prices(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match="cannot be read"):
        Prices(tmp_path / "none.toml")


def test_a_price_without_rates_for_the_cache_counts_its_tokens_as_others() -> None:
    price = Price(input=Decimal(2), output=Decimal(3))
    assert price.microdollars(Usage(10, 1, cache_read_tokens=4, cache_write_tokens=3)) == 23


def test_what_the_package_knows_has_sensible_rates() -> None:
    """A row typed with a slipped column shows: reading a cache is never dearer than input."""
    for table in Prices()._tables:
        for (_, model), price in table.prices.items():
            assert price.cache_read is None or price.cache_read < price.input, model
            assert price.cache_write is None or price.cache_write >= price.input, model
            assert price.output == 0 or price.output >= price.input, model
            assert price.input > 0, model
