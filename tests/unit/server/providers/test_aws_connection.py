"""Connections to Amazon's services: what they need, where they lead, what a first start finds."""

from __future__ import annotations

import pytest

from sluice.server.providers.addresses import InvalidConnection
from sluice.server.providers.aws_bedrock import EXAMPLE_MODEL
from sluice.server.providers.aws_connection import aws_address, in_path
from sluice.server.providers.base import Connection
from sluice.server.providers.faults import VendorFault, parse_fault
from sluice.server.providers.firststart import connections_from_environment, default_connection
from sluice.server.providers.registry import LIMINAL_KEYS, Providers
from sluice.server.providers.transport import Transport

IDENTITY = {"access_key_id": "k", "secret_access_key": "s"}
KEY = {"api_key": "k"}
REGION: dict[str, str | int | float | bool] = {"region": "us-east-1"}
HERE = "http://127.0.0.1:9"

CONNECTIONS: dict[str, tuple[Connection, list[str]]] = {
    "an identity": (Connection("aws_bedrock", "m", None, IDENTITY, REGION), []),
    "a temporary identity": (
        Connection("aws_bedrock", "m", None, IDENTITY | {"session_token": "t"}, REGION),
        [],
    ),
    "an API key": (Connection("aws_bedrock", "m", None, KEY, REGION), []),
    "an API key and an address": (Connection("aws_bedrock", "m", HERE, KEY), []),
    "an identity and an address": (
        Connection("aws_bedrock", "m", HERE, IDENTITY),
        ["options.region"],
    ),
    "nothing": (
        Connection("aws_bedrock", "m"),
        ["credentials.access_key_id", "credentials.secret_access_key", "options.region"],
    ),
    "half an identity": (
        Connection("aws_bedrock", "m", None, {"access_key_id": "k"}, REGION),
        ["credentials.secret_access_key"],
    ),
    "a region that is a host": (
        Connection("aws_bedrock", "m", None, KEY, {"region": "evil.example.org/us-east-1"}),
        ["options.region"],
    ),
    "a region that is a number": (
        Connection("aws_bedrock", "m", None, KEY, {"region": 1}),
        ["options.region"],
    ),
    "a region apart": (
        Connection("aws_bedrock", "m", None, IDENTITY, {"region": "us-iso-east-1"}),
        ["base_url"],
    ),
    "an unknown option": (
        Connection("aws_bedrock", "m", None, KEY, REGION | {"seed": 1}),
        ["options.seed"],
    ),
    "streaming that is no truth": (
        Connection("aws_bedrock", "m", None, KEY, REGION | {"streaming": "no"}),
        ["options.streaming"],
    ),
    "an endpoint": (Connection("aws_sagemaker", "chat-1", None, IDENTITY, REGION), []),
    "an endpoint with a Bedrock key": (
        Connection("aws_sagemaker", "chat-1", None, KEY, REGION),
        ["credentials.access_key_id", "credentials.secret_access_key"],
    ),
    "an endpoint's ARN": (
        Connection("aws_sagemaker", "arn:aws:x/chat", None, IDENTITY, REGION),
        ["model"],
    ),
    "a component and a role": (
        Connection(
            "aws_sagemaker",
            "chat-1",
            None,
            IDENTITY,
            REGION | {"inference_component": "a b", "system_role": "x"},
        ),
        ["options.system_role", "options.inference_component"],
    ),
}


@pytest.mark.parametrize("case", CONNECTIONS)
def test_a_connection_is_checked_before_it_is_used(case: str) -> None:
    """Every problem at once, each with where it is."""
    connection, paths = CONNECTIONS[case]
    problems = Providers(Transport()).problems(connection)
    assert [problem.path for problem in problems] == paths


ADDRESSES = [
    ("us-east-1", "https://bedrock-runtime.us-east-1.amazonaws.com/p"),
    ("us-gov-west-1", "https://bedrock-runtime.us-gov-west-1.amazonaws.com/p"),
    ("cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/p"),
    ("eusc-de-east-1", "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu/p"),
]


@pytest.mark.parametrize(("region", "address"), ADDRESSES)
def test_every_region_has_its_address(region: str, address: str) -> None:
    """By the domain of its partition."""
    connection = Connection("aws_bedrock", "m", options={"region": region})
    assert aws_address(connection, "bedrock-runtime", "p") == address


def test_a_name_is_one_piece_of_a_path() -> None:
    """An ARN's slashes and colons lead nowhere else."""
    assert in_path("arn:a/../b?c#d") == "arn%3Aa%2F..%2Fb%3Fc%23d"


AWS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
ENVIRONMENTS: dict[str, tuple[dict[str, str], dict[str, str] | None]] = {
    "an identity": (AWS | {"AWS_REGION": "us-east-1"}, IDENTITY),
    "a temporary one": (
        AWS | {"AWS_REGION": "us-east-1", "AWS_SESSION_TOKEN": "t"},
        IDENTITY | {"session_token": "t"},
    ),
    "the older variable": (AWS | {"AWS_DEFAULT_REGION": "us-east-1"}, IDENTITY),
    "an API key": ({"AWS_BEARER_TOKEN_BEDROCK": "k", "AWS_REGION": "us-east-1"}, KEY),
    "both": (AWS | {"AWS_BEARER_TOKEN_BEDROCK": "k", "AWS_REGION": "us-east-1"}, KEY),
    "no region": (AWS, None),
    "no secret": ({"AWS_ACCESS_KEY_ID": "k", "AWS_REGION": "us-east-1"}, None),
    "a region alone": ({"AWS_REGION": "us-east-1"}, None),
}


@pytest.mark.parametrize("case", ENVIRONMENTS)
def test_a_first_start_finds_amazon_bedrock(case: str) -> None:
    """Where AWS's own variables are complete, and only then."""
    environ, credentials = ENVIRONMENTS[case]
    found = connections_from_environment(environ)
    connection = default_connection("aws_bedrock", environ)
    assert [one.connection for one in found] == ([connection] if connection else [])
    assert (connection and connection.credentials) == credentials
    if connection:
        assert (found[0].instance_name, connection.model) == ("Amazon Bedrock", EXAMPLE_MODEL)
        assert Providers(Transport()).problems(connection) == ()


def test_an_address_of_ones_own_is_checked() -> None:
    """By the variable's name, as for every provider."""
    environ = AWS | {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "canary"}
    with pytest.raises(InvalidConnection, match="AWS_ENDPOINT_URL_BEDROCK_RUNTIME") as caught:
        connections_from_environment(environ)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("key", ["aws_bedrock", "aws_sagemaker"])
def test_old_clients_know_the_keys(key: str) -> None:
    """Both stand in the closed list of the Liminal wire."""
    assert key in LIMINAL_KEYS


FAULTS: dict[str, tuple[bytes, dict[str, str], VendorFault]] = {
    "the header": (
        b'{"message":"m"}',
        {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/"},
        VendorFault("ThrottlingException"),
    ),
    "without an address": (
        b"",
        {"x-amzn-errortype": "ModelError"},
        VendorFault("ModelError"),
    ),
    "a container's status": (
        b'{"Message":"m","OriginalStatusCode":422}',
        {"x-amzn-errortype": "ModelError"},
        VendorFault("ModelError", status=422),
    ),
    "a sentence": (b"{}", {"x-amzn-errortype": "jane did it"}, VendorFault()),
    "a quotation": (b"{}", {"x-amzn-errortype": "Janedoe"}, VendorFault()),
}


@pytest.mark.parametrize("case", FAULTS)
def test_amazons_error_type_is_read_from_its_header(case: str) -> None:
    """If it looks like such a word and was not sent by us."""
    body, headers, fault = FAULTS[case]
    assert parse_fault(body, sent=b"I am Janedoe", headers=headers) == fault
