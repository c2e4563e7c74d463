"""The queries of playlists and test runs."""
