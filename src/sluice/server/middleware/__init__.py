"""What surrounds every request: pure ASGI, no buffering, each a class around the next one.

From the outside inwards, as `create_app` should list them:

    RequestId         an id for logs, audit events and answers
    AccessLog         one line and the metrics, when the last byte has gone
    SecurityHeaders   on every answer, those of the following ones included
    LastResort        an exception that nobody handled becomes a 500 without text
    RateLimit         429 before any work is done
    BodyLimit         413 before and while reading

None uses `BaseHTTPMiddleware`: it costs tens of milliseconds under load and gets in the way of
streams and of cancellation.
"""
