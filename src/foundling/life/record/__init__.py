"""The small-data record: the same text, the same minutes and the same judge for us and for whoever stands beside us."""
