"""Evaluators: what says of a test case's output whether it is what was wanted."""
