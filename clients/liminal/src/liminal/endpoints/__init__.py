"""The endpoints of a client: `llm`, `prompt`, `thread`."""
