"""Saved views: filters of sessions, recordings and calls that people keep and share."""
