"""Packing: no token wasted or trained twice, no document mixed with another, batches from (seed, step) alone."""

import json
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from foundling.records import BadInput
from foundling.tokens import Shards, pack_batch, read_shards, shard_files
from foundling.tokens.packing import epoch_order, join

QUICK = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def numbered(lengths: list[int]) -> Shards:
    """Documents in which every id occurs once, so that an id tells its document and position."""
    ids = iter(range(sum(lengths)))
    return join([([next(ids) for _ in range(n)], [True] * n) for n in lengths], text_bytes=99)


def owner_of(shards: Shards) -> np.ndarray:
    """Which document each id of `numbered` shards is from."""
    return np.repeat(np.arange(len(shards.starts) - 1), np.diff(shards.starts))


@QUICK
@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=7), rows=st.integers(1, 3), length=st.integers(1, 9),
       seed=st.integers(0, 5))
def test_every_position_is_a_target_once_an_epoch(lengths, rows, length, seed):
    shards, epochs = numbered(lengths), 4
    steps = -(-epochs * shards.tokens // (rows * length)) + 1
    targets, weights = [], []
    for step in range(steps):
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        targets += batch.targets_BT.flatten().tolist()
        weights += batch.weight_BT.flatten().tolist()
    stream = list(zip(targets, weights, strict=True))
    first = {int(start) for start in shards.starts[:-1]}
    assert shards.targets == shards.tokens - len(first)
    for epoch in range(epochs):  # the stream's own first id is nobody's target, so an epoch's begin one later
        part = stream[max(0, epoch * shards.tokens - 1):(epoch + 1) * shards.tokens - 1]
        trained = Counter(target for target, weight in part if weight == 1.0)
        assert trained == Counter(set(range(shards.tokens)) - first)
        untrained = [target for target, weight in part if weight == 0.0]
        assert len(part) == len(untrained) + shards.targets and set(untrained) <= first
    assert set(weights) <= {0.0, 1.0}


@QUICK
@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=7), step=st.integers(0, 30))
def test_segments_never_mix_documents_and_follow_the_ids(lengths, step):
    shards = numbered(lengths)
    batch, owner = pack_batch(shards, seed=3, step=step, rows=2, length=10), owner_of(shards)
    ids, targets = batch.ids_BT.numpy(), batch.targets_BT.numpy()
    segment, weight = batch.segment_BT.numpy(), batch.weight_BT.numpy()
    for row in range(2):
        for left in range(9):
            same = segment[row, left] == segment[row, left + 1]
            # One step on in the same segment is one id on in the same document; a new segment begins a document.
            here, there = ids[row, left], ids[row, left + 1]
            assert not same or (there == here + 1 and owner[here] == owner[there])
            assert same or there in shards.starts
            assert targets[row, left] == ids[row, left + 1]
            assert weight[row, left] == float(same)
    assert targets[0, -1] == ids[1, 0]


def test_a_golden_batch():
    shards = join([([0, 10, 11, 1], [True] * 4), ([0, 20, 1], [True] * 3)])
    batch = pack_batch(shards, seed=0, step=0, rows=2, length=5)
    first = epoch_order(2, 0, 0).tolist()
    stream = {(0, 1): [0, 10, 11, 1, 0, 20, 1], (1, 0): [0, 20, 1, 0, 10, 11, 1]}
    second = stream[tuple(epoch_order(2, 0, 1).tolist())]
    whole = (stream[tuple(first)] + second)[:11]
    assert batch.ids_BT.tolist() == [whole[:5], whole[5:10]] and batch.targets_BT.tolist() == [whole[1:6], whole[6:11]]
    assert batch.weight_BT.flatten().tolist() == [float(target != 0) for target in whole[1:]]  # 0 begins a document
    assert batch.ids_BT.dtype == batch.targets_BT.dtype == torch.int64 and batch.weight_BT.dtype == torch.float32


def test_only_taught_ids_are_targets():
    taught = [False, False, True, True, False]
    shards = join([([0, 7, 8, 9, 1], taught), ([0, 6, 1], [True, False, True])])
    assert shards.targets == 3
    trained: Counter[int] = Counter()
    for step in range(40):
        batch = pack_batch(shards, seed=1, step=step, rows=1, length=8)
        trained.update(batch.targets_BT[batch.weight_BT == 1.0].tolist())
    assert set(trained) == {8, 9, 1} and 39 <= trained[8] <= 41


def test_a_document_after_itself_is_another_document():
    shards = join([([0, 5, 1], [True] * 3)])
    batch = pack_batch(shards, seed=0, step=0, rows=1, length=9)
    assert batch.segment_BT.tolist() == [[0, 0, 0, 1, 1, 1, 2, 2, 2]]
    assert batch.weight_BT.tolist() == [[1, 1, 0, 1, 1, 0, 1, 1, 0]]


def test_a_document_longer_than_a_row_goes_on_in_the_next():
    shards = numbered([100])
    batch = pack_batch(shards, seed=0, step=0, rows=4, length=16)
    assert batch.ids_BT.flatten().tolist() == list(range(64))
    assert batch.targets_BT.flatten().tolist() == list(range(1, 65))
    assert batch.weight_BT.all() and len(batch.segment_BT.unique()) == 1


def test_batches_are_a_function_of_seed_and_step_alone():
    shards = numbered([5, 9, 2, 17, 1, 4])
    ask = {"rows": 2, "length": 8}
    forward = [pack_batch(shards, seed=4, step=step, **ask) for step in range(12)]
    np.random.seed(99)
    torch.manual_seed(99)
    for step in (11, 3, 7, 0):
        again = pack_batch(shards, seed=4, step=step, **ask)
        for field in ("ids_BT", "targets_BT", "segment_BT", "weight_BT"):
            assert torch.equal(getattr(again, field), getattr(forward[step], field))
    other = [pack_batch(shards, seed=5, step=step, **ask) for step in range(12)]
    assert any(not torch.equal(a.ids_BT, b.ids_BT) for a, b in zip(forward, other, strict=True))


def test_every_epoch_has_an_order_of_its_own():
    orders = [tuple(epoch_order(30, 7, epoch).tolist()) for epoch in range(20)]
    assert len(set(orders)) == 20 and all(sorted(order) == list(range(30)) for order in orders)
    assert tuple(epoch_order(30, 7, 3).tolist()) == orders[3] != tuple(epoch_order(30, 8, 3).tolist())


def test_the_same_tokens_whatever_the_shape_of_the_batch():
    shards = numbered([5, 9, 2, 17, 1, 4])
    def targets(rows: int, length: int) -> list[int]:
        steps = 240 // (rows * length)
        return [t for step in range(steps)
                for t in pack_batch(shards, seed=2, step=step, rows=rows, length=length).targets_BT.flatten().tolist()]
    assert targets(1, 240) == targets(4, 20) == targets(2, 5)


@pytest.fixture
def folder(tmp_path):
    documents = [([0, 300, 65_535, 1], [True, True, False, True]), ([0, 1], [True, True])]
    for name, data in shard_files(documents, "train", 123).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_files_hold_all_of_it(folder):
    shards = read_shards(folder, "train")
    assert shards.ids.tolist() == [0, 300, 65_535, 1, 0, 1] and shards.starts.tolist() == [0, 4, 6]
    assert shards.taught.tolist() == [1, 1, 0, 1, 1, 1]
    assert (shards.tokens, shards.targets, shards.text_bytes) == (6, 3, 123)
    head = json.loads((folder / "train.json").read_bytes())
    assert (head["tokens"], head["targets"]) == (6, 3)
    assert (folder / "train.ids").read_bytes()[2:4] == b"\x2c\x01"  # little-endian on every machine


def test_shards_that_do_not_fit_each_other_are_refused(folder):
    with pytest.raises(BadInput, match=r"shards .*other cannot be read .*: run `foundling prepare`"):
        read_shards(folder, "other")
    whole = {name: (folder / name).read_bytes() for name in ("train.ids", "train.taught", "train.json")}
    head = json.loads(whole["train.json"])
    damages: list[tuple[str, bytes]] = [(name, data[:-1]) for name, data in whole.items() if name != "train.json"]
    damages += [("train.ids", b""), ("train.taught", b"\x01\x01\x02\x01\x01\x01")]
    damages += [("train.json", whole["train.json"][:-5])]
    wrong = [{"starts": []}, {"starts": [0, 4]}, {"starts": [0, 4, 4, 6]}, {"starts": [0, 5, 4, 6]}, {"starts": [1, 6]},
             {"starts": "x"}, {"starts": None}, {"starts": [0, 10**30, 6]}, {"tokens": 7}, {"text_bytes": None}]
    damages += [("train.json", json.dumps(head | change).encode()) for change in wrong]
    lacking = [{k: v for k, v in head.items() if k != key} for key in ("starts", "tokens", "text_bytes")]
    damages += [("train.json", json.dumps(less).encode()) for less in lacking]
    damages += [("train.json", b"[]"), ("train.json", b"[" * 50_000)]
    for name, data in damages:
        (folder / name).write_bytes(data)
        with pytest.raises(BadInput, match="run `foundling prepare`"):
            read_shards(folder, "train")
        (folder / name).write_bytes(whole[name])
    assert read_shards(folder, "train").tokens == 6


def test_nothing_to_pack_and_too_many_ids_are_refused():
    with pytest.raises(BadInput, match="no document to pack"):
        join([])
    with pytest.raises(BadInput, match="larger than 65,536 entries"):
        join([([65_536], [True])])
    assert join([([65_535], [True])]).ids.tolist() == [65_535]
