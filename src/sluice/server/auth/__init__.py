"""Who is calling and what they may do: sign-in, sessions, API tokens, roles."""
