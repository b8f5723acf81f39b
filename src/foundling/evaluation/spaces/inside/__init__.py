"""Programs that stand beside a candidate in the sandbox. Each runs alone, there and nowhere else; none is imported."""
