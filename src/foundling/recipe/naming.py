"""How a being gets its name: the sizes of the two stages and the terms of their losses, as one frozen dataclass."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NamingRecipe:
    """Supervised turns, then DPO with an SFT term and replay (Rafailov et al. 2023, arXiv 2305.18290).

    beta: temperature of the preference; sft, replay: weights of the two other terms; counter: least share of lessons
    in which somebody else keeps their own name; bound: highest allowed rise of bits per byte over the stage's start.
    """

    lessons: int = 6000
    preferences: int = 800
    counter: float = 0.55
    beta: float = 0.3
    sft: float = 1.0
    replay: float = 1.0
    bound: float = 0.015
    dialogue_steps: int = 160
    preference_steps: int = 80
    pairs: int = 16
