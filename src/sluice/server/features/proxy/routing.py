"""Which model instance a call means, by the name that stands in `model` (pure).

| `model` | goes to |
|---|---|
| the name of an instance | that instance and its own model |
| `instance/model` | that instance, with this model of its vendor |
| anything else | the default instance, with this model of its vendor |

The default is the one set for the API token; else the first instance that has a real provider, else
the first with any connection. So changing address and key is all that a client has to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.models.named import NamedInstance

NO_REAL_PROVIDER: Final = frozenset({"echo", None})
MODEL_LIMIT: Final = 256


@dataclass(frozen=True, slots=True)
class Route:
    """An instance, and the model to ask of its vendor; None means the connection's own."""

    instance_id: int
    model: str | None


def route(model: str, instances: Sequence[NamedInstance], default_id: int | None) -> Route:
    """Where a call goes. `instances` are those that the caller may use, by id.

    Raises `NotFound` where there is none to go to, `Unprocessable` for what is no model's name.
    """
    _check(model)
    by_name = {instance.name: instance.id for instance in instances}
    if model in by_name:
        return Route(by_name[model], None)
    for cut in _slashes(model):
        if model[:cut] in by_name and model[cut + 1 :]:
            return Route(by_name[model[:cut]], model[cut + 1 :])
    return Route(_default(instances, default_id), model)


def _check(model: str) -> None:
    if not 1 <= len(model) <= MODEL_LIMIT or not model.isprintable():
        advice = f"name an instance or a model in 1 to {MODEL_LIMIT} printable characters"
        raise Unprocessable("The request names no model.", errors=[Problem("model", advice)])


def _slashes(model: str) -> list[int]:
    """Where a name may end and a model begin, the longest name first."""
    return [at for at in range(len(model) - 1, 0, -1) if model[at] == "/"]


def _default(instances: Sequence[NamedInstance], default_id: int | None) -> int:
    if default_id is not None and any(i.id == default_id for i in instances):
        return default_id
    real = [i.id for i in instances if i.provider_key not in NO_REAL_PROVIDER]
    connected = [i.id for i in instances if i.provider_key is not None]
    if not (real or connected):
        raise NotFound(
            "There is no model instance with a connection that you may use; "
            "an administrator can make one.",
            code="model_not_found",
        )
    return (real or connected)[0]
