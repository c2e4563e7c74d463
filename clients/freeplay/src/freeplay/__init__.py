"""A client for the Freeplay wire, with the public face of `freeplay` 0.1.6."""

from freeplay.asynchronous import AsyncFreeplay
from freeplay.freeplay import Freeplay
from freeplay.options import ClientOptions

__all__ = ["AsyncFreeplay", "ClientOptions", "Freeplay"]
