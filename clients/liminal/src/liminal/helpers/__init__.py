"""What the models are made of."""
