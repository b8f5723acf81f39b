"""Measures: a subject and texts flow in, scores with intervals flow out. Each names its paper, unit and direction."""
