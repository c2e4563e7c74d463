"""The base of every response's envelope, `{"data": …}`."""

from liminal.helpers.model import BaseModel


class BaseResponseSchema(BaseModel):
    """A response as it stands on the wire."""
