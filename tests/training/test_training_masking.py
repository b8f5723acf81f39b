"""What is hidden, by hand: gaps are a function of (seed, step), borders are honoured, and every id stands somewhere."""

import numpy as np
import pytest
import torch

from foundling.recipe.architectures import MaskingRecipe, reserved_ids, spans_of
from foundling.training.corruption import Corrupted, corrupt, corrupt_step, span_mask
from foundling.training.masking import hide, hide_next, mask_generator

MASK = 99
ALL = MaskingRecipe(rate=1.0, kept=0.0, random=0.0)


def rows(batch: int = 8, length: int = 200) -> torch.Tensor:
    return torch.randint(0, MASK, (batch, length), generator=torch.Generator().manual_seed(1))


def test_gaps_are_a_function_of_seed_and_step() -> None:
    masking, ids = MaskingRecipe(), rows()
    one, two = (hide(ids, masking, MASK, mask_generator(3, 7)) for _ in range(2))
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    for seed, step in ((3, 8), (4, 7)):
        assert not torch.equal(hide(ids, masking, MASK, mask_generator(seed, step))[1], one[1])


def test_shares_are_as_stated_and_special_ids_stay() -> None:
    ids = rows(64, 256)
    gaps, chosen = hide(ids, MaskingRecipe(rate=0.3, kept=0.1, random=0.1), MASK, mask_generator(0, 0))
    text = ids >= 5
    assert not bool(chosen[~text].any()) and torch.equal(gaps[~chosen], ids[~chosen])
    assert float(chosen[text].float().mean()) == pytest.approx(0.3, abs=0.015)
    assert float((gaps == MASK)[chosen].float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float((gaps == ids)[chosen].float().mean()) == pytest.approx(0.1 + 0.1 / 94, abs=0.02)
    assert int(gaps.min()) >= 0 and int(gaps[chosen].min()) >= 5


def test_a_gap_is_told_by_the_position_before_it_and_never_across_a_border() -> None:
    ids = torch.tensor([[10, 11, 12, 1, 0, 13, 14, 15]])
    segment = torch.tensor([[7, 7, 7, 7, 8, 8, 8, 8]])
    gaps, weight = hide_next(ids, segment, ALL, MASK, mask_generator(0, 0))
    assert gaps.tolist() == [[10, MASK, MASK, 1, 0, MASK, MASK, MASK]]
    assert weight.tolist() == [[1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]]


def test_a_text_id_that_begins_another_document_stays() -> None:
    """Documents begin with a special id, but a row of anything must not lose what nobody is asked for."""
    gaps, weight = hide_next(torch.tensor([[10, 11, 12]]), torch.tensor([[1, 1, 2]]), ALL, MASK, mask_generator(0, 0))
    assert gaps.tolist() == [[10, MASK, 12]] and weight.tolist() == [[1.0, 0.0, 0.0]]


def told(made: Corrupted, row: int = 0) -> tuple[list[int], list[int], list[int]]:
    """(source, inputs, targets) of a row without its padding."""
    source = made.source_BS[row][made.source_segment_BS[row] >= 0]
    trained = made.weight_BT[row] > 0
    return source.tolist(), made.inputs_BT[row][trained].tolist(), made.targets_BT[row][trained].tolist()


def test_spans_of_one_document_by_hand() -> None:
    ids = torch.tensor([[0, 10, 11, 12, 13, 14, 15, 1]])
    hidden = np.array([[0, 0, 1, 1, 0, 0, 1, 0]], dtype=bool)
    source, inputs, targets = told(corrupt(ids, torch.zeros(1, 8, dtype=torch.long), hidden, 100, 4))
    assert source == [0, 10, 99, 13, 14, 98, 1]
    assert targets == [99, 11, 12, 98, 15, 1]
    assert inputs == [0, 99, 11, 12, 98, 15]


def test_spans_stop_at_borders_and_every_document_counts_its_own_sentinels() -> None:
    """Ids 12 | 13 are one run of flags over a border; the end and begin between two documents are never hidden."""
    ids = torch.tensor([[10, 11, 12, 13, 14, 15], [16, 1, 0, 17, 18, 19]])
    segment = torch.tensor([[4, 4, 4, 5, 5, 5], [5, 5, 6, 6, 6, 6]])
    hidden = np.array([[0, 0, 1, 1, 0, 1], [1, 1, 1, 1, 0, 0]], dtype=bool)
    made = corrupt(ids, segment, hidden, 100, 4)
    assert told(made, 0) == (
        [10, 11, 99, 99, 14, 98], [0, 99, 12, 0, 99, 13, 98, 15], [99, 12, 1, 99, 13, 98, 15, 1]
    )
    assert told(made, 1) == ([99, 1, 0, 99, 18, 19], [0, 99, 16, 0, 99, 17], [99, 16, 1, 99, 17, 1])
    first = made.target_segment_BT[0][made.weight_BT[0] > 0].tolist()
    assert first == [0, 0, 0, 1, 1, 1, 1, 1]
    assert made.source_segment_BS[0][:6].tolist() == [0, 0, 0, 1, 1, 1]
    assert made.source_segment_BS[1][:6].tolist() == [2, 2, 3, 3, 3, 3]  # a document goes on in the next row as a piece


def test_a_span_without_a_sentinel_stays_seen_and_nothing_hidden_is_no_target() -> None:
    ids = torch.arange(10, 18)[None]
    hidden = np.array([[1, 0, 1, 0, 1, 0, 1, 0]], dtype=bool)
    source, _, targets = told(corrupt(ids, torch.zeros_like(ids), hidden, 100, 2))
    assert source == [99, 11, 98, 13, 14, 15, 16, 17] and targets == [99, 10, 98, 12, 1]
    none = corrupt(ids, torch.zeros_like(ids), np.zeros((1, 8), dtype=bool), 100, 2)
    assert told(none) == (ids[0].tolist(), [], []) and float(none.weight_BT.sum()) == 0


def together_again(made: Corrupted, row: int, first_sentinel: int) -> list[int]:
    """The ids of a row, put together from its source and its targets."""
    spans: dict[tuple[int, int], list[int]] = {}
    key = (-1, -1)
    for piece, target, weight in zip(
        made.target_segment_BT[row].tolist(), made.targets_BT[row].tolist(), made.weight_BT[row].tolist(), strict=True
    ):
        if weight and target >= first_sentinel:
            key = (piece, target)
            spans[key] = []
        elif weight and target >= 5:
            spans[key].append(target)
    out: list[int] = []
    for piece, source in zip(made.source_segment_BS[row].tolist(), made.source_BS[row].tolist(), strict=True):
        if piece >= 0:
            out += spans.pop((piece, source)) if source >= first_sentinel else [source]
    assert not spans
    return out


def test_no_id_is_wasted() -> None:
    """Over many steps and borders, source and targets together hold exactly the ids of every row."""
    masking, length = MaskingRecipe(), 96
    sentinels = reserved_ids("encoder-decoder", length, masking)
    for step in range(20):
        rng = np.random.default_rng(step)
        ids = torch.from_numpy(rng.integers(0, 90, (6, length)))
        segment = torch.from_numpy(np.cumsum(rng.random(6 * length) < 0.05).reshape(6, length))
        made = corrupt_step(ids, segment, masking, 90 + sentinels, seed=5, step=step)
        for row in range(6):
            assert together_again(made, row, 90) == ids[row].tolist()
        assert made.source_BS.shape[1] % 16 == 0 and int(made.source_BS.max()) < 90 + sentinels
    again = corrupt_step(ids, segment, masking, 90 + sentinels, seed=5, step=19)
    assert torch.equal(again.source_BS, made.source_BS) and torch.equal(again.targets_BT, made.targets_BT)
    other = corrupt_step(ids, segment, masking, 90 + sentinels, seed=5, step=20)
    assert not torch.equal(other.source_BS, made.source_BS)


def test_span_masks_have_the_stated_size_and_favour_no_place() -> None:
    rng, counts = np.random.default_rng(0), np.zeros(60)
    for _ in range(2000):
        flags = span_mask(60, 9, 3, rng)
        assert flags.sum() == 9
        turned = np.flatnonzero(flags & ~np.roll(flags, 1)).size
        assert turned == 3
        counts += flags
    assert counts.min() > 0.8 * 2000 * 9 / 60 and counts.max() < 1.2 * 2000 * 9 / 60


def test_spans_of_small_rows() -> None:
    assert spans_of(256, MaskingRecipe()) == (38, 13) and spans_of(2, MaskingRecipe()) == (1, 1)
    for length in range(2, 40):
        for density in (0.01, 0.15, 0.5, 0.99):
            hidden, spans = spans_of(length, MaskingRecipe(density=density, span=1.5))
            assert span_mask(length, hidden, spans, np.random.default_rng(0)).sum() == hidden
