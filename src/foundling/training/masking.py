"""What is hidden from a model that fills in: ids flow in, ids with gaps and the places of the gaps flow out.

Pure functions of their arguments and a generator, which the caller seeds from (seed, step). Every id stands in exactly
one batch of an epoch, hidden or not; another epoch hides others (RoBERTa, Liu et al. 2019, arXiv 1907.11692).
"""

import torch
from torch import Tensor

from foundling.recipe.architectures import MaskingRecipe
from foundling.records import SPECIALS


def mask_generator(seed: int, step: int) -> torch.Generator:
    """The randomness of one step's gaps, from (seed, step) alone."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step) * 31 + 11)


def hide(ids_BT: Tensor, masking: MaskingRecipe, mask_id: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(ids with gaps, chosen), both (B, T): each text id is chosen with probability `rate`, special ids never.

    A chosen one becomes `mask_id`, but for a share that becomes any text id below it and a share that stays (BERT,
    Devlin et al. 2019, section 3.1).
    """
    luck_BT, fate_BT = (torch.rand(ids_BT.shape, generator=generator) for _ in range(2))
    other_BT = torch.randint(len(SPECIALS), mask_id, ids_BT.shape, generator=generator)
    chosen_BT = (luck_BT < masking.rate) & (ids_BT >= len(SPECIALS))
    gaps_BT = torch.where(chosen_BT & (fate_BT >= masking.kept + masking.random), mask_id, ids_BT)
    return torch.where(chosen_BT & (fate_BT < masking.random), other_BT, gaps_BT), chosen_BT


def hide_next(
    ids_BT: Tensor, segment_BT: Tensor, masking: MaskingRecipe, mask_id: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """(ids with gaps, weight), both (B, T), for an output at position i that tells id i + 1 (GPT-BERT, Charpentier and
    Samuel 2024, arXiv 2410.24159, section 2): weight is 1 where the next id is a gap of the same document.

    The first id of a row, which no position tells, is never hidden.
    """
    gaps_BT, chosen_BT = hide(ids_BT, masking, mask_id, generator)
    gaps_BT = torch.cat([ids_BT[:, :1], gaps_BT[:, 1:]], dim=1)
    told_BT = chosen_BT[:, 1:] & (segment_BT[:, 1:] == segment_BT[:, :-1])
    gaps_BT[:, 1:] = torch.where(chosen_BT[:, 1:] & ~told_BT, ids_BT[:, 1:], gaps_BT[:, 1:])
    weight_BT = torch.zeros(ids_BT.shape)
    weight_BT[:, :-1] = told_BT.float()
    return gaps_BT, weight_BT
