"""How much API tokens and model instances may be used."""
