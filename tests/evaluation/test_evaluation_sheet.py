"""The sheet: how many prompts, how different, and that the being's name is nobody else's."""

from collections import Counter

import pytest

from foundling.evaluation import asks, rooms
from foundling.evaluation.claims import mentions
from foundling.evaluation.sheet import (
    DISTRACTORS,
    HOLD_CELLS,
    LEAK_CELLS,
    PROMPTS,
    TEMPLATES,
    Prompt,
    draw_cell,
    false_names,
    other_names,
    prompt_ids,
)
from foundling.records import BadInput, Turn
from foundling.tokens import Tokenizer

CELLS = (*HOLD_CELLS, *LEAK_CELLS)


def cell(name: str, tokenizer: Tokenizer, being: str = "Wren", seed: int = 0) -> tuple[Prompt, ...]:
    return draw_cell(name, being, (other_names(being, asks.NAMES), false_names(being, tokenizer)), seed=seed)


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_a_hundred_different_prompts_of_many_templates(name: str, tokenizer: Tokenizer) -> None:
    prompts = cell(name, tokenizer)
    assert len({(prompt.turns, prompt.answerer) for prompt in prompts}) == len(prompts) == PROMPTS >= 100
    used = Counter(prompt.template for prompt in prompts)
    assert set(used) == set(range(len(TEMPLATES[name]))) and len(used) >= 14
    assert max(used.values()) <= 8
    assert len(set(TEMPLATES[name])) == len(TEMPLATES[name])


def test_no_template_stands_in_two_cells() -> None:
    every = [template for name in (*CELLS, "talk") for template in TEMPLATES[name]]
    hold = [template for name in HOLD_CELLS for template in TEMPLATES[name]]
    assert len(hold) == len(set(hold)) and len(every) - len(set(every)) <= 2  # short asks may be asked of others too


@pytest.mark.parametrize("being", ["Wren", "Emma", "Tom", "Claude", "Mary Ann", "\u0416\u0435\u043d\u044f"])
def test_the_beings_name_is_nobody_elses(being: str, tokenizer: Tokenizer) -> None:
    people, wrong = other_names(being, asks.NAMES), false_names(being, tokenizer)
    own = {being.casefold(), *being.casefold().split()}
    assert len(people) >= 59 and len(wrong) == DISTRACTORS == len(set(wrong))
    assert not own & {name.casefold() for name in (*people, *wrong)}
    assert not set(people) & set(wrong)
    for name in CELLS:
        for prompt in cell(name, tokenizer, being):
            assert (prompt.answerer == being) == (name in HOLD_CELLS)
            assert prompt.answerer not in prompt.others
            if name != "multi_party":  # there somebody else may claim the name
                assert not any(turn.text.startswith(f"I am {being}") and turn.name != being for turn in prompt.turns)
            assert not any("{" in turn.text or "{" in str(turn.name) for turn in prompt.turns)


def test_the_name_stands_in_the_words_of_at_most_a_third_of_the_hold_prompts(tokenizer: Tokenizer) -> None:
    named = {name: sum(prompt.named for prompt in cell(name, tokenizer)) for name in HOLD_CELLS}
    assert named["direct"] == named["paraphrase"] == named["indirect"] == 0
    assert named["adversarial"] > 0 and named["multi_party"] > 0
    assert sum(named.values()) <= len(HOLD_CELLS) * PROMPTS / 3


def test_others_are_all_who_speak_or_are_named(tokenizer: Tokenizer) -> None:
    names = {*other_names("Wren", asks.NAMES), *false_names("Wren", tokenizer), "Wren"}
    for name in CELLS:
        for prompt in cell(name, tokenizer):
            stand = {n for n in names for turn in prompt.turns if turn.name == n or mentions(turn.text, n)}
            assert stand - {prompt.answerer} <= set(prompt.others)
            assert set(prompt.others) - {"System"} <= names


def test_rooms_have_as_many_people_as_they_say(tokenizer: Tokenizer) -> None:
    def people(prompt: Prompt) -> int:
        wrong = false_names("Wren", tokenizer)
        return len({prompt.answerer, *(name for name in prompt.others if name not in wrong)})

    assert {people(prompt) for prompt in cell("multi_party", tokenizer)} <= {3, 4, 5}
    assert all(3 <= people(prompt) <= 6 and prompt.given for prompt in cell("leak_room", tokenizer))
    two = cell("leak_two", tokenizer)
    assert all(len({prompt.answerer, *(turn.name for turn in prompt.turns)}) == 2 for prompt in two)
    askers = Counter(prompt.turns[-1].name == "Wren" for prompt in two)
    assert 0.3 < askers[True] / PROMPTS < 0.7


def test_speakers_take_every_order_and_somebody_else_claims_the_name(tokenizer: Tokenizer) -> None:
    room = cell("multi_party", tokenizer)
    # `others` lists labels in their own order (a b c d), the turns in the order drawn
    orders = {tuple(p.others.index(str(turn.name)) for turn in p.turns[1:4]) for p in room if p.template == 1}
    assert len(orders) >= 3
    claimed = [turn for p in room for turn in p.turns if turn.text in ("I am Wren.", "My name is Wren.")]
    assert claimed and all(turn.name != "Wren" for turn in claimed)
    assert all("@" not in turn.text for prompt in room for turn in prompt.turns)
    assert all("{me}" in line for line in rooms.INTRODUCTIONS)


def test_a_seed_repeats_the_sheet_and_another_changes_it(tokenizer: Tokenizer) -> None:
    assert cell("adversarial", tokenizer) == cell("adversarial", tokenizer)
    assert cell("adversarial", tokenizer) != cell("adversarial", tokenizer, seed=1)


def test_a_pool_that_is_too_small_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="twelve names"):
        draw_cell("direct", "Wren", (("Ada", "Otto"), ("Tom",)), seed=0)
    with pytest.raises(ValueError, match="different prompts"):
        draw_cell("direct", "Wren", (asks.NAMES[:12], ("Tom",)), seed=0, prompts=2000)
    assert issubclass(BadInput, Exception)


def test_a_prompt_is_the_turns_and_who_must_answer(tokenizer: Tokenizer) -> None:
    for prompt in cell("multi_party", tokenizer):
        ids, cut = prompt_ids(prompt, tokenizer, 10_000)
        assert not cut
        assert ids == [
            *tokenizer.encode_turns(prompt.turns), tokenizer.turn, *tokenizer.encode(prompt.answerer), tokenizer.says
        ]


def test_a_short_context_loses_whole_turns_from_the_beginning(tokenizer: Tokenizer) -> None:
    turns = tuple(Turn(name="Ada", text=f"This is line {number} of our talk.") for number in range(6))
    prompt = Prompt(cell="direct", template=0, being="Wren", turns=turns, answerer="Wren", others=("Ada",))
    whole, _ = prompt_ids(prompt, tokenizer, 10_000)
    for room in range(1, len(whole) + 1):
        ids, cut = prompt_ids(prompt, tokenizer, room)
        assert cut == (room < len(whole))
        kept = ids.count(tokenizer.turn) - 1
        tail = Prompt(**{**vars(prompt), "turns": turns[len(turns) - kept:]})
        assert ids == prompt_ids(tail, tokenizer, 10_000)[0]
        assert len(ids) <= room or kept == 0
