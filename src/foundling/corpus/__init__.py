"""Texts in the wild in, a corpus of stories out: gathered, cleaned, split, with a reason for everything dropped.

It needs no trained model and no tokenizer.
"""

from foundling.corpus.cleaning import clean
from foundling.corpus.dropped import Dropped
from foundling.corpus.duplicates import clusters
from foundling.corpus.naming import make_lessons, make_preferences, recast
from foundling.corpus.sources import BUILTIN, gather
from foundling.corpus.splits import SPLITS, cut, split

__all__ = [
    "BUILTIN", "SPLITS", "Dropped", "clean", "clusters", "cut", "gather", "make_lessons", "make_preferences",
    "recast", "split",
]
