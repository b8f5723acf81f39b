"""The checks by what they look at: each a small function and its row of the table."""
