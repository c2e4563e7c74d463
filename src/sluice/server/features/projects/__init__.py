"""Projects: whose prompts, recordings and test cases belong together, and who works on them."""
