"""One prompt's way through: analyze, cleanse, submit, stream, hydrate."""
