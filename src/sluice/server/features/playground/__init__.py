"""Trying prompts: what is found and why, and what models make of it, side by side."""
