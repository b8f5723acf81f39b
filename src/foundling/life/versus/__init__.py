"""A held against B, station by station: paths flow in, verdicts in the ledger and words for a person flow out."""
