"""Failed sign-ins by client address: so many in a window, then a pause.

In memory and by process: it slows guessing down. What makes guessing hopeless is the length
of tokens and session ids.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from sluice.server.errors import RateLimited


class Throttle:
    """Counts failures; bounded in addresses and in failures by address."""

    def __init__(
        self,
        *,
        failures: int,
        window: float,
        addresses: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._window = window
        self._addresses = addresses
        self._monotonic = monotonic
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def check(self, address: str) -> None:
        """Raise `RateLimited` (whole seconds to wait) if the address has failed too often."""
        times = self._recent(network_of(address))
        if len(times) >= self._failures:
            wait = times[0] + self._window - self._monotonic()
            raise RateLimited(
                "Too many failed sign-ins from this address; wait before the next one.",
                code="too_many_failed_sign_ins",
                retry_after=max(1, math.ceil(wait)),
            )

    def failed(self, address: str) -> None:
        """Count a failure; the address that has been quiet longest is forgotten when full."""
        key = network_of(address)
        times = self._recent(key)
        times.append(self._monotonic())
        self._seen[key] = times
        self._seen.move_to_end(key)
        while len(self._seen) > self._addresses:
            self._seen.popitem(last=False)

    def _recent(self, key: str) -> deque[float]:
        times = self._seen.get(key)
        if times is None:
            return deque(maxlen=self._failures)
        now = self._monotonic()
        while times and times[0] + self._window <= now:
            times.popleft()
        if not times:
            del self._seen[key]
        return times


def network_of(address: str) -> str:
    """What one client can choose freely counts as one: an IPv6 address's /64."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
