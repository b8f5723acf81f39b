"""The quick engine: words and scores are the plain one's, whatever is kept, in batches, and without a compiler."""

from collections.abc import Sequence

import pytest
import torch

from foundling.inference import Engine, Sampling
from foundling.inference.fast import SMALLER_FROM, FastEngine, fitting, rounded
from foundling.model import Decoder
from foundling.model.kernels.building import why_none
from foundling.recipe import Shape
from foundling.recipe.attention import BlockSparse

GREEDY = Sampling(temperature=0.0, repetition=1.0)
WARM = Sampling(temperature=1.3)
NEVER: frozenset[int] = frozenset()
PROMPTS = [[0, 9, 8, 7, 6, 5], [0, 40], [0], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7], [0, 2, 11]]
needs_kernels = pytest.mark.skipif(why_none() is not None, reason=f"no kernels here: {why_none()}")


@pytest.fixture(scope="module", params=[2, 4], ids=["grouped queries", "as many heads"])
def model(request):
    shape = Shape(
        layers=2, width=64, heads=4, kv_heads=request.param, head_dim=16, hidden=96, vocabulary=128, context=48)
    model = Decoder(shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight *= 6.0
            else:
                weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(4))
    return model.eval()


class Counted(FastEngine):
    """Counts the positions that were read and said."""

    def __init__(self, model: Decoder, **given) -> None:
        super().__init__(model, **given)
        self.read = 0
        for packed in {id(p): p for p in (self._reader, self._sayer)}.values():
            packed.step = self._counting(packed.step)

    def _counting(self, step):
        def counted(slots, columns, **given):
            self.read += len(columns)
            return step(slots, columns, **given)
        return counted


def said(engine: Engine, prompt: Sequence[int], how: Sampling = GREEDY, most: int = 20, seed: int = 0) -> list[int]:
    return list(engine.stream(prompt, how, stops=NEVER, most=most, generator=torch.Generator().manual_seed(seed)))


def test_a_rounded_model_is_a_copy_with_other_matrices(model):
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    twin = rounded(model)
    for name, weight in twin.state_dict().items():
        assert torch.equal(model.state_dict()[name], before[name])
        assert torch.equal(weight, before[name]) == (weight.dim() < 2)


@pytest.mark.parametrize(("multiplies", "precision"), [(True, "int8"), (False, "bfloat16")])
def test_small_models_speak_in_float32_and_large_ones_in_less(monkeypatch, multiplies, precision):
    monkeypatch.setattr("foundling.inference.fast.has_dot_products", lambda: multiplies)
    shape = Shape(layers=1, width=64, heads=1, kv_heads=1, head_dim=64, hidden=64, vocabulary=64, context=16)
    assert fitting(Decoder(shape)) == "float32"
    with torch.device("meta"):
        large = Decoder(Shape(**{**vars(shape), "vocabulary": SMALLER_FROM // 64}))
    assert fitting(large) == precision


@pytest.mark.parametrize("how", [GREEDY, WARM], ids=["greedy", "sampled"])
def test_it_says_what_the_engine_says(model, how):
    fast, slow = FastEngine(model), Engine(model)
    for seed, prompt in enumerate([*PROMPTS, *PROMPTS]):
        assert said(fast, prompt, how, seed=seed) == said(slow, prompt, how, seed=seed)
    for most in (1, 20, 60):
        given = {"stops": frozenset({7, 9, 40}), "most": most}
        ours, theirs = (
            e.generate(PROMPTS, how, **given, generator=torch.Generator().manual_seed(5)) for e in (fast, slow))
        assert ours == theirs


@needs_kernels
@pytest.mark.parametrize("saying", ["bfloat16", "int8"])
def test_smaller_weights_say_nearly_the_same_and_the_first_id_exactly(model, saying):
    fast, slow = FastEngine(model, saying=saying), Engine(model)
    low = Engine(rounded(model)) if saying == "int8" else slow
    for prompt in PROMPTS:
        ours = said(fast, prompt)
        assert len(ours) == 20 and ours[0] == said(slow, prompt)[0] and ours == said(fast, prompt)
    agreed = sum(a == b for p in PROMPTS for a, b in zip(said(fast, p, most=4), said(low, p, most=4), strict=True))
    assert agreed >= 12


@pytest.mark.parametrize(("length", "most"), [(1, 47), (47, 10), (48, 5), (200, 12), (5, 48), (5, 500)])
def test_prompts_lose_their_beginning_as_in_the_engine(model, length, most):
    prompt = [(7 * i) % 128 for i in range(length)]
    made = said(FastEngine(model), prompt, most=most)
    assert len(made) == min(most, 48) and made == said(Engine(model), prompt, most=most)


def test_an_empty_prompt_is_refused(model):
    with pytest.raises(ValueError, match="a prompt has no ids"):
        next(FastEngine(model).stream([], GREEDY, stops=NEVER, most=3))
    with pytest.raises(ValueError, match="a prompt has no ids"):
        FastEngine(model).generate([[1], []], GREEDY, stops=NEVER, most=3)
    assert FastEngine(model).generate([], GREEDY, stops=NEVER, most=3) == []


def test_scores_are_the_engines_own(model):
    fast, slow = FastEngine(model, saying="int8"), Engine(model)
    continuations = [[5], [9, 9, 9, 2], [40, 1], list(range(12)), [5, 3], []]
    for prefix in ([0], [0, 9, 8, 7], [3] * 30, [(7 * i) % 128 for i in range(100)]):
        found = fast.log_probabilities(prefix, continuations)
        assert found == pytest.approx(slow.log_probabilities(prefix, continuations), rel=1e-5, abs=1e-5)
    many = [[i, j, 3, 4] for i in range(12) for j in range(8)]  # more than fit side by side
    for asked in (many, [[i] for i in range(128)]):
        found = fast.log_probabilities([0, 7], asked)
        assert found == pytest.approx(slow.log_probabilities([0, 7], asked), rel=1e-5, abs=1e-5)
    for prefix, continuation in (([0], [1] * 48), ([], [1])):
        with pytest.raises(ValueError, match="cannot be scored"):
            fast.log_probabilities(prefix, [continuation])


def test_hidden_states_are_the_models(model):
    fast, ids = FastEngine(model), [(5 * i) % 128 for i in range(48)]
    with torch.inference_mode():
        wanted = model.hidden(torch.tensor([ids]))[0]
    assert (fast.hidden(ids) - wanted).abs().max() < 1e-5 * wanted.abs().max()
    assert (fast.hidden(ids[:9]) - wanted[:9]).abs().max() < 1e-5 * wanted.abs().max()
    for wrong in ([], [*ids, 1]):
        with pytest.raises(ValueError, match="do not fit a context"):
            fast.hidden(wrong)


@needs_kernels
def test_what_was_read_is_not_read_again_and_changes_no_bit(model):
    engine, talk = Counted(model), [(11 * i) % 128 for i in range(30)]
    names, fresh = [[5, 6, 4], [9, 4]], lambda: FastEngine(model)
    first = engine.log_probabilities(talk[:20], names)
    assert engine.read == 20 + 3 and first == fresh().log_probabilities(talk[:20], names)
    engine.read = 0
    assert said(engine, [*talk[:20], 5, 6, 4], most=5) == said(fresh(), [*talk[:20], 5, 6, 4], most=5)
    assert engine.read == 3 + 4
    spoken = said(fresh(), [*talk[:20], 5, 6, 4], most=5)
    engine.read = 0
    longer = [*talk[:20], 5, 6, 4, *spoken, 3, 9, 1]
    assert engine.log_probabilities(longer, names) == fresh().log_probabilities(longer, names)
    assert engine.read == 4 + 3  # its last word and three that are new; and the names
    engine.read = 0
    other = [*talk[:10], 99, *talk[11:20]]
    assert engine.log_probabilities(other, names) == fresh().log_probabilities(other, names) and engine.read == 10 + 3
    engine.read = 0
    assert engine.log_probabilities(other, names) == fresh().log_probabilities(other, names) and engine.read == 1 + 3


@needs_kernels
def test_words_of_smaller_weights_are_read_again_in_full_before_anything_is_decided(model):
    engine, talk = Counted(model, saying="int8"), [0, 9, 8, 7]
    spoken = said(engine, talk, most=6)
    engine.read = 0
    after = [*talk, *spoken, 2]
    found = engine.log_probabilities(after, [[5, 6], [7]])
    assert engine.read == 6 + 1 + 1
    assert found == FastEngine(model).log_probabilities(after, [[5, 6], [7]])


def test_a_stream_that_is_interrupted_goes_on_as_if_it_were_not(model):
    whole = said(FastEngine(model), [0, 9, 8, 7])
    engine = FastEngine(model)
    stream, made = engine.stream([0, 9, 8, 7], GREEDY, stops=NEVER, most=20), []
    for number, value in enumerate(stream):
        made.append(value)
        if number % 3 == 0:
            engine.log_probabilities([5, 4, 3], [[1, 2], [3]])
        if number == 7:
            said(engine, [1, 2, 3, 4, 5, 6, 7])
            engine.hidden([4, 5])
    assert made == whole


@pytest.mark.parametrize("why", ["no compiler", "no such attention"])
def test_without_the_kernel_everything_is_the_engines(model, monkeypatch, why):
    if why == "no compiler":
        monkeypatch.setattr("foundling.model.kernels.decode.load", lambda name: "no C++ compiler was found")
    else:
        sizes = {**vars(model.shape), "attention": BlockSparse(block=8)}
        model = Decoder(Shape(**sizes), generator=torch.Generator().manual_seed(3)).eval()
    fast, slow = FastEngine(model, saying="int8"), Engine(model)
    assert fast.without is not None and why.split()[-1] in fast.without
    prompt = PROMPTS[0]
    if why == "no compiler":
        assert said(fast, prompt) == said(slow, prompt)
        ours, theirs = (e.generate(PROMPTS, GREEDY, stops=NEVER, most=5) for e in (fast, slow))
        assert ours == theirs
    assert fast.log_probabilities(prompt, [[1, 2]]) == slow.log_probabilities(prompt, [[1, 2]])
    assert fast.hidden(prompt).shape == (len(prompt), 64)
