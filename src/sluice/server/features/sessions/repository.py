"""The queries of sessions, recordings and traces."""
