"""Prompt templates: immutable versions, environments that point to them, deployments."""
