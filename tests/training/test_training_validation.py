"""The trainer's own number, bits per byte, against a loop that scores one document at a time."""

import math
from pathlib import Path

import pytest
import torch
from tinyrun import BEGIN, END, SAYS, SHAPE, TURN, Fresh, document, ids, tiny_job

from foundling.model import Decoder
from foundling.records import BadInput
from foundling.tokens import Shards
from foundling.tokens.packing import epoch_order, join
from foundling.training.sources import Precision, validation_look

FLOAT32 = Precision(dtype="float32")


def model(seed: int = 1) -> Decoder:
    made = Decoder(SHAPE, dropout=0.5, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for weight in made.parameters():
            if weight.dim() == 2:
                weight.mul_(5.0)
    return made.train()  # the look must see to it that dropout is off


def naive_nats(of: Decoder, row: list[int]) -> float:
    """Nats of the text ids of one document, each from all before it; special ids are context only."""
    of.eval()
    with torch.no_grad():
        logs = of(torch.tensor([row])).double().log_softmax(-1)[0]
    return -sum(float(logs[place - 1, row[place]]) for place in range(1, len(row)) if row[place] > 4)


def test_one_document_is_scored_as_by_hand() -> None:
    row, text = document("a goat on a ferry")[0], 17
    shards = join([(row, [True] * len(row))], text)
    found = validation_look(shards, FLOAT32, rows=16, length=len(row) - 1)(model())
    assert found == pytest.approx(naive_nats(model(), row) / (math.log(2) * text), rel=1e-5)


def test_special_ids_inside_a_scene_are_context_and_never_scored() -> None:
    row = [BEGIN, TURN, *ids("Ada"), SAYS, *ids("hello"), TURN, *ids("Bo"), SAYS, *ids("hi"), END]
    shards = join([(row, [True] * len(row))], 12)
    found = validation_look(shards, FLOAT32, rows=16, length=len(row) - 1)(model())
    assert found == pytest.approx(naive_nats(model(), row) / (math.log(2) * 12), rel=1e-5)


def test_documents_in_one_row_do_not_see_each_other() -> None:
    texts = ("one goat", "two", "three bells")
    rows = [document(text)[0] for text in texts]
    shards = join([(row, [True] * len(row)) for row in rows], sum(map(len, texts)))
    small = SHAPE.context
    assert shards.tokens - 1 > small  # too long for a row of the model: a wider one is made, with the same weights
    wide = Decoder(type(SHAPE)(**{**SHAPE.__dict__, "context": 64}))
    wide.load_state_dict(model().state_dict())
    found = validation_look(shards, FLOAT32, rows=16, length=shards.tokens - 1)(wide)
    expected = sum(naive_nats(wide, row) for row in rows) / (math.log(2) * sum(map(len, texts)))
    assert found == pytest.approx(expected, rel=1e-5)


def long_shards() -> Shards:
    texts = [f"document {n} tells of {n * 37} geese and of {'rain ' * (n % 5)}" for n in range(12)]
    return join([document(text) for text in texts], sum(map(len, texts)))


def test_it_does_not_depend_on_the_rows_of_a_batch() -> None:
    looks = [validation_look(long_shards(), FLOAT32, rows=rows, length=24)(model()) for rows in (1, 3, 16, 500)]
    assert looks == pytest.approx([looks[0]] * 4, rel=1e-6)


def test_rows_cut_documents_and_every_target_is_scored_once() -> None:
    """The naive reading of the same stream: pieces of `length`, each knowing only what stands in its own row."""
    shards, length = long_shards(), SHAPE.context
    order = epoch_order(len(shards.starts) - 1, 0, 0)
    stream = [(int(i), int(d)) for d in order for i in shards.ids[shards.starts[d]:shards.starts[d + 1]]]
    count, nats, scored = (len(stream) - 1) // length, 0.0, 0
    being = model().eval()
    for first in range(0, count * length, length):
        places = range(first, first + length)
        for owner in dict.fromkeys(stream[p][1] for p in places):
            mine = [p for p in places if stream[p][1] == owner]
            with torch.no_grad():
                logs = being(torch.tensor([[stream[p][0] for p in mine]])).double().log_softmax(-1)[0]
            for index, place in enumerate(mine):
                target, whose = stream[place + 1]
                if whose == owner and target > 4:
                    nats, scored = nats - float(logs[index, target]), scored + 1
    text_ids = sum(i > 4 for i, _ in stream)
    expected = nats / (math.log(2) * shards.text_bytes * scored / text_ids)
    found = validation_look(shards, FLOAT32, rows=4, length=length)(being)
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_limit_reads_so_many_ids_and_no_more() -> None:
    seen: list[int] = []

    def counted(*arguments: torch.Tensor) -> torch.Tensor:
        seen.append(arguments[1].numel())
        return FLOAT32.nats(*arguments)

    validation_look(long_shards(), Precision(dtype="float32", nats=counted), rows=2, length=24, limit=100)(model())
    assert sum(seen) == 96


def test_a_uniform_model_costs_the_logarithm_of_its_vocabulary() -> None:
    """One character, one id, one byte: an untrained model must need log2(vocabulary) bits for each."""
    flat = model()
    with torch.no_grad():
        flat.embedding.weight.zero_()
    found = validation_look(long_shards(), FLOAT32, rows=8, length=SHAPE.context)(flat)
    assert found == pytest.approx(math.log2(SHAPE.vocabulary), rel=1e-6)


def test_bytes_are_counted_and_not_ids() -> None:
    shards = long_shards()
    twice = Shards(ids=shards.ids, starts=shards.starts, taught=shards.taught, text_bytes=2 * shards.text_bytes)
    one, half = (validation_look(s, FLOAT32, rows=8, length=24)(model()) for s in (shards, twice))
    assert half == pytest.approx(one / 2)


def test_bfloat16_reads_nearly_the_same_and_the_weights_stay() -> None:
    being = model()
    before = {n: w.clone() for n, w in being.state_dict().items()}
    both = [Precision(dtype=dtype) for dtype in ("float32", "bfloat16")]
    exact, rough = (validation_look(long_shards(), precision, rows=8, length=24)(being) for precision in both)
    assert rough == pytest.approx(exact, rel=0.02) and rough != exact
    assert all(torch.equal(before[n], w) and w.dtype == torch.float32 for n, w in being.state_dict().items())


def test_a_short_split_is_read_more_than_once_rather_than_padded() -> None:
    """A split smaller than the context still gives a number, and the number is right for its text."""
    row = document("geese")[0]
    shards = join([(row, [True] * len(row))], 5)
    found = validation_look(shards, FLOAT32, rows=4, length=SHAPE.context)(model())
    exact = naive_nats(model(), row) / (math.log(2) * 5)
    assert found == pytest.approx(exact, rel=0.2)


def test_a_split_without_text_is_refused() -> None:
    with pytest.raises(BadInput, match="no text"):
        validation_look(join([([BEGIN, TURN, END], [True] * 3)], 0), FLOAT32, rows=4, length=24)


def test_the_look_draws_nothing_and_changes_nothing(tmp_path: Path) -> None:
    """Or the number of looks would change the weights."""
    fresh = Fresh(tiny_job(tmp_path))
    torch.manual_seed(5)
    before, state = fresh.bits(), torch.get_rng_state()
    assert fresh.look(fresh.run.shadow) == fresh.look(fresh.run.shadow)
    assert fresh.bits() == before and torch.equal(torch.get_rng_state(), state)
