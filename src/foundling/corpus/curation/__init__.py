"""Portraits of many stories in, a choice of some of them out: budget, objective, pins and bans. It draws no portrait.

This is the one place of the corpus where a folder knows its neighbour: a choice is made of portraits.
"""

from foundling.corpus.curation.choice import Choice, Placed, Wish, choose, reference_choice
from foundling.corpus.curation.objective import OBJECTIVES

__all__ = ["OBJECTIVES", "Choice", "Placed", "Wish", "choose", "reference_choice"]
