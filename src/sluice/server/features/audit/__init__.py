"""What happened that somebody must be able to answer for; append-only."""
