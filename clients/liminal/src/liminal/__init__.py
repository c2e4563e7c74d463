"""An asyncio client for the Liminal wire."""

from liminal.client import Client

__all__ = ["Client"]
