"""A story in, what a person can read off it out: talk, people, feelings, arcs, ease, themes. It chooses nothing."""

from foundling.corpus.portrait import feelings
from foundling.corpus.portrait.portraits import Portrait, draw, portrait_from

__all__ = ["Portrait", "draw", "feelings", "portrait_from"]
