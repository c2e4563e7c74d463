"""A vendor's signature on its thinking, carried in a Responses item (pure).

The Responses wire has `encrypted_content` for what a client must give back unread. A signature
covers every byte of the thinking, and the thinking itself travels in the open, where originals are
restored for the caller and taken out again when it comes back. So a digest goes with the
signature: where the text is not the same any more, the thinking is not given back as signed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import parsed
from sluice.server.providers.base import Thinking

_PREFIX: Final = "sluice1-"


def sealed(text: str, signature: str, redacted: str) -> str | None:
    """What to put in `encrypted_content`; None for thinking that nobody signed."""
    if not (signature or redacted):
        return None
    value = {"signature": signature, "redacted": redacted, "digest": _digest(text)}
    return _PREFIX + base64.urlsafe_b64encode(json.dumps(value).encode()).decode("ascii")


def unsealed(text: CleansedText, content: str) -> Thinking | None:
    """The thinking of an item; without its signature where text or seal are not as they were."""
    value = _opened(content)
    redacted = value.get("redacted", "")
    if redacted:
        return Thinking(CleansedText(""), redacted=redacted)
    genuine = value.get("digest") == _digest(text)
    signature = value.get("signature", "") if genuine else ""
    return Thinking(text, signature) if text or signature else None


def _opened(content: str) -> dict[str, str]:
    if not content.startswith(_PREFIX):
        return {}
    try:
        text = base64.urlsafe_b64decode(content.removeprefix(_PREFIX)).decode()
    except ValueError:
        return {}
    value = parsed(text)
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        return {}
    return value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
