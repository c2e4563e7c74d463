"""What calls, chats and recordings come to: counts by hour and day, never a text."""
