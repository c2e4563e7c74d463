"""Signing in with Microsoft Entra ID."""
