"""Model instances and their model connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from liminal.helpers.model import BaseModel, OpenEnum, wire


class ModelProviderKey(OpenEnum):
    """Who answers for a model connection. Keys that are not listed here are taken as they come."""

    ANTHROPIC = "anthropic"
    AWS_BEDROCK = "aws_bedrock"
    AWS_SAGEMAKER = "aws_sagemaker"
    AZURE_OPENAI = "azure_openai"
    COHERE = "cohere"
    DEEPSEEK = "deepseek"
    ECHO = "echo"
    GOOGLE_AI_STUDIO = "google_ai_studio"
    GOOGLE_VERTEX_AI = "google_vertex_ai"
    GROQ = "groq"
    HUGGINGFACE = "huggingface"
    IBM_WATSONX = "ibm_watsonx"
    MISTRAL = "mistral"
    OLLAMA = "ollama"
    OPENAI = "openai"
    PERPLEXITY = "perplexity"
    XAI = "xai"


@dataclass(frozen=True, kw_only=True, repr=False)
class ModelConnection(BaseModel):
    """Which provider and model answer for a model instance."""

    id: int
    model_instance_id: int = field(metadata=wire("modelInstanceId"))
    model: str
    provider_key: ModelProviderKey = field(metadata=wire("providerKey"))
    credentials: dict[str, Any] | None = field(default_factory=dict, metadata=wire(hidden=True))
    created_at: datetime = field(metadata=wire("createdAt"))
    updated_at: datetime = field(metadata=wire("updatedAt"))
    deleted_at: datetime | None = field(default=None, metadata=wire("deletedAt"))


@dataclass(frozen=True, kw_only=True, repr=False)
class ModelInstance(BaseModel):
    """A name that callers use: a policy group, instructions, and a model connection."""

    id: int
    policy_group_id: int = field(metadata=wire("policyGroupId"))
    trainer_thread_id: int | None = field(default=None, metadata=wire("trainerThreadId"))
    user_id: int | None = field(default=None, metadata=wire("userId"))
    instructions: str = field(metadata=wire(hidden=True))
    name: str
    model_connections: list[ModelConnection] = field(metadata=wire("modelConnections"))
    created_at: datetime = field(metadata=wire("createdAt"))
    updated_at: datetime = field(metadata=wire("updatedAt"))
    deleted_at: datetime | None = field(default=None, metadata=wire("deletedAt"))
