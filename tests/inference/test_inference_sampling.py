"""Sampling does what its settings say: exact cuts, and shares within four standard errors of the wanted ones."""

import pytest
import torch

from foundling.inference import Sampling
from foundling.inference.sampling import choose

PLAIN = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "repetition": 1.0}
SHARES = torch.tensor([0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
DRAWS = 20_000


def drawn(how: Sampling, seen: list[int] | None = None, shares: torch.Tensor = SHARES, seed: int = 0) -> torch.Tensor:
    """How often each id came, as a share of many draws."""
    rows = shares.log().expand(DRAWS, -1)
    ids = choose(rows, [seen or []] * DRAWS, how, torch.Generator().manual_seed(seed))
    return torch.bincount(ids, minlength=shares.numel()) / DRAWS


def close(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    error = (wanted * (1 - wanted) / DRAWS).sqrt()
    return bool(((found - wanted).abs() <= 4 * error + 1e-9).all())


def test_without_cuts_the_models_own_shares():
    assert close(drawn(Sampling(**PLAIN)), SHARES)


@pytest.mark.parametrize("temperature", [0.25, 0.8, 2.0])
def test_temperature_sharpens_and_flattens(temperature):
    wanted = (SHARES.log() / temperature).softmax(-1)
    assert close(drawn(Sampling(**PLAIN | {"temperature": temperature})), wanted)
    assert not close(SHARES, wanted)


def test_temperature_zero_takes_the_likeliest():
    for temperature in (0.0, -1.0):
        assert drawn(Sampling(**PLAIN | {"temperature": temperature}))[0] == 1.0
    assert drawn(Sampling(**PLAIN | {"temperature": 1e-4}))[0] == 1.0


@pytest.mark.parametrize("top_k", [1, 2, 5, 6, 60])
def test_top_k_keeps_the_k_likeliest(top_k):
    wanted = torch.where(torch.arange(6) < top_k, SHARES, 0.0)
    assert close(drawn(Sampling(**PLAIN | {"top_k": top_k})), wanted / wanted.sum())


@pytest.mark.parametrize(("top_p", "kept"), [(0.0, 1), (0.3, 1), (0.45, 2), (0.6, 2), (0.7, 3), (0.95, 5), (0.999, 6)])
def test_top_p_keeps_the_smallest_set_that_holds_p(top_p, kept):
    wanted = torch.where(torch.arange(6) < kept, SHARES, 0.0)
    assert close(drawn(Sampling(**PLAIN | {"top_p": top_p})), wanted / wanted.sum())


def test_top_k_comes_before_top_p_and_the_order_of_ids_does_not_matter():
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    found = drawn(Sampling(**PLAIN | {"top_p": 0.7, "top_k": 4}), shares=SHARES[order])
    wanted = torch.where(SHARES[order] > 0.2, SHARES[order], 0.0)  # of the four's 0.9 two make 0.72; of all, only 0.65
    assert close(found, wanted / wanted.sum())


def test_temperature_comes_before_the_cuts():
    flat = (SHARES.log() / 3.0).softmax(-1)
    kept = flat.cumsum(0) - flat <= 0.6
    assert int(kept.sum()) == 3 != int((SHARES.cumsum(0) - SHARES <= 0.6).sum())
    wanted = torch.where(kept, flat, 0.0)
    assert close(drawn(Sampling(**PLAIN | {"temperature": 3.0, "top_p": 0.6})), wanted / wanted.sum())


def test_repetition_lowers_what_was_seen_whatever_its_sign():
    logits, how = torch.tensor([[2.0, -2.0, 1.0, -1.0]]), Sampling(**PLAIN | {"repetition": 2.0})
    rows = logits.expand(DRAWS, -1)
    ids = choose(rows, [[0, 1, 1, 0]] * DRAWS, how, torch.Generator().manual_seed(1))
    wanted = torch.tensor([1.0, -4.0, 1.0, -1.0]).softmax(-1)
    assert close(torch.bincount(ids, minlength=4) / DRAWS, wanted)
    assert torch.equal(logits, torch.tensor([[2.0, -2.0, 1.0, -1.0]]))  # the model's scores stay as they were


def test_each_row_has_a_memory_of_its_own():
    logits = torch.tensor([[2.0, 1.9], [2.0, 1.9], [2.0, 1.9]])
    how = Sampling(**PLAIN | {"temperature": 0.0, "repetition": 1.5})
    assert choose(logits, [[0], [], [1]], how, None).tolist() == [1, 0, 0]


def test_the_defaults_and_their_cut():
    assert Sampling() == Sampling(temperature=0.8, top_k=60, top_p=0.95, repetition=1.1)
    flat = torch.arange(200)[None] * -1e-4
    rows = flat.expand(DRAWS, -1)
    kept = choose(rows, [[]] * DRAWS, Sampling(**PLAIN | {"top_k": 60}), torch.Generator().manual_seed(0))
    assert set(kept.tolist()) == set(range(60))


def test_low_precision_scores_are_chosen_from_in_float32():
    logits = SHARES.log().expand(DRAWS, -1).bfloat16()
    ids = choose(logits, [[]] * DRAWS, Sampling(**PLAIN), torch.Generator().manual_seed(0))
    assert close(torch.bincount(ids, minlength=6) / DRAWS, SHARES.log().bfloat16().float().softmax(-1))
