"""Anthropic's wires: messages, token counts, completions."""
