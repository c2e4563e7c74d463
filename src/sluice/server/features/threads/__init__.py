"""Threads and their chats."""
