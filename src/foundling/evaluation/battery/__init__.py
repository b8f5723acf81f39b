"""Pairs of better and worse texts of known order flow in, and a subject; its skill, class by class, flows out."""
