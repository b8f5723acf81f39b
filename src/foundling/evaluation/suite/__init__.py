"""A suite of measures as a process of its own: a generation and texts in, cached and resumable figures out."""
