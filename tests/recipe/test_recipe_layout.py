"""Which layout sizes ask for: the rule is bytes per parameter against the memory of one process."""

import pytest

from foundling.recipe.layout import BYTES_PER_PARAMETER, layout_of


@pytest.mark.parametrize(("parameters", "memory", "layout"), [
    (50_000_000, 8 * 2**30, "replicated"),
    (1_000_000_000, 80 * 2**30, "replicated"),
    (1_000_000_000, 24 * 2**30, "sharded"),
    (7_000_000_000, 80 * 2**30, "sharded"),
])
def test_runs_that_fit_are_replicated_and_larger_ones_sharded(parameters: int, memory: int, layout: str) -> None:
    assert layout_of(parameters, memory) == layout


def test_the_bytes_are_those_of_a_run() -> None:
    """Weight, gradient, two moments, the average and the best, in float32."""
    assert BYTES_PER_PARAMETER == 4 * 6
