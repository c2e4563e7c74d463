"""Which translation serves which wire."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sluice.server.features.proxy.translate.anthropic_complete import CompleteTranslation
from sluice.server.features.proxy.translate.anthropic_messages import MessagesTranslation
from sluice.server.features.proxy.translate.base import Translation
from sluice.server.features.proxy.translate.openai_chat import ChatTranslation
from sluice.server.features.proxy.translate.openai_completions import CompletionsTranslation
from sluice.server.features.proxy.translate.openai_responses import ResponsesTranslation

TRANSLATIONS: Final[Mapping[str, Translation]] = MappingProxyType(
    {
        "openai.chat": ChatTranslation(),
        "openai.completions": CompletionsTranslation(),
        "openai.responses": ResponsesTranslation(),
        "anthropic.messages": MessagesTranslation(),
        "anthropic.complete": CompleteTranslation(),
    }
)
"""By the wire's name. Embeddings and counts of tokens have none: other vendors' numbers would be
about something else, so such a call to a vendor that does not speak the wire is refused."""
