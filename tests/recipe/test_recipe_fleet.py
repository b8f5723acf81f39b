"""How many cards a training needs and how they hold its weights: bytes per parameter against the memory of one card."""

import math

import pytest

from foundling.recipe.arithmetic import BYTES_PER_PARAMETER, GPU_MEMORY, Fleet, fleet_for, shape_of


def fleet(size: str, hours: float) -> Fleet:
    shape = shape_of(size, 32_000)
    return fleet_for(shape, 1e18 * shape.parameters / 1e6, hours, 2.0, 990e12)


@pytest.mark.parametrize(("size", "hours", "engine"), [
    ("base", 1e9, "one process"), ("1b", 1e9, "one process"), ("1b", 1.0, "DDP, a copy on each card"),
    ("7b", 1e9, "FSDP2, shared among cards"), ("7b", 1.0, "FSDP2, shared among cards"),
])
def test_what_fits_is_copied_and_what_does_not_is_shared(size: str, hours: float, engine: str) -> None:
    assert fleet(size, hours).engine == engine


def test_the_cards_hold_the_states_of_the_run_in_60_percent_of_their_memory() -> None:
    """Weight, gradient, two moments, the average and the best, in float32."""
    assert BYTES_PER_PARAMETER == 4 * 6
    shape, found = shape_of("7b", 32_000), fleet("7b", 1e9)
    assert found.cards == math.ceil(24 * shape.parameters / (0.6 * GPU_MEMORY)) == 3
    assert found.money == pytest.approx(2.0 * found.card_hours)
