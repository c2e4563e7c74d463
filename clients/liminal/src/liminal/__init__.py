"""Clients of the Liminal wire."""
