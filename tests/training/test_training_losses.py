"""The losses against values worked out by hand, and against loops that know nothing of padding and batches."""

import math
from pathlib import Path

import pytest
import torch
from tinyrun import BEGIN, END, PAIRS, SAYS, SHAPE, TURN, Fresh, ids, pair, tiny_job

from foundling.model import CAUSAL, Decoder
from foundling.recipe import NamingRecipe
from foundling.training.objectives import (
    dropout_seed,
    next_token_loss,
    preference_accuracy,
    preference_loss,
    summed_log_probability,
    token_nats,
)
from foundling.training.sources import Precision, preferences


def model(seed: int) -> Decoder:
    """Weights large enough that tokens differ clearly in probability."""
    made = Decoder(SHAPE, generator=torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for weight in made.parameters():
            if weight.dim() == 2:
                weight.mul_(6.0)
    return made


def log_probability(of: Decoder, prefix: list[int], turn: list[int]) -> float:
    """The sum over a turn's own ids, one row, no padding, in double precision after the logits."""
    whole = torch.tensor([prefix + turn])
    with torch.no_grad():
        logs = of(whole).double().log_softmax(-1)[0]
    return sum(float(logs[place - 1, whole[0, place]]) for place in range(len(prefix), whole.shape[1]))


@pytest.mark.parametrize(("chosen", "rejected", "reference", "beta", "expected"), [
    ([-5.0], [-7.0], [2.0], 0.3, math.log(2)),  # as far apart as in the reference: nothing has been learnt
    ([-5.0], [-7.0], [1.0], 0.3, 0.5543552444685273),  # log(1 + exp(-0.3 * 1))
    ([-9.0], [-7.0], [1.0], 0.3, 1.2411538747320879),  # log(1 + exp(0.9))
    ([-5.0, -9.0], [-7.0, -7.0], [1.0, 1.0], 0.3, (0.5543552444685273 + 1.2411538747320879) / 2),
    ([-5.0], [-7.0], [1.0], 0.0, math.log(2)),
    ([0.0], [-400.0], [0.0], 1.0, 0.0),  # far apart: no overflow
    ([-400.0], [0.0], [0.0], 1.0, 400.0),
])
def test_preference_loss_by_hand(
    chosen: list[float], rejected: list[float], reference: list[float], beta: float, expected: float
) -> None:
    loss = preference_loss(torch.tensor(chosen), torch.tensor(rejected), torch.tensor(reference), beta)
    assert float(loss) == pytest.approx(expected, abs=1e-6)


def test_preference_loss_pulls_the_chosen_turn_up_and_the_rejected_one_down() -> None:
    chosen, rejected = torch.tensor([-5.0], requires_grad=True), torch.tensor([-7.0], requires_grad=True)
    preference_loss(chosen, rejected, torch.tensor([1.0]), 0.3).backward()
    slope = 0.3 / (1 + math.exp(0.3))  # beta times sigmoid of minus the margin (Rafailov 2023, section 4)
    assert float(chosen.grad) == pytest.approx(-slope) and float(rejected.grad) == pytest.approx(slope)


def test_an_unmoved_policy_has_accuracy_zero() -> None:
    same = torch.tensor([1.0, 2.0])
    assert preference_accuracy(same, torch.zeros(2), same) == 0.0  # a tie is no success
    assert preference_accuracy(same + 1, torch.zeros(2), torch.tensor([1.5, 4.0])) == 0.5


def test_next_token_loss_is_the_mean_over_trained_targets_only() -> None:
    nats = torch.tensor([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    assert float(next_token_loss(nats, torch.tensor([[1.0, 0, 1], [0, 0, 1]]))) == pytest.approx(37 / 3)
    assert float(next_token_loss(nats, torch.zeros(2, 3))) == 0.0


def test_token_nats_and_their_sum_are_those_of_a_loop() -> None:
    being, row = model(1), [BEGIN, *ids("a goat")]
    inputs, targets = torch.tensor([row[:-1]]), torch.tensor([row[1:]])
    nats = token_nats(being, inputs, targets, CAUSAL).detach()
    scored = torch.zeros(1, len(row) - 1)
    scored[0, 2:] = 1.0
    total = summed_log_probability(nats, scored)
    assert total.shape == (1,)
    assert float(total) == pytest.approx(log_probability(being, row[:3], row[3:]), rel=1e-5)


def test_the_preference_objective_equals_a_loop_over_unpadded_pairs() -> None:
    """Turns of different lengths share a batch: padding must change nothing, and each pair keeps its own reference."""
    policy, reference, naming = model(1), model(2), NamingRecipe(pairs=5, beta=0.2, sft=0.7)
    pairs = [tuple(pair(*parts)) for parts in PAIRS]
    assert len({len(t) for _, a, b in pairs for t in (a, b)}) > 2
    loss = preferences(pairs, reference, Precision(dtype="float32"), naming, seed=4)(policy, 9)
    generator = torch.Generator().manual_seed(4 * 1_000_003 + 9)
    picked = torch.randint(len(pairs), (5,), generator=generator).tolist()
    expected, right = 0.0, 0
    for prefix, a, b in (pairs[i] for i in picked):
        chosen, rejected = log_probability(policy, prefix, a), log_probability(policy, prefix, b)
        margin = chosen - rejected - (log_probability(reference, prefix, a) - log_probability(reference, prefix, b))
        expected += math.log1p(math.exp(-0.2 * margin)) / 5 + 0.7 * (-chosen / len(a)) / 5
        right += margin > 0
    assert float(loss.value.detach()) == pytest.approx(expected, rel=1e-4)
    assert loss.tokens == sum(len(pairs[i][1]) for i in picked)
    assert dict(loss.parts)["accuracy"] == pytest.approx(right / 5)


def test_preferences_move_the_margin_and_not_only_the_loss(tmp_path: Path) -> None:
    """DPO that does nothing stays at 0.693 with a normal-looking curve of the whole loss."""
    fresh = Fresh(tiny_job(tmp_path, task="preference", steps=30, dropout=0.0, look=30, bound=None, optimiser="adamw"))
    said = fresh.steps()
    first, last = (dict(map(tuple, said[i]["parts"]))["preference"] for i in (0, -1))
    assert first == pytest.approx(math.log(2), abs=1e-4)
    assert last < 0.6 and dict(map(tuple, said[-1]["parts"]))["accuracy"] == 1.0


def test_dropout_has_a_seed_of_its_own_for_every_step_and_seed() -> None:
    seeds = {dropout_seed(seed, step) for seed in range(20) for step in range(400)}
    assert len(seeds) == 8000
    assert all(0 <= seed < 2**31 for seed in seeds) and dropout_seed(2**31 - 1, 10**6) >= 0


def test_lesson_ids_are_what_the_grammar_says() -> None:
    """The helper of these tests writes the same grammar as the product, or they would prove nothing."""
    from foundling.records import SPECIALS

    assert [SPECIALS[i] for i in (BEGIN, END, TURN, SAYS)] == ["<|begin|>", "<|end|>", "<|turn|>", "<|says|>"]
