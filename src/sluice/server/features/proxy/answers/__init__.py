"""Answers on their way to the caller: restored, scanned, recorded."""
