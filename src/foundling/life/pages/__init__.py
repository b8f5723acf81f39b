"""Pages that a person reads: plain things flow in, one self-contained HTML page each flows out. None measures."""
