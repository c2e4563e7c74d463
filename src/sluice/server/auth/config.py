"""How long sessions live, and how many failed sign-ins an address has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluice.server.auth.origin import endpoint_of

Clock = Callable[[], datetime]
"""Tells the present moment, timezone-aware."""

DEFAULT_ADMINISTRATOR_EMAIL = "administrator@localhost"


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """What `Auth` needs to know; raises `ValueError` with every contradiction at once."""

    session_idle: timedelta = timedelta(hours=24)
    """A session that is not used for this long has ended."""
    session_absolute: timedelta = timedelta(days=14)
    """A session ends after this long, however much it is used."""
    session_rotate_after: timedelta = timedelta(hours=1)
    """`GET /users/me` gives a session a new id when its id is older than this."""
    session_grace: timedelta = timedelta(seconds=60)
    """How long the id before stays valid, for clients that use one session at once."""
    touch_every: timedelta = timedelta(minutes=1)
    """The last use is written at most this often, so that reads stay reads."""
    cookie_secure: bool = False
    """Mark the cookie Secure also when the request came over http (TLS ends before us)."""
    public_url: str | None = None
    """Where browsers reach the server (`https://host[:port]`); else as each request names it."""
    allowed_origins: tuple[str, ...] = ()
    """Further origins (`https://host[:port]`) whose pages may use a session's cookie."""
    max_failed_sign_ins: int = 10
    """Failed sign-ins that one client address has in each window."""
    failed_sign_in_window: timedelta = timedelta(minutes=1)
    max_throttled_addresses: int = 10_000
    """Addresses that the throttle remembers at most."""
    administrator_email: str = DEFAULT_ADMINISTRATOR_EMAIL
    """The e-mail address of the administrator whom the first start creates."""

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValueError("; ".join(problems))

    def _problems(self) -> list[str]:
        checks = (
            (self.session_grace >= timedelta(0), "session_grace must not be negative"),
            (
                self.session_grace < self.session_rotate_after,
                "session_grace must be shorter than session_rotate_after",
            ),
            (
                timedelta(0) < self.session_idle <= self.session_absolute,
                "session_idle must be positive and at most session_absolute",
            ),
            (
                timedelta(0) < self.touch_every < self.session_idle,
                "touch_every must be positive and shorter than session_idle",
            ),
            (
                all(endpoint_of(origin) for origin in self.allowed_origins),
                "allowed_origins must be of the form https://host or https://host:port",
            ),
            (self.max_failed_sign_ins >= 1, "max_failed_sign_ins must be at least 1"),
            (
                self.failed_sign_in_window > timedelta(0),
                "failed_sign_in_window must be positive",
            ),
            (self.max_throttled_addresses >= 1, "max_throttled_addresses must be at least 1"),
        )
        return [message for holds, message in checks if not holds]
