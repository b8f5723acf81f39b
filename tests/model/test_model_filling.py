"""Gaps are filled with what the model finds likeliest, the surest first, and never with an id that is no text."""

import pytest
import torch

from foundling.model import Decoder, Sight
from foundling.model.encoder import Encoder
from foundling.model.filling import fill_gaps, write_spans
from foundling.model.seq2seq import Seq2Seq
from foundling.recipe import Shape

SHAPE = Shape(layers=2, width=32, heads=2, kv_heads=2, head_dim=16, hidden=48, vocabulary=60, context=32)
IDS = [0, 10, 11, 12, 13, 14, 1]


def loud(model: Encoder | Decoder | Seq2Seq) -> None:
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight.mul_(8.0)
    model.eval()


@pytest.mark.parametrize("kind", [Encoder, Decoder])
def test_the_surest_gap_comes_first_and_is_seen_by_the_next(kind: type[Encoder] | type[Decoder]) -> None:
    model: Encoder | Decoder = kind(SHAPE, generator=torch.Generator().manual_seed(4))
    loud(model)
    ahead = 1 if kind is Decoder else 0

    def best(row: list[int], place: int) -> tuple[float, int]:
        with torch.no_grad():
            logs = model(torch.tensor([row]), Sight(causal=False))[0][place - ahead][5:59].log_softmax(-1)
        return float(logs.max()), 5 + int(logs.argmax())

    row = [0, 10, 59, 12, 59, 14, 1]
    first = max((2, 4), key=lambda place: best(row, place)[0])
    row[first] = best(row, first)[1]
    other = 6 - first
    row[other] = best(row, other)[1]
    assert fill_gaps(model, IDS, [4, 2]) == row and all(5 <= row[place] < 59 for place in (2, 4))
    assert fill_gaps(model, IDS, []) == IDS


def test_a_gap_must_be_there() -> None:
    with pytest.raises(ValueError, match="gaps"):
        fill_gaps(Encoder(SHAPE), IDS, [7])
    with pytest.raises(ValueError, match="gaps"):
        fill_gaps(Decoder(SHAPE), IDS, [0])


def test_spans_are_written_until_the_model_would_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Seq2Seq(SHAPE, generator=torch.Generator().manual_seed(4))
    loud(model)
    source = [0, 10, 59, 12, 13, 58, 1]
    spans = write_spans(model, source, spans=2, text_ids=57, most=6)
    assert len(spans) == 2 and sum(map(len, spans)) <= 6 and all(5 <= i < 57 for span in spans for i in span)
    with torch.no_grad():  # an end that is always likeliest: nothing is written
        model.embedding.weight.zero_()
        model.embedding.weight[1] = 1.0
    monkeypatch.setattr(model, "hidden", lambda ids, _: torch.ones(*ids.shape, SHAPE.width))
    assert write_spans(model, source, spans=2, text_ids=57) == [[], []]
