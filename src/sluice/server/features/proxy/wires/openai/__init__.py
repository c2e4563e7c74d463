"""OpenAI's wires: chat completions, completions, responses, embeddings."""
