"""Identity providers: each tells from an access token who its user is, or refuses."""
