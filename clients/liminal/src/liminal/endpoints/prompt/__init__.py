"""Prompts: analyze, cleanse, submit, stream, hydrate."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, Final

from liminal.const import SOURCE
from liminal.decoding import decode
from liminal.endpoints.prompt.models import (
    AnalysisFinding,
    AnalysisFindings,
    CleanseData,
    HydrateData,
    StreamResponseChunk,
    SubmitData,
)
from liminal.endpoints.prompt.schemas import (
    AnalyzeResponse,
    CleanseResponse,
    HydrateResponse,
    SubmitResponse,
)
from liminal.errors import InvalidResponseError, StreamError
from liminal.failures import failed_stream
from liminal.helpers.typing import RequestAndValidate, Stream, limit
from liminal.lines import LineStream

_SUBMIT: Final[str] = "/api/v1/prompts/submit"

Findings = AnalysisFindings | Sequence[AnalysisFinding]


class PromptEndpoint:
    """`client.prompt`.

    `thread_id` None opens a thread for `cleanse`, `submit`, `stream` and `hydrate`. `findings`
    None lets the server analyze the prompt itself; findings given are what the caller reviewed.
    `timeout` is in seconds, None for the client's.
    """

    def __init__(self, request_and_validate: RequestAndValidate, stream: Stream) -> None:
        self._request_and_validate = request_and_validate
        self._stream = stream

    async def analyze(
        self, model_instance_id: int, prompt: str, *, timeout: float | None = None
    ) -> AnalysisFindings:
        """Return what is sensitive in a prompt, and what the policy would do with it."""
        response = await self._request_and_validate(
            "POST",
            "/api/v1/prompts/analyze",
            AnalyzeResponse,
            json=_payload(model_instance_id, prompt),
            **limit(timeout),
        )
        return response.data

    async def cleanse(
        self,
        model_instance_id: int,
        prompt: str,
        *,
        thread_id: int | None = None,
        findings: Findings | None = None,
        timeout: float | None = None,
    ) -> CleanseData:
        """Return a prompt with placeholders for what is sensitive in it."""
        response = await self._request_and_validate(
            "POST",
            "/api/v1/prompts/cleanse",
            CleanseResponse,
            json=_payload_in_thread(model_instance_id, prompt, thread_id, findings),
            **limit(timeout),
        )
        return response.data

    async def hydrate(
        self,
        model_instance_id: int,
        prompt: str,
        *,
        thread_id: int | None = None,
        timeout: float | None = None,
    ) -> HydrateData:
        """Return a text with the originals of its thread put back for their placeholders."""
        response = await self._request_and_validate(
            "POST",
            "/api/v1/prompts/hydrate",
            HydrateResponse,
            json=_payload_in_thread(model_instance_id, prompt, thread_id, None),
            **limit(timeout),
        )
        return response.data

    async def submit(
        self,
        model_instance_id: int,
        prompt: str,
        *,
        thread_id: int | None = None,
        findings: Findings | None = None,
        timeout: float | None = None,
    ) -> SubmitData:
        """Cleanse a prompt, let the model answer it, and return the answer hydrated."""
        response = await self._request_and_validate(
            "POST",
            _SUBMIT,
            SubmitResponse,
            json=_payload_in_thread(model_instance_id, prompt, thread_id, findings),
            **limit(timeout),
        )
        return response.data

    async def stream(
        self,
        model_instance_id: int,
        prompt: str,
        *,
        thread_id: int | None = None,
        findings: Findings | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[StreamResponseChunk]:
        """Like `submit`, but yield the answer as it comes, already hydrated.

        A refusal before the first byte raises like any other call. A stream that breaks off, or
        says that it failed, raises `StreamError` after what came before has been yielded.
        `timeout` bounds the wait for each piece, not the whole answer.
        """
        payload = _payload_in_thread(model_instance_id, prompt, thread_id, findings)
        lines = self._stream(
            "POST", _SUBMIT, json=payload | {"isStreaming": True}, **limit(timeout)
        )
        finished = False
        try:
            async for line in lines:
                if chunk := _chunk(line):
                    finished = finished or chunk.finish_reason is not None
                    if chunk.content or chunk.finish_reason != "error":
                        yield chunk
                    if chunk.finish_reason == "error":
                        raise failed_stream(line, _SUBMIT)
        finally:
            if isinstance(lines, LineStream | AsyncGenerator):  # leaving early frees the connection
                await lines.aclose()
        if not finished:
            message = "The stream ended before its last line"
            raise StreamError(message, code="stream_cut", url=_SUBMIT)


def _chunk(line: str) -> StreamResponseChunk | None:
    """Read a line, None for a blank one."""
    if not line.strip():
        return None
    try:
        return decode(line.encode(), StreamResponseChunk)
    except (InvalidResponseError, UnicodeEncodeError) as err:
        message = f"The stream holds a line that is no chunk of an answer ({type(err).__name__})"
    # Raised outside of the handler: the cause would carry the line, which is somebody's text.
    raise StreamError(message, code="stream_garbled", url=_SUBMIT)


def _payload(model_instance_id: int, prompt: str) -> dict[str, Any]:
    return {"modelInstanceId": model_instance_id, "source": SOURCE, "text": prompt}


def _payload_in_thread(
    model_instance_id: int, prompt: str, thread_id: int | None, findings: Findings | None
) -> dict[str, Any]:
    payload = _payload(model_instance_id, prompt) | {"threadId": thread_id}
    if findings is None:
        return payload
    listed = findings.findings if isinstance(findings, AnalysisFindings) else findings
    sent = [finding.to_dict(by_alias=True, omit_none=True) for finding in listed]
    return payload | {"findings": sent}
