"""The noise floor: by hand, by simulation, and what is refused."""

import math
import random
from typing import Any

import pytest

from foundling.evaluation.versus.noise import noise_floor
from foundling.records import BadInput


def test_the_noise_of_five_runs_by_hand() -> None:
    """Scores 1..5: sd sqrt(2.5); chi-square of 4 degrees has .484 and 11.143 as its 2.5% and 97.5% points."""
    noise = noise_floor({seed: float(seed) for seed in range(1, 6)})
    assert noise.sigma == pytest.approx(math.sqrt(2.5)) and noise.freedom == 4
    assert noise.low == pytest.approx(math.sqrt(2.5 * 4 / 11.143), rel=1e-4)
    assert noise.high == pytest.approx(math.sqrt(2.5 * 4 / 0.48442), rel=1e-4)


def test_no_recipe_is_judged_on_four_runs() -> None:
    with pytest.raises(BadInput, match="at least 5 seeds"):
        noise_floor({seed: 1.0 + seed for seed in range(4)})


@pytest.mark.parametrize("value", [math.nan, math.inf, True, None, "1.0"])
def test_runs_that_are_no_numbers_are_refused(value: Any) -> None:
    with pytest.raises(BadInput, match="no number"):
        noise_floor({0: 1.0, 1: 1.1, 2: 1.2, 3: 1.3, 4: value})


def test_equal_runs_shared_a_seed() -> None:
    with pytest.raises(BadInput, match="shared a seed"):
        noise_floor(dict.fromkeys(range(6), 1.7))


def test_the_interval_covers_sigma_as_often_as_it_says() -> None:
    rng, held = random.Random(1), 0
    for _ in range(2000):
        noise = noise_floor({seed: rng.gauss(1.7, 0.004) for seed in range(6)})
        held += noise.low <= 0.004 <= noise.high
    assert 0.935 <= held / 2000 <= 0.965
