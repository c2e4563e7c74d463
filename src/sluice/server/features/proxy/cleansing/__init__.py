"""A request's texts, from what is found in them to what may be sent."""
