"""A story in, what a person can read off it out: talk, people, feelings, arcs, ease, themes. It chooses nothing."""
