"""Policy groups: what happens with each kind of finding; versioned."""
