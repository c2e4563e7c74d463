"""Comparing test runs over the same playlist."""
