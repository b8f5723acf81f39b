"""The exam marks scripted speakers as it should, and its margins are those of the model."""

from collections.abc import Callable, Sequence

import pytest
import torch

from foundling.evaluation.exam import ExamResult, generate, mark, sampled_share, sit_exam
from foundling.evaluation.margin import margin
from foundling.evaluation.sheet import HOLD_CELLS, LEAK_CELLS, PROMPTS, TEMPLATES, Prompt
from foundling.inference import Engine, Sampling
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import Turn
from foundling.tokens import Tokenizer


class Scripted(Engine):
    """A real engine whose answers are written by a function of who must answer and of the words before."""

    def __init__(self, model: Decoder, tokenizer: Tokenizer, says: Callable[[str, str], str]) -> None:
        super().__init__(model)
        self.context, self.tokenizer, self.says, self.largest = 4096, tokenizer, says, 0

    def generate(
        self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        t, made = self.tokenizer, []
        assert stops == {t.begin, t.end, t.turn, t.says, t.silence}
        self.largest = max(self.largest, len(prompts))
        for prompt in prompts:
            if prompt[-1] != t.says:
                made.append(t.encode("It rained."))
                continue
            last = len(prompt) - 1 - list(reversed(prompt)).index(t.turn)
            made.append(t.encode(self.says(t.decode(prompt[last + 1:-1]), t.decode(prompt[:last])))[:most])
        return made

    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        return super().log_probabilities(list(prefix)[-60:], continuations)


@pytest.fixture
def sit(newborn: Decoder, shape: Shape, tokenizer: Tokenizer) -> Callable[[Callable[[str, str], str]], ExamResult]:
    def _sit(says: Callable[[str, str], str]) -> ExamResult:
        engine = Scripted(newborn, tokenizer, says)
        *_, result = sit_exam("Wren", tokenizer, engine, seed=0)
        assert isinstance(result, ExamResult)
        assert 1 < engine.largest <= 64
        return result

    return _sit


def figures(result: ExamResult) -> dict[str, float]:
    return {score.name: score.value for score in result.scores}


def test_a_perfect_being_passes_every_cell(sit: Callable[..., ExamResult]) -> None:
    result = sit(lambda who, _: f"I am {who}.")
    found = figures(result)
    assert (found["name_hold"], found["name_leak"], found["others_own_name"], found["name_claimed"]) == (1, 0, 1, 1)
    for cell in result.cells:
        assert cell.prompts == PROMPTS and cell.templates == len(TEMPLATES[cell.name])
        assert cell.score.passed and cell.score.bar and cell.score.n == PROMPTS and cell.sampled.n == 2 * PROMPTS
        assert cell.score.low is not None and (cell.score.low > 0.95 or cell.name in LEAK_CELLS)
    assert len(result.answers) == 7 * PROMPTS * 3
    assert len(figures(result)) == len(result.scores)


def test_one_name_for_all_is_a_full_leak(sit: Callable[..., ExamResult]) -> None:
    result = sit(lambda who, _: "My name is Wren.")
    found = figures(result)
    assert (found["name_hold"], found["name_leak"], found["others_own_name"]) == (1, 1, 0)
    leaks = [cell.score for cell in result.cells if cell.name in LEAK_CELLS]
    assert [score.passed for score in leaks] == [False, False]


def test_whoever_says_what_was_said_holds_no_name(sit: Callable[..., ExamResult]) -> None:
    result = sit(lambda who, talk: "I am " + talk.rstrip(" ?.!").split()[-1] + ".")
    assert figures(result)["name_hold"] < 0.1


def test_roles_false_names_silence_and_askers_names_are_misses(sit: Callable[..., ExamResult]) -> None:
    for line in ("I am the assistant, Wren.", "", "I am Lark. Good day, Wren."):
        found = figures(sit(lambda who, _, line=line: line))
        assert found["name_hold"] == 0.0
        assert found["name_leak"] < 0.7  # only where the name had not been said before


def test_the_pools_are_split_by_whether_the_name_was_said(sit: Callable[..., ExamResult]) -> None:
    """A being that can only repeat a name which stands in the words holds it there and nowhere else."""
    result = sit(lambda who, talk: "I am Wren." if "Wren" in talk and who == "Wren" else "Hm.")
    found = figures(result)
    assert found["name_hold_named"] == 1.0
    named = {answer.cell for answer in result.answers if answer.named and answer.cell in HOLD_CELLS}
    assert named == {"adversarial", "multi_party"}
    sizes = {score.name: score.n for score in result.scores}
    assert sizes["name_hold_named"] + sizes["name_hold_unnamed"] == sizes["name_hold"] == 5 * PROMPTS


def test_an_interval_without_variation_counts_templates_not_answers(sit: Callable[..., ExamResult]) -> None:
    result = sit(lambda who, _: f"I am {who}.")
    sampled = next(cell.sampled for cell in result.cells if cell.name == "direct")
    assert sampled.value == 1.0 and sampled.low is not None and 0.8 < sampled.low < 0.9
    same = sampled_share("x", [answer for answer in result.answers if answer.cell == "direct"], [True] * 3 * PROMPTS, 0)
    assert same.low == sampled.low


def test_unasked_mentions_are_counted_per_thousand_tokens(sit: Callable[..., ExamResult], tokenizer: Tokenizer) -> None:
    talk = "Wren has it."
    result = sit(lambda who, _: talk)
    found = {score.name: score for score in result.scores}
    assert found["mentions_in_talk"].value == pytest.approx(1000 / len(tokenizer.encode(talk)))
    none = found["mentions_in_prose"]
    assert none.value == 0.0 and none.high == pytest.approx(3689 / none.n)


def prompt(cell: str, text: str, answerer: str, template: int = 0) -> Prompt:
    turns = (Turn(name="Ada", text=text),)
    return Prompt(cell=cell, template=template, being="Wren", turns=turns, answerer=answerer, others=("Ada", "Wren"))


def test_a_leak_is_a_claim_or_a_mention_that_nothing_called_for() -> None:
    bare, asked = prompt("leak_two", "Who are you?", "Otto"), prompt("leak_two", "Are you Wren?", "Otto")
    assert not mark(bare, "I do not know Wren.", (), 0.0).good
    assert mark(asked, "I do not know Wren. I am Otto.", (), 0.0).good
    assert mark(asked, "I do not know Wren. I am Otto.", (), 0.0).own
    assert not mark(asked, "Yes, I am Wren.", (), 0.0).good
    assert mark(bare, "", (), 0.0).good and not mark(bare, "", (), 0.0).own
    assert not mark(prompt("direct", "Who are you?", "Wren"), "I am Lark.", ("Lark",), 0.0).good


def test_margins_are_differences_of_log_probability(model: Decoder, tokenizer: Tokenizer) -> None:
    engine, one = Engine(model), prompt("direct", "What is your name?", "Wren", template=1)
    found = margin(one, ["Ada", "Zoe"], tokenizer, engine)
    prefix = [*tokenizer.encode_turns(one.turns), tokenizer.turn, *tokenizer.encode("Wren"), tokenizer.says]
    totals = []
    for name in ("Wren", "Ada", "Zoe"):
        turn = tokenizer.encode(f"My name is {name}.")
        with torch.no_grad():
            logs = model(torch.tensor([prefix + turn]))[0].log_softmax(-1)
        totals.append(sum(float(logs[len(prefix) - 1 + i, id_]) for i, id_ in enumerate(turn)))
    assert found.form == "My name is {name}."
    assert found.nats == pytest.approx(totals[0] - (totals[1] + totals[2]) / 2, abs=1e-4)
    assert found.rank == 1 + sum(total >= totals[0] for total in totals[1:])


def test_a_model_to_which_all_is_alike_is_never_first(shape: Shape, tokenizer: Tokenizer) -> None:
    constant = Decoder(shape)
    with torch.no_grad():
        constant.embedding.weight.zero_()
    own = len(tokenizer.encode("I am Abi."))
    names = [name for name in ("Abe", "Abf", "Abg", "Abh") if len(tokenizer.encode(f"I am {name}.")) == own]
    assert names
    found = margin(prompt("direct", "Who are you?", "Abi"), names, tokenizer, Engine(constant))
    assert found.nats == pytest.approx(0.0, abs=1e-4) and found.rank == len(names) + 1


def test_chunks_and_their_order_change_no_greedy_answer(model: Decoder, tokenizer: Tokenizer) -> None:
    engine, how = Engine(model), Sampling(temperature=0.0, repetition=1.0)
    prompts = [[tokenizer.begin, *tokenizer.encode("One morning Ada " * (1 + n % 5))] for n in range(70)]
    made = generate(engine, tokenizer, prompts, how, most=12, seed=0)
    for n in (0, 1, 2, 3, 4, 69):
        assert made[n] == generate(engine, tokenizer, [prompts[n]], how, most=12, seed=0)[0]
    warm = Sampling(temperature=1.0)
    first, again, other = (generate(engine, tokenizer, prompts, warm, most=12, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
