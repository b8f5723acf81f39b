"""A name and a seed flow in, lessons and preferences flow out; they are data like any other, made before training."""

from foundling.corpus.naming.lessons import make_lessons, make_preferences
from foundling.corpus.naming.scenes import recast

__all__ = ["make_lessons", "make_preferences", "recast"]
