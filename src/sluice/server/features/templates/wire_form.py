"""Versions as clients of the Freeplay wire read them (pure).

These clients refuse a whole environment for one template with a field of the wrong kind, and SDK
0.6.1 refuses an empty provider, flavor or model: what a version does not say has a default here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sluice.server.features.templates.content import TemplateContent, TemplateMessage, unsayable
from sluice.server.features.templates.dialects import Dialect, to_format
from sluice.server.features.templates.known import KnownVersion

FORMAT_VERSION: Final = 2
DEFAULT_PROVIDER: Final = "openai"
FLAVORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "openai": "openai_chat",
        "azure": "azure_openai_chat",
        "anthropic": "anthropic_chat",
        "vertex": "gemini_chat",
        "gemini": "gemini_api_chat",
        "google": "gemini_api_chat",
        "bedrock": "amazon_bedrock_converse",
        "mistral": "mistral_chat",
        "perplexity": "perplexity_chat",
    }
)
"""By provider; every other one is taken to speak OpenAI's wire, as our gateway does."""
MODELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anthropic": "claude-sonnet-4-5",
        "vertex": "gemini-2.5-flash",
        "gemini": "gemini-2.5-flash",
        "google": "gemini-2.5-flash",
    }
)
DEFAULT_MODEL: Final = "gpt-4o-mini"
_PROVIDERS: Final = {flavor: provider for provider, flavor in reversed(list(FLAVORS.items()))}

Json = dict[str, Any]


def metadata(content: TemplateContent) -> Json:
    """How the model is asked, with nothing left empty that SDK 0.6.1 needs."""
    provider = content.provider or _PROVIDERS.get(content.flavor, DEFAULT_PROVIDER)
    return {
        "provider": provider,
        "flavor": content.flavor or FLAVORS.get(provider, FLAVORS[DEFAULT_PROVIDER]),
        "model": content.model or MODELS.get(provider, DEFAULT_MODEL),
        "params": content.parameters,
        "provider_info": content.provider_info,
    }


def prompt_template(version: KnownVersion, project_uid: str, environment: str | None) -> Json:
    """A version as SDK 0.6.1 reads it; a text template is one message of the user."""
    content = version.content
    messages = content.messages
    if messages is None:
        messages = [TemplateMessage(role="user", content=content.text or "")]
    tools = [tool.model_dump() for tool in content.tool_schema or ()]
    return {
        "prompt_template_id": version.template_uid,
        "prompt_template_version_id": version.uid,
        "prompt_template_name": version.template_name,
        "project_id": project_uid,
        "format_version": FORMAT_VERSION,
        "content": [_message(message) for message in messages],
        "metadata": metadata(content),
        "environment": environment,
        "tool_schema": tools or None,
        "output_schema": content.output_schema,
    }


def saved_template(version: KnownVersion, project_uid: str) -> Json:
    """The answer to SDK 0.6.1 when it has saved a version."""
    return {
        **prompt_template(version, project_uid, None),
        "version_name": version.content.version_name or None,
        "version_description": version.content.note or None,
    }


def old_template(version: KnownVersion, dialect: Dialect) -> Json | None:
    """A version as SDK 0.1.6 reads it; None where it cannot be told of it.

    In mustache, which only our own package asks for, history and tools are told too.
    """
    content = version.content
    if dialect is Dialect.FORMAT and unsayable(content):
        return None
    if any(message.media_slots for message in content.messages or ()):
        return None
    model = {"model": content.model} if content.model else {}
    said = {
        "project_version_id": version.uid,
        "prompt_template_id": version.template_uid,
        "name": version.template_name,
        "content": _old_content(content, dialect),
        "params": {**model, **content.parameters} or None,
    }
    if dialect is Dialect.FORMAT:
        return said
    tools = [tool.model_dump() for tool in content.tool_schema or ()]
    beside = {"tool_schema": tools or None, "output_schema": content.output_schema}
    return {**said, "dialect": dialect.value, **{k: v for k, v in beside.items() if v}}


def _old_content(content: TemplateContent, dialect: Dialect) -> str:
    """A text as it is; messages as JSON in the string."""
    if content.messages is None:
        return _said(content.text or "", dialect)
    messages = [_message(message) for message in content.messages]
    for message in messages:
        if "content" in message:
            message["content"] = _said(message["content"], dialect)
    return json.dumps(messages, ensure_ascii=False)


def _said(text: str, dialect: Dialect) -> str:
    return to_format(text)[0] if dialect is Dialect.FORMAT else text


def _message(message: TemplateMessage) -> Json:
    if message.kind is not None:
        return {"kind": message.kind}
    said: Json = {"role": message.role, "content": message.content}
    if message.media_slots:
        said["media_slots"] = [slot.model_dump() for slot in message.media_slots]
    return said
