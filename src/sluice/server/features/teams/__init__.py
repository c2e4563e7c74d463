"""Groups of users, who are given models and projects together."""
