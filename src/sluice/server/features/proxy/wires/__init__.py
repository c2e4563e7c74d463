"""One wire a file: where its text stands in requests, answers and streams, and its errors."""
