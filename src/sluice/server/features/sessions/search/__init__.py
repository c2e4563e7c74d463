"""Searching sessions and recordings: filter trees, pages, and cursors that say how far they got."""
