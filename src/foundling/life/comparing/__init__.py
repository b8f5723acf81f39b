"""Trainings held beside each other: texts and candidates flow in, the judge's bits per byte of each flow out."""
