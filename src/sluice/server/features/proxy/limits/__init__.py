"""What an API token may use, and where its calls go."""
