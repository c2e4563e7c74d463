"""What features are built of: database, sealing, tokens, paging. Knows no feature, no settings."""
