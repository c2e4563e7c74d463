"""Model instances: the names that callers use, and the connections behind them."""
