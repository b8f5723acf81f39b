"""Losses as pure functions: hidden states or log-probabilities in, nats out. No batch source and no optimiser."""

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model import Decoder, Sight
from foundling.model.architectures import Model
from foundling.model.kernels.entropy import linear_nats


def target_nats(model: Model, hidden_BTC: Tensor, targets_BT: Tensor) -> Tensor:
    """Nats (B, T) of each target under the model's scores of hidden states; the softmax is taken in float32 whatever
    the matrices use."""
    nats_BT = linear_nats(hidden_BTC, model.embedding.weight, targets_BT)
    if nats_BT is not None:
        return nats_BT
    logits = model.logits(hidden_BTC).float()
    return F.cross_entropy(logits.flatten(0, 1), targets_BT.flatten(), reduction="none").view(targets_BT.shape)


def token_nats(model: Decoder, ids_BT: Tensor, targets_BT: Tensor, sight: Sight) -> Tensor:
    """Nats (B, T) of each target under the model, read as `sight` allows."""
    return target_nats(model, model.hidden(ids_BT, sight), targets_BT)


def next_token_loss(nats_BT: Tensor, weight_BT: Tensor) -> Tensor:
    """Mean nats over the targets that are trained."""
    return (nats_BT * weight_BT).sum() / weight_BT.sum().clamp(min=1.0)


def distance_to(believed_BTV: Tensor, logits_BTV: Tensor, temperature: float) -> Tensor:
    """Nats (B, T) by which the softmax of logits / temperature falls short of believed probabilities: the Kullback-
    Leibler divergence, times temperature squared, so that its gradient is of one size at any (arXiv 1503.02531)."""
    told_BTV = torch.log_softmax(logits_BTV / temperature, dim=-1)
    return temperature**2 * F.kl_div(told_BTV, believed_BTV, reduction="none").sum(-1)


def preference_loss(chosen_P: Tensor, rejected_P: Tensor, reference_P: Tensor, beta: float) -> Tensor:
    """DPO (Rafailov et al. 2023, arXiv 2305.18290, eq. 7), mean over P pairs.

    chosen, rejected: summed log-probabilities of the two turns under the policy; reference: the reference model's
    difference, chosen minus rejected.
    """
    return -F.logsigmoid(beta * ((chosen_P - rejected_P) - reference_P)).mean()


def preference_accuracy(chosen_P: Tensor, rejected_P: Tensor, reference_P: Tensor) -> float:
    """Share of pairs in which the policy moved toward the chosen turn. No evidence of a name (notes on naming)."""
    return float(((chosen_P - rejected_P) > reference_P).float().mean().detach())


def summed_log_probability(nats_BT: Tensor, scored_BT: Tensor) -> Tensor:
    """(B,) log-probabilities of the scored targets of each row."""
    return -(nats_BT * scored_BT).sum(dim=1)


def dropout_seed(seed: int, step: int) -> int:
    """The seed of a step's dropout, from (seed, step) alone, so that no generator's state need ever be saved."""
    return int(torch.iinfo(torch.int32).max & (seed * 1_000_003 + step * 7_919 + 17))
