"""What is in a text under a policy; for every feature that looks at texts."""
