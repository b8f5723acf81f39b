"""Who looks at whom: queries, keys and values flow in, mixed values flow out. No weights, no positions, no cache."""

from foundling.model.attention.kinds import attend
from foundling.model.attention.sight import CAUSAL, Sight

__all__ = ["CAUSAL", "Sight", "attend"]
