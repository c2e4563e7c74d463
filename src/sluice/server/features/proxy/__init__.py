"""The wires of OpenAI and Anthropic, served with cleansing, hydrating, recording and policy."""
