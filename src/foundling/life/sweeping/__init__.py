"""A search for the recipe that learns most from the same work: a space and texts in, a study and its page out."""
