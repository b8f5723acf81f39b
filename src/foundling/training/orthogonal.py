"""The step direction of Muon: matrices flow in, half-orthogonal ones flow out. It keeps no state and knows no rate.

Newton-Schulz iterations in the style of Polar Express (Amsel et al. 2025, arXiv 2505.16932): each quintic is the best
one for the interval in which the iterations before it left the singular values. Two things make a few of them enough:
those coefficients, and a start at which the largest singular value is close to one (see `orthogonalise`).
"""

import torch
from torch import Tensor

# Each p(x) = a x + b x^3 + c x^5 has the least largest |1 - p| on the interval that the one before leaves of
# [0.003, 1], made 2% wider at both ends: bfloat16 carries values past them, and beyond them a quintic explodes. After
# the fourth every value is within 0.23 of one; its factors are those times 0.95, so values lie from 0.73 to 1.17.
_QUINTICS = (
    (8.3837, -24.7659, 18.3571), (3.9738, -2.8471, 0.5177), (3.4883, -2.521, 0.4842), (2.415, -1.7407, 0.3955),
)
_ROUNDING = 1.02  # the first interval's own margin


def _gram(x_NRC: Tensor) -> Tensor:
    """The products of each matrix with itself, over its longer side."""
    tall = x_NRC.shape[1] > x_NRC.shape[2]
    return torch.bmm(x_NRC.mT, x_NRC) if tall else torch.bmm(x_NRC, x_NRC.mT)


@torch.no_grad()
def orthogonalise(matrices_NRC: Tensor) -> Tensor:
    """The nearest half-orthogonal matrix of each, roughly, in the dtype given, which is also that of the arithmetic.

    Singular values come out between about 0.7 and 1.2; those below 0.3% of the largest (more exactly, of the root of
    the Gram matrix's Frobenius norm, which bounds the largest from above and lies within a fifth of it in practice)
    come out smaller. Nothing (zeros) stays nothing.
    """
    tall = matrices_NRC.shape[1] > matrices_NRC.shape[2]
    size = matrices_NRC.norm(dim=(1, 2), keepdim=True, dtype=torch.float32).clamp(min=1e-30)
    x: Tensor = matrices_NRC / size.to(matrices_NRC.dtype)  # else the products of small gradients would vanish
    gram = _gram(x)
    bound = gram.norm(dim=(1, 2), keepdim=True, dtype=torch.float32).mul_(_ROUNDING).clamp_(min=1e-12)
    x, gram = x / bound.sqrt().to(x.dtype), gram / bound.to(x.dtype)
    for number, (a, b, c) in enumerate(_QUINTICS):
        gram = _gram(x) if number else gram
        factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, x, factor, beta=a) if tall else torch.baddbmm(x, factor, x, beta=a)
    return x
