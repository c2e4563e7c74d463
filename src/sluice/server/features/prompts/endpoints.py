"""The Liminal wire's prompt calls."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from sluice.engine import RawText
from sluice.server.analysis.beside import beside
from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import require
from sluice.server.auth.roles import Permission
from sluice.server.error_answers import failure_behind
from sluice.server.errors import SluiceError
from sluice.server.features.prompts.answer import Answer, Piece
from sluice.server.features.prompts.deidentified import (
    deidentified_out,
    finding_out,
    restored_tokens,
)
from sluice.server.features.prompts.schemas import (
    AnalyzeIn,
    AnalyzeOut,
    CleanseIn,
    CleanseOut,
    HistoryOut,
    HydrateIn,
    HydrateOut,
    StreamLine,
    SubmitIn,
    SubmitOut,
)
from sluice.server.features.prompts.service import Prepared
from sluice.server.kit.streaming import LineStream, until_caller_leaves
from sluice.server.kit.wire import Data
from sluice.server.middleware.request_id import request_id_of
from sluice.server.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1/prompts", tags=["Liminal: prompts"])

User = Annotated[Caller, Depends(require(Permission.USE_MODELS))]


@router.post("/analyze")
async def analyze(body: AnalyzeIn, caller: User, services: ServicesDep) -> Data[AnalyzeOut]:
    """Find sensitive data; nothing is kept."""
    text = RawText(body.text)
    analysis = await services.prompts.analyze(caller, body.model_instance_id, text)
    policy = analysis.policy.policy
    findings = [finding_out(f, text, policy) for f in analysis.findings]
    return Data(data=AnalyzeOut(findings=findings, text=text))


@router.post("/cleanse")
async def cleanse(body: CleanseIn, caller: User, services: ServicesDep) -> Data[CleanseOut]:
    """Swap findings for placeholders; no model is asked."""
    prompt = await services.prompts.cleanse(caller, body)
    forms = await beside(
        len(body.text), partial(deidentified_out, prompt.cleansed, prompt.mapping, prompt.key)
    )
    return Data(data=CleanseOut(**dict(forms), thread_id=prompt.thread_id))


@router.post("/hydrate")
async def hydrate(body: HydrateIn, caller: User, services: ServicesDep) -> Data[HydrateOut]:
    """Put the thread's originals back."""
    restored = await services.prompts.hydrate(caller, body)
    hydrated = restored.hydrated
    return Data(
        data=HydrateOut(
            items=restored_tokens(hydrated.items), text=hydrated.text, thread_id=restored.thread_id
        )
    )


@router.post(
    "/submit",
    response_model=None,
    responses={
        200: {
            "model": Data[SubmitOut],
            "description": "The answer, or with `isStreaming` one `StreamLine` a line.",
            "content": {"application/x-ndjson": {"schema": StreamLine.model_json_schema()}},
        }
    },
)
async def submit(body: SubmitIn, caller: User, services: ServicesDep, request: Request) -> Response:
    """Cleanse a prompt, ask the model, and put the originals back into its answer."""
    prepared = await services.prompts.prepare(caller, body, streamed=body.is_streaming)
    if body.is_streaming:
        return await _streamed(prepared, services, request)
    answer = await until_caller_leaves(request, partial(services.answers.whole, prepared))
    history = services.prompts.history_out(prepared)
    json_body = await beside(len(body.text), partial(_submit_json, body, prepared, answer, history))
    return Response(json_body, media_type="application/json")


async def _streamed(prepared: Prepared, services: Services, request: Request) -> LineStream:
    pieces = services.answers.stream(prepared, Answer())
    # An error before the first piece is still a JSON answer with a status of its own.
    first = await until_caller_leaves(request, partial(anext, pieces))
    return LineStream(_lines(first, pieces, prepared, request_id_of(request.scope)))


async def _lines(
    first: Piece, rest: AsyncGenerator[Piece, None], prepared: Prepared, request_id: str
) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield _line(first, prepared)
        try:
            async for piece in rest:
                yield _line(piece, prepared)
        except SluiceError as error:
            yield _error_line(error, request_id)
        except Exception as error:
            # The model has answered, but that it did could not be recorded.
            failure = failure_behind(error)
            if failure is None:
                raise
            yield _error_line(failure, request_id)


def _line(piece: Piece, prepared: Prepared) -> bytes:
    line: dict[str, object] = {"content": piece.content, "finishReason": piece.finish_reason}
    if piece.finish_reason is None:
        return _json_line(line)
    thread_id, chat_id = prepared.prompt.thread_id, prepared.chat.id
    return _json_line({**line, "threadId": thread_id, "chatId": chat_id})


def _error_line(error: SluiceError, request_id: str) -> bytes:
    return _json_line({"content": "", "finishReason": "error", **error.body(request_id)})


def _json_line(body: dict[str, object]) -> bytes:
    # ASCII only: published clients split lines at U+0085 and U+2028 too.
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _submit_json(
    body: SubmitIn, prepared: Prepared, answer: Answer, history: list[HistoryOut]
) -> str:
    # Not left to FastAPI, which would turn it into dictionaries first, one value at a time.
    out = Data[SubmitOut](data=_submit_out(body, prepared, answer, history))
    return out.model_dump_json(by_alias=True)


def _submit_out(
    body: SubmitIn, prepared: Prepared, answer: Answer, history: list[HistoryOut]
) -> SubmitOut:
    prompt = prepared.prompt
    return SubmitOut(
        thread_id=prompt.thread_id,
        chat_id=prepared.chat.id,
        input_text=body.text,
        deidentified_input_text_data=deidentified_out(prompt.cleansed, prompt.mapping, prompt.key),
        deidentified_context_history=history,
        llm_model=answer.model or prepared.connection.model,
        raw_llm_response_text=answer.raw_text,
        reidentified_llm_response_text=answer.hydrated_text,
        reidentified_llm_response_items=restored_tokens(answer.items),
    )
