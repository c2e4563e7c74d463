"""A privacy gateway on OpenAI's wire, Sluice's own: one key and one address for everything."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Final, Self

from freeplay.flavors.openai import OpenAIChat
from freeplay.flavors.vendor_sdk import checked_key
from freeplay.llm_parameters import LLMParameters

_CONVERSATION: Final = "Sluice-Conversation"


class GatewayChat(OpenAIChat):
    """Chats through the gateway: `model` is a model instance's name.

    Each call names its session as its conversation, so that the gateway uses the same
    placeholders in calls and in recordings.
    """

    _model_params_with_defaults: ClassVar[LLMParameters] = LLMParameters.empty()

    def __init__(self, api_key: str, address: str, model: str | None = None) -> None:
        """`address` is the gateway's, without a path; `model` where nothing else names one."""
        super().__init__(checked_key(api_key, "Gateway"), f"{address.rstrip('/')}/v1")
        self._model = model
        self._session_id: str | None = None

    def get_model_params(self, llm_parameters: LLMParameters) -> LLMParameters:
        """Return the parameters with the flavor's model beneath them."""
        beneath = LLMParameters({"model": self._model} if self._model else {})
        return beneath.merge_and_override(llm_parameters)

    def in_session(self, session_id: str) -> Self:
        """Return this flavor for one session; both share their connections."""
        bound = copy.copy(self)
        bound._session_id = session_id
        return bound

    def _arranged(self, create: Any, params: LLMParameters) -> dict[str, Any]:
        arguments = super()._arranged(create, params)
        if self._session_id:
            named = {_CONVERSATION: self._session_id}
            arguments["extra_headers"] = {**named, **(arguments.get("extra_headers") or {})}
        return arguments
