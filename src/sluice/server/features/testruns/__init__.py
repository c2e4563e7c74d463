"""Playlists of test cases, and passes over them."""
