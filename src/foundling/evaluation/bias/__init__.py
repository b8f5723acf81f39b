"""What a being has made of a corpus's slants: pairs of sentences and a model in, what it finds likelier out.

These figures show trends over a life and between beings raised alike. None of them is a verdict on a being.
"""

from foundling.evaluation.bias.comparison import Gap, gap
from foundling.evaluation.bias.pairs import Pair, read_crows_pairs, read_pairs, read_winobias
from foundling.evaluation.bias.table import BiasRow, BiasTable, bias_table, score_pairs

__all__ = [
    "BiasRow", "BiasTable", "Gap", "Pair", "bias_table", "gap", "read_crows_pairs", "read_pairs", "read_winobias",
    "score_pairs",
]
