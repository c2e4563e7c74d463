"""Measuring detection on labelled text: readers of its formats, scores, and their report."""
