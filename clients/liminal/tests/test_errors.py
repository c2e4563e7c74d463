"""The tree of errors, and that nothing foreign gets past it."""

from __future__ import annotations

import inspect
import pickle
import traceback

import httpx
import pytest

from liminal import errors
from liminal.errors import FieldError, LiminalError, RequestError
from liminal.failures import mapped, unbroken

FOREIGN = sorted(
    (
        kind
        for kind in vars(httpx).values()
        if inspect.isclass(kind) and issubclass(kind, Exception)
    ),
    key=lambda kind: kind.__name__,
)
OWN = sorted(
    (
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, LiminalError)
    ),
    key=lambda kind: kind.__name__,
)


def raised_by_httpx(kind: type[Exception]) -> Exception:
    request = httpx.Request("GET", "https://gateway.example/x")
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError("x", request=request, response=httpx.Response(500))
    if kind in {
        httpx.StreamConsumed,
        httpx.StreamClosed,
        httpx.ResponseNotRead,
        httpx.RequestNotRead,
    }:
        return kind()
    return kind("x")


def test_the_list_of_foreign_exceptions_is_not_empty() -> None:
    assert len(FOREIGN) >= 25


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_is_mapped(kind: type[Exception]) -> None:
    with pytest.raises(RequestError) as caught, mapped("https://gateway.example/x", "/x"):
        raise raised_by_httpx(kind)
    assert str(caught.value).startswith("Error while sending request to https://gateway.example/x")
    assert caught.value.url == "/x"
    assert caught.value.code


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_is_mapped_in_mid_stream(kind: type[Exception]) -> None:
    with pytest.raises(RequestError) as caught, unbroken("/x"):
        raise raised_by_httpx(kind)
    assert caught.value.url == "/x"
    timeout = issubclass(kind, httpx.TimeoutException)
    assert type(caught.value) is (errors.RequestTimeoutError if timeout else errors.StreamError)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpx.ConnectError("x"), errors.ConnectionFailedError),
        (httpx.ReadError("x"), errors.ConnectionFailedError),
        (httpx.RemoteProtocolError("x"), errors.ConnectionFailedError),
        (httpx.ProxyError("x"), errors.ConnectionFailedError),
        (httpx.ConnectTimeout("x"), errors.RequestTimeoutError),
        (httpx.ReadTimeout("x"), errors.RequestTimeoutError),
        (httpx.PoolTimeout("x"), errors.RequestTimeoutError),
        (httpx.DecodingError("x"), errors.InvalidResponseError),
        (OSError("x"), errors.ConnectionFailedError),
    ],
)
def test_each_kind_of_failure_has_its_own_class(
    raised: Exception, expected: type[RequestError]
) -> None:
    with pytest.raises(expected) as caught, mapped("https://gateway.example/x", "/x"):
        raise raised
    assert type(caught.value) is expected
    assert caught.value.__cause__ is raised


def test_an_error_of_our_own_is_not_mapped_again() -> None:
    own = errors.RequestTimeoutError("It took too long", code="timeout", url="/own")
    with (
        pytest.raises(errors.RequestTimeoutError) as caught,
        mapped("https://gateway.example", "/"),
    ):
        raise own
    assert caught.value is own


def test_a_malformed_header_is_not_quoted() -> None:
    with pytest.raises(RequestError) as caught, mapped("https://gateway.example/x", "/x"):
        raise httpx.LocalProtocolError("Illegal header value b'Bearer planted'")
    assert "planted" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_every_error_can_be_raised_with_a_message_alone_and_survives_pickling(
    kind: type[LiminalError],
) -> None:
    plain = kind("It failed")
    assert (str(plain), plain.status, plain.code, plain.errors) == ("It failed", None, None, [])
    full = kind("It failed", status=422, code="x", request_id="r", url="/x", errors=[
        FieldError("a", "b")
    ])  # fmt: skip
    back = pickle.loads(pickle.dumps(full))
    assert type(back) is kind
    assert vars(back) == vars(full)
    assert str(back) == "It failed"


def test_code_that_catches_the_published_classes_catches_ours() -> None:
    for kind in OWN:
        assert issubclass(kind, LiminalError)
    for kind in set(OWN) - {LiminalError, errors.ArgumentError}:
        assert issubclass(kind, RequestError)
    assert issubclass(errors.RequestTimeoutError, TimeoutError)
    assert issubclass(errors.ConnectionFailedError, ConnectionError)
    assert issubclass(errors.ArgumentError, ValueError)
