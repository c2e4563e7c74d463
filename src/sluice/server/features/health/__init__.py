"""Whether the server lives, is ready, and what it counted."""
