"""Model instances: what a caller may use."""

from __future__ import annotations

from liminal.endpoints.llm.models import ModelInstance
from liminal.endpoints.llm.schemas import GetAvailableModelInstancesResponse
from liminal.errors import ModelInstanceUnknownError
from liminal.helpers.typing import RequestAndValidate, limit


class LLMEndpoint:
    """`client.llm`."""

    def __init__(self, request_and_validate: RequestAndValidate) -> None:
        self._request_and_validate = request_and_validate

    async def get_available_model_instances(
        self, *, timeout: float | None = None
    ) -> list[ModelInstance]:
        """Return the model instances that the caller may use."""
        response = await self._request_and_validate(
            "GET",
            "/api/v1/model-instances",
            GetAvailableModelInstancesResponse,
            **limit(timeout),
        )
        return response.data

    async def get_model_instance(
        self, model_instance_name: str, *, timeout: float | None = None
    ) -> ModelInstance:
        """Return the model instance of that name.

        Raises `ModelInstanceUnknownError` where there is none, or where it has no model
        connection and so could not answer.
        """
        for instance in await self.get_available_model_instances(timeout=timeout):
            if instance.name == model_instance_name and instance.model_connections:
                return instance
        raise ModelInstanceUnknownError(
            f"Unknown model instance name: {model_instance_name}", code="unknown_model_instance"
        )
