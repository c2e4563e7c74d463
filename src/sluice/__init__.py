"""Sluice: a self-hosted privacy gateway between applications and language models."""
