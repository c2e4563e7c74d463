"""Sessions: recorded calls, traces, what people and programs said about them."""
