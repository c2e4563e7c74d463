"""Where originals are kept, sealed per thread; the only place from which they come back."""
