"""A corpus in, what it is made of and whom it tells of out: the data card, representation, and counterfactual texts.

It needs no model; what a model has made of a corpus is measured in `evaluation.bias`.
"""

from foundling.corpus.audit.card import DataCard, data_card
from foundling.corpus.audit.representation import Representation, representation

__all__ = ["DataCard", "Representation", "data_card", "representation"]
