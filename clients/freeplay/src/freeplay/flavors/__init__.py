"""Flavors: how a template becomes a request to a vendor's model, and its answer a completion."""

from freeplay.flavors.anthropic import AnthropicChat, AnthropicClaudeText
from freeplay.flavors.base import ChatFlavor, Flavor
from freeplay.flavors.gateway import GatewayChat
from freeplay.flavors.openai import AzureOpenAIChat, OpenAI, OpenAIChat, OpenAIText

__all__ = [
    "AnthropicChat",
    "AnthropicClaudeText",
    "AzureOpenAIChat",
    "ChatFlavor",
    "Flavor",
    "GatewayChat",
    "OpenAI",
    "OpenAIChat",
    "OpenAIText",
]
