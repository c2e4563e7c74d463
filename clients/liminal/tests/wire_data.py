"""Bodies as they stand on the wire; everything in them is made up."""

from __future__ import annotations

import json
from typing import Any, Final

AT: Final = "2026-01-02T03:04:05.678Z"

USER: Final[dict[str, Any]] = {
    "id": 1, "email": "admin@example.org", "name": "Admin", "role": "admin", "createdAt": AT,
}  # fmt: skip

CONNECTION: Final[dict[str, Any]] = {
    "id": 7, "modelInstanceId": 3, "model": "echo-1", "providerKey": "ollama", "credentials": {},
    "createdAt": AT, "updatedAt": AT, "deletedAt": None,
}  # fmt: skip

INSTANCE: Final[dict[str, Any]] = {
    "id": 3, "policyGroupId": 1, "trainerThreadId": None, "userId": None,
    "instructions": "Be brief", "name": "Echo", "modelConnections": [CONNECTION],
    "allowedTeams": [], "allowedUsers": [], "createdAt": AT, "updatedAt": AT, "deletedAt": None,
}  # fmt: skip

UNCONNECTED: Final[dict[str, Any]] = INSTANCE | {"id": 4, "name": "Empty", "modelConnections": []}

CHAT: Final[dict[str, Any]] = {
    "id": 21, "threadId": 11, "cleansedInput": "Mail EMAIL_ADDRESS_0",
    "rawInput": "Mail ada@example.org",
    "rawOutput": "You said EMAIL_ADDRESS_0", "hydratedOutput": "You said ada@example.org",
    "status": "complete", "createdAt": AT, "updatedAt": AT, "deletedAt": None,
}  # fmt: skip

THREAD: Final[dict[str, Any]] = {
    "id": 11, "modelInstanceId": 3, "userId": 1, "name": "New Thread", "source": "sdk",
    "type": "default", "modelInstance": INSTANCE, "chats": [CHAT],
    "createdAt": AT, "updatedAt": AT, "deletedAt": None,
}  # fmt: skip

FINDING: Final[dict[str, Any]] = {
    "start": 5, "end": 20, "text": "ada@example.org", "type": "EMAIL_ADDRESS", "score": 1,
    "scoreCategory": "VERY LIKELY", "policyAction": "mask", "customTerm": None, "origin": "pattern",
}  # fmt: skip

FINDINGS: Final[dict[str, Any]] = {"findings": [FINDING], "text": "Mail ada@example.org"}

CLEANSED: Final[dict[str, Any]] = {
    "items": [{"start": 5, "end": 20, "entityType": "EMAIL_ADDRESS_0"}],
    "text": "Mail EMAIL_ADDRESS_0",
    "itemsHashed": [{"start": 5, "end": 17, "entityType": "EMAIL_ADDRESS_0"}],
    "textHashed": "Mail c3ludGhldGlj", "threadId": 11,
}  # fmt: skip

HYDRATED: Final[dict[str, Any]] = {
    "items": [{"start": 5, "end": 20, "entityType": "EMAIL_ADDRESS_0", "text": "ada@example.org"}],
    "text": "Mail ada@example.org", "threadId": 11,
}  # fmt: skip

SUBMITTED: Final[dict[str, Any]] = {
    "threadId": 11, "chatId": 21, "inputText": "Mail ada@example.org",
    "deidentifiedInputTextData": CLEANSED,
    "deidentifiedContextHistory": [{"deidText": "Mail EMAIL_ADDRESS_0", "hashText": "Mail c3lu"}],
    "llmModel": "echo-1", "rawLLMResponseText": "EMAIL_ADDRESS_0",
    "reidentifiedLLMResponseText": "ada@example.org",
    "reidentifiedLLMResponseItems": [
        {"start": 0, "end": 15, "entityType": "EMAIL_ADDRESS_0", "text": "ada@example.org"}
    ],
}  # fmt: skip


def data(body: object) -> dict[str, object]:
    """The envelope of every success."""
    return {"data": body}


def line(content: str, finish_reason: str | None = None, *, ascii_only: bool = False) -> bytes:
    """One line of a stream."""
    chunk = {"content": content, "finishReason": finish_reason}
    return json.dumps(chunk, ensure_ascii=ascii_only).encode() + b"\n"
