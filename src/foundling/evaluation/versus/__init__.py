"""A versus B: two candidates' evidence flows in, a verdict that can be derived again flows out. It trains nothing."""
