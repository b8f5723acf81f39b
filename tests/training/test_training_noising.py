"""Random ids among what is read: how many, which ones, and that a step always has the same."""

from pathlib import Path

import pytest
import torch
from tinyrun import Fresh, tiny_job

from foundling.records import SPECIALS
from foundling.training.noising import noise_of


def ids(rows: int = 64, length: int = 256) -> torch.Tensor:
    return torch.randint(0, 500, (rows, length), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("share", [0.05, 0.15, 0.5])
def test_a_share_of_the_text_is_replaced_by_any_text_and_special_ids_never(share: float) -> None:
    noise, given = noise_of(share, 500, seed=1), ids()
    assert noise is not None
    made = noise(given, 7)
    text = given >= len(SPECIALS)
    assert torch.equal(made[~text], given[~text]) and int(made.min()) >= 0 and int(made.max()) < 500
    changed = (made != given)[text].float().mean()
    assert float(changed) == pytest.approx(share, abs=0.02)
    assert int(made[text].min()) >= len(SPECIALS) and len(made[made != given].unique()) > 300
    assert torch.equal(given, ids())


def test_noise_is_a_function_of_seed_and_step() -> None:
    noise, again, other = (noise_of(0.2, 500, seed=seed) for seed in (1, 1, 2))
    assert noise is not None and again is not None and other is not None
    assert torch.equal(noise(ids(), 3), again(ids(), 3))
    assert not torch.equal(noise(ids(), 3), noise(ids(), 4)) and not torch.equal(noise(ids(), 3), other(ids(), 3))


def test_no_share_is_no_noise() -> None:
    assert noise_of(0.0, 500, seed=1) is None


def test_a_masked_run_learns_and_is_looked_at_without_noise(tmp_path: Path) -> None:
    """Targets stay those of the text: the training loss is higher, and validation is of the text as it is."""
    plain, noisy = (Fresh(tiny_job(tmp_path, masking=share, steps=3)) for share in (0.0, 0.5))
    first, second = plain.steps(), noisy.steps()
    assert first[0]["loss"] != second[0]["loss"] and first[0]["tokens"] == second[0]["tokens"]
    assert plain.run.first == noisy.run.first
