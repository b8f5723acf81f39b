"""Input ids that are not what was written: ids flow in, ids with random ones among them flow out; targets stay.

Replacing a share of what the model reads acts like dropout on its input and is worth as much as masked diffusion where
text is read many times (arXiv 2510.04071; notes on small data). A decoder has no mask id: random ids stand in for it.
"""

from collections.abc import Callable

from torch import Tensor

from foundling.recipe.architectures import MaskingRecipe
from foundling.training.masking import hide, mask_generator


def noise_of(share: float, vocabulary: int, *, seed: int) -> Callable[[Tensor, int], Tensor] | None:
    """A function of (ids (B, T), step) that replaces each text id with probability `share` by any text id, special ids
    never; which ones is a function of (seed, step). None where the share is 0: then nothing is to be done.
    """
    if not share:
        return None
    recipe = MaskingRecipe(rate=share, kept=0.0, random=1.0)

    def noise(ids_BT: Tensor, step: int) -> Tensor:
        return hide(ids_BT, recipe, vocabulary, mask_generator(seed, step))[0]
    return noise
