"""Rotation of the master key."""
