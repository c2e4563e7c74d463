"""From one wire to another: requests to what every provider takes, deltas back to a wire."""
