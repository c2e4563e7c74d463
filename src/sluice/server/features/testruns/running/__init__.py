"""Test runs that the server makes: each case of a playlist is asked of a model and judged."""
