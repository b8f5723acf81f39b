"""Speaking: an engine that knows only ids, and a being with two verbs, hear and speak."""

from foundling.inference.being import Being, Decision
from foundling.inference.engine import Engine
from foundling.inference.sampling import GREEDY, Sampling
from foundling.inference.waking import wake

__all__ = ["GREEDY", "Being", "Decision", "Engine", "Sampling", "wake"]
