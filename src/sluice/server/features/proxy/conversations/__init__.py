"""Conversations of clients that send no thread id, and their number spaces."""
