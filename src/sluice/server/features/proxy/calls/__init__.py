"""Recorded calls: their texts sealed, their usage and cost, how they are read and deleted."""
