"""Who signs in at Amazon's services: signatures, computed anew as AWS does, or API keys."""

from __future__ import annotations

import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.peers.server import Received

ACCESS_KEY_ID = "AKIA" + "CANARY" * 2 + "PEER"
SECRET_ACCESS_KEY = "canary/secret+" + "x" * 26
SESSION_TOKEN = "canary-session-token=="
API_KEY = "bedrock-api-key-" + "canary"
REGION = "eu-central-1"

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)"
    r"/aws4_request, SignedHeaders=(?P<names>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def problem(request: Received, service: str, *, takes_api_key: bool = False) -> str | None:
    """AWS's error type for a request that is not signed in, else None."""
    sent = request.headers.get("authorization", "")
    if takes_api_key and sent == f"Bearer {API_KEY}":
        return None
    found = _HEADER.fullmatch(sent)
    if not found:
        return "MissingAuthenticationTokenException"
    if (found["id"], found["region"], found["service"]) != (ACCESS_KEY_ID, REGION, service):
        return "UnrecognizedClientException"
    names = found["names"].split(";")
    if not {"host", "x-amz-date", "content-type"} <= set(names):
        return "IncompleteSignatureException"
    right = found["signature"] == signature(request, names, service)
    return None if right else "InvalidSignatureException"


def signature(request: Received, names: list[str], service: str) -> str:
    """The signature of a request as it came: over its target, these headers and its body."""
    url = f"http://{request.headers['host']}{request.target}"
    headers = {name: request.headers[name] for name in names}
    copy = AWSRequest(request.method, url, headers=headers, data=request.body)
    copy.context["timestamp"] = request.headers["x-amz-date"]
    signer = SigV4Auth(Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY), service, REGION)
    return str(signer.signature(signer.string_to_sign(copy, signer.canonical_request(copy)), copy))
