"""What a call costs: a table of prices that comes with the package, and one of the operator's own.

Both are TOML of one shape; what the operator's file says goes before what the package knows:

    free = ["ollama"]                  # providers that cost nothing

    [prices.anything]                  # any name; for people
    providers = ["azure_openai"]       # only for these providers; without it, for all
    [prices.anything.models]
    "gpt-4o" = { input = 2.50, output = 10.00, cache_read = 1.25 }

Prices are US dollars for a million tokens. `cache_read` and `cache_write` are those of input tokens
that the vendor's cache held or took; without them they cost like others. `long = { from = 200_000,
input = …, output = … }` are the prices of a call with more input tokens than that, for all of it.
A model that stands nowhere has no price: its cost is unknown, not nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sluice.server.providers.base import Usage

_DATED: Final = re.compile(r"(?:[-@](?:\d{8}|\d{4}-\d\d-\d\d|latest)|-00\d|-v\d+(?::\d+)?)$")
"""How vendors write a dated version behind a model's name."""
_PLACED: Final = re.compile(r"^(?:global\.)?(?:anthropic|cohere|mistral|openai)\.")
"""How Amazon Bedrock writes whose model it is; a region's own name has a price of its own."""

_PLACE: Final = re.compile(r"\((at (?:line \d+, column \d+|end of document))\)")

Rate = Annotated[Decimal, Field(ge=0, le=100_000)]


class PricesError(ValueError):
    """A file of prices that cannot be used; the message says where in it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Rates(_Strict):
    """US dollars for a million tokens."""

    input: Rate
    output: Rate = Decimal(0)
    """Nothing for embeddings, which have no output."""
    cache_read: Rate | None = None
    cache_write: Rate | None = None

    def cost(self, usage: Usage) -> Decimal:
        """In millionths of a dollar: so much is a dollar for a million tokens, by token."""
        read, written = usage.cache_read_tokens, usage.cache_write_tokens
        fresh = max(0, usage.input_tokens - read - written)
        return (
            self.input * fresh
            + (self.input if self.cache_read is None else self.cache_read) * read
            + (self.input if self.cache_write is None else self.cache_write) * written
            + self.output * usage.output_tokens
        )


class LongRates(Rates):
    """The rates of a call with more input tokens than `from_tokens`."""

    from_tokens: Annotated[int, Field(alias="from", ge=1)]


class Price(Rates):
    """The rates of a model, and those of its long prompts where they differ."""

    long: LongRates | None = None

    def microdollars(self, usage: Usage) -> int:
        """The cost of a call in millionths of a US dollar, rounded half up."""
        long = self.long
        rates = long if long is not None and usage.input_tokens > long.from_tokens else self
        return int(rates.cost(usage).to_integral_value(ROUND_HALF_UP))


class _Group(_Strict):
    providers: tuple[str, ...] = ()
    source: str = ""
    models: dict[str, Price]


class _File(_Strict):
    free: tuple[str, ...] = ()
    prices: dict[str, _Group] = {}


_FREE: Final = Price(input=Decimal(0))


@dataclass(frozen=True, slots=True)
class _Table:
    """One file, ready to be asked: prices by provider ("" for all) and model."""

    free: frozenset[str]
    prices: Mapping[tuple[str, str], Price]

    def find(self, provider: str, model: str) -> Price | None:
        """What the file says of this very name."""
        prices = self.prices
        return prices.get((provider, model)) or prices.get(("", model))


class Prices:
    """The package's prices, and before them those of the operator's file."""

    def __init__(self, file: Path | None = None) -> None:
        """Raises `PricesError` for a file that cannot be read or is no such table."""
        given: tuple[_Table, ...] = () if file is None else (_table(_read(file), file.name),)
        self._tables = (*given, _built_in())

    def of(self, provider: str, model: str) -> Price | None:
        """The price of a provider's model, None where it is not known.

        The exact name goes before the name without its date, and for either the operator's file
        before the package's.
        """
        if any(provider in table.free for table in self._tables):
            return _FREE
        for name in spellings(model):
            for table in self._tables:
                if (price := table.find(provider, name)) is not None:
                    return price
        return None

    def cost(self, provider: str, model: str, usage: Usage | None) -> int | None:
        """The cost of a call in millionths of a US dollar, None where it is not known."""
        price = self.of(provider, model)
        return price.microdollars(usage) if price is not None and usage is not None else None


@cache
def _built_in() -> _Table:
    """The package's prices."""
    own = files("sluice.server.features.proxy.calls").joinpath("prices.toml")
    return _table(own.read_text("utf-8"), "prices.toml")


def spellings(model: str) -> Iterator[str]:
    """A model's name as it is, then without who made or serves it, then without its date."""
    name = model.lower()
    yield name
    name = _PLACED.sub("", name.rpartition("/")[2])
    yield name
    while (shorter := _DATED.sub("", name)) != name:
        name = shorter
        yield name


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        kind = type(e).__name__
    raise PricesError(f"the file of prices {file} cannot be read ({kind})")


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as e:
        # Its message may quote the file; where it stands says enough.
        found = _PLACE.search(str(e))  # no-payload: takes its line and column alone
    place = f"{found[1]}" if found is not None else "somewhere"
    raise PricesError(f"{name} is no TOML; what is wrong stands {place}")


def _table(text: str, name: str) -> _Table:
    try:
        read = _File.model_validate(_toml(text, name))
    except ValidationError as e:
        told = [f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in e.errors()]
        raise PricesError(f"{name} is no table of prices: {'; '.join(told)}") from None
    prices = {
        (provider, model.lower()): price
        for group in read.prices.values()
        for provider in group.providers or ("",)
        for model, price in group.models.items()
    }
    return _Table(frozenset(read.free), prices)
