"""The engine: batches, padding, stops, streaming, the context's end and scores, against plain loops over the model."""

import pytest
import torch
import torch.nn.functional as F

from foundling.inference import Engine, Sampling
from foundling.model import Decoder
from foundling.recipe import Shape

GREEDY = Sampling(temperature=0.0, repetition=1.0)
NEVER: frozenset[int] = frozenset()
PROMPTS = [[0, 9, 8, 7, 6, 5], [0, 40], [0], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7], [0, 2, 11]]


def engine_of(layers: int = 2, context: int = 48) -> Engine:
    shape = Shape(layers=layers, width=32, heads=4, kv_heads=2, head_dim=8, hidden=48, vocabulary=60, context=context)
    model = Decoder(shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 10.0 if weight.dim() == 2 else 1.0
    return Engine(model)


@torch.no_grad()
def greedy_by_hand(engine: Engine, prompt: list[int], most: int) -> list[int]:
    """The likeliest id again and again, with neither cache nor batch."""
    ids = list(prompt)
    for _ in range(most):
        ids.append(int(engine.model(torch.tensor([ids]))[0, -1].argmax()))
    return ids[len(prompt):]


@pytest.mark.parametrize("layers", [1, 2])
def test_a_batch_says_what_each_prompt_says_alone(layers):
    engine = engine_of(layers)
    by_hand = [greedy_by_hand(engine, prompt, 20) for prompt in PROMPTS]
    assert len({tuple(ids) for ids in by_hand}) > 2  # or this test could not see a mix-up
    assert engine.generate(PROMPTS, GREEDY, stops=NEVER, most=20) == by_hand
    assert [engine.generate([p], GREEDY, stops=NEVER, most=20)[0] for p in PROMPTS] == by_hand
    assert engine.generate(PROMPTS[::-1], GREEDY, stops=NEVER, most=20) == by_hand[::-1]


def test_left_padding_moves_no_probability():
    engine = engine_of()
    first = next(iter(engine.batches(PROMPTS, GREEDY, stops=NEVER, most=1)))
    for prompt, value in zip(PROMPTS, first, strict=True):
        assert value == int(engine.model(torch.tensor([prompt]))[0, -1].argmax())
    # Beside a much longer prompt the short one gets many pads; sampling with the same generator sees the same scores.
    how = Sampling(temperature=1.0, top_k=0, top_p=1.0, repetition=1.0)
    draw = lambda prompts: engine.generate(  # noqa: E731
        prompts, how, stops=NEVER, most=12, generator=torch.Generator().manual_seed(3))
    assert draw([[0, 40], [5] * 30])[0] == draw([[0, 40], [7, 7]])[0]


def test_a_stop_ends_its_row_only_and_is_not_given():
    engine = engine_of()
    free = engine.generate(PROMPTS, GREEDY, stops=NEVER, most=20)
    stop = free[0][6]
    cut = engine.generate(PROMPTS, GREEDY, stops=frozenset({stop}), most=20)
    for before, after in zip(free, cut, strict=True):
        assert after == (before[:before.index(stop)] if stop in before else before)
    assert len(cut[0]) < 20 and stop not in {i for ids in cut for i in ids}
    every = frozenset(range(60))
    assert engine.generate(PROMPTS, GREEDY, stops=every, most=20) == [[]] * 5
    assert len(list(engine.batches(PROMPTS, GREEDY, stops=every, most=20))) == 1  # all have stopped: no more work


@pytest.mark.parametrize("how", [GREEDY, Sampling(), Sampling(temperature=1.5, top_k=0, top_p=1.0)], ids=str)
def test_streaming_gives_what_generate_gives(how):
    engine = engine_of()
    ask = {"stops": frozenset({17}), "most": 25}
    for prompt in PROMPTS:
        streamed = list(engine.stream(prompt, how, **ask, generator=torch.Generator().manual_seed(8)))
        assert [streamed] == engine.generate([prompt], how, **ask, generator=torch.Generator().manual_seed(8))


def test_a_stream_can_be_left_and_leaves_no_mode_behind():
    engine = engine_of()
    stream = engine.stream([0, 1], GREEDY, stops=NEVER, most=10)
    first = next(stream)
    assert not torch.is_inference_mode_enabled() and torch.is_grad_enabled()
    stream.close()
    assert engine.generate([[0, 1]], GREEDY, stops=NEVER, most=1) == [[first]]


def test_the_same_generator_says_the_same():
    engine, how = engine_of(), Sampling(temperature=1.2)
    draw = lambda seed: engine.generate(  # noqa: E731
        PROMPTS, how, stops=NEVER, most=15, generator=torch.Generator().manual_seed(seed))
    torch.manual_seed(1)
    one = draw(5)
    torch.manual_seed(2)
    assert draw(5) == one != draw(6)


@pytest.mark.parametrize("length", [1, 30, 47, 48, 49, 200])
@pytest.mark.parametrize("most", [0, 1, 20, 47, 48, 49, 500])
def test_long_prompts_lose_their_beginning(length, most):
    engine = engine_of()
    prompt = [(7 * i) % 60 for i in range(length)]
    made = engine.generate([prompt], GREEDY, stops=NEVER, most=most)[0]
    assert len(made) == min(most, 48)
    kept = prompt[-max(1, 48 - most):]
    assert made[:5] == greedy_by_hand(engine, kept, min(5, len(made)))


def test_a_long_prompt_beside_a_short_one():
    engine = engine_of()
    prompts = [[(7 * i) % 60 for i in range(100)], [0, 3]]
    made = engine.generate(prompts, GREEDY, stops=NEVER, most=10)
    assert made == [greedy_by_hand(engine, prompts[0][-38:], 10), greedy_by_hand(engine, prompts[1], 10)]


def test_no_prompt_and_empty_prompts():
    engine = engine_of()
    assert engine.generate([], GREEDY, stops=NEVER, most=5) == []
    for prompts in ([[]], [[0, 1], []]):
        with pytest.raises(ValueError, match="a prompt has no ids"):
            engine.generate(prompts, GREEDY, stops=NEVER, most=5)


@torch.no_grad()
def nats_by_hand(engine: Engine, prefix: list[int], continuation: list[int]) -> float:
    total, ids = 0.0, list(prefix)
    for value in continuation:
        total += float(F.log_softmax(engine.model(torch.tensor([ids]))[0, -1], dim=-1)[value])
        ids.append(value)
    return total


def test_log_probabilities_are_those_of_a_plain_loop():
    engine = engine_of()
    continuations = [[5], [9, 9, 9, 2], [40, 1], list(range(12)), [5, 3], []]
    for prefix in ([0], [0, 9, 8, 7], [3] * 30):
        found = engine.log_probabilities(prefix, continuations)
        assert found == pytest.approx([nats_by_hand(engine, prefix, c) for c in continuations], rel=1e-4, abs=1e-4)
    alone = [engine.log_probabilities([0, 9], [c])[0] for c in continuations[:-1]]
    assert engine.log_probabilities([0, 9], continuations[:-1]) == pytest.approx(alone, abs=1e-4)


def test_log_probabilities_of_everything_sum_to_one():
    found = engine_of().log_probabilities([0, 4], [[i] for i in range(60)])
    assert float(torch.tensor(found, dtype=torch.float64).exp().sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_long_prefix_loses_its_beginning_and_a_long_continuation_is_refused():
    engine = engine_of()
    prefix = [(7 * i) % 60 for i in range(300)]
    found = engine.log_probabilities(prefix, [[1, 2, 3], [4]])
    assert found == pytest.approx([nats_by_hand(engine, prefix[-45:], c) for c in ([1, 2, 3], [4])], abs=1e-3)
    assert len(engine.log_probabilities([0], [[1] * 47])) == 1
    for prefix, continuation in (([0], [1] * 48), ([0] * 9, [1] * 100), ([], [1])):
        with pytest.raises(ValueError, match="cannot be scored"):
            engine.log_probabilities(prefix, [continuation])


def test_scores_are_summed_in_float32_whatever_the_logits(monkeypatch):
    # In bfloat16 near candidates tie, and ties go to the first: a broken model would look right.
    engine = engine_of()
    plain = engine.model.logits
    monkeypatch.setattr(engine.model, "logits", lambda hidden: plain(hidden).bfloat16())
    low = plain(engine.model.hidden(torch.tensor([[0, 9]])))[0, -1].bfloat16().float()
    found = engine.log_probabilities([0, 9], [[i] for i in range(60)])
    assert found == pytest.approx(F.log_softmax(low, dim=-1).tolist(), abs=1e-5)


def test_an_engine_switches_dropout_off():
    shape = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=16, vocabulary=20, context=16)
    engine = Engine(Decoder(shape, dropout=0.9).train())
    assert engine.log_probabilities([0], [[1, 2]]) == engine.log_probabilities([0], [[1, 2]])
