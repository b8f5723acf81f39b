"""Choices: the worth is monotone and submodular, the greedy keeps its bound and its budget, pins and bans hold."""

import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pytest

from foundling.corpus.curation import OBJECTIVES, Wish, choose, reference_choice
from foundling.corpus.curation.objective import Worth
from foundling.corpus.portrait import Portrait
from foundling.corpus.portrait.arc import FLAT, SHAPES
from foundling.records import BadInput, Story, canonical_json

FEELINGS, THEMES = ("joy", "sadness", "loneliness"), ("promise", "greed")


def portrait(number, rng, *, sketch=None, source=None, **more):
    """A made-up portrait; what is not given is drawn at random."""
    words = int(rng.integers(50, 400))
    given = {
        "id": f"{number:064x}", "title": f"Book {number % 3}, part {number}", "source": source or f"book-{number % 3}",
        "bytes": 5 * words, "words": words, "talk": float(rng.random()), "turns": 3, "people": ("Ada", "Bo"),
        "pairs": int(rng.integers(0, 4)), "meetings": int(rng.integers(4, 9)), "sentence": 12.0, "rare": 0.2,
        "feelings": {name: float(rng.random() * 9 * (rng.random() < 0.6)) for name in FEELINGS},
        "themes": {name: float(rng.random() * 9 * (rng.random() < 0.6)) for name in THEMES}, "valence": 0.1,
        "arc": (0.0,) * 20, "shape": [FLAT, *SHAPES][int(rng.integers(7))], "strength": float(rng.random()),
        "ease": 80.0,
        "sketch": tuple(sorted(set(rng.integers(0, 150, 20).tolist()))) if sketch is None else sketch,
    }
    return Portrait(**given | more)


def pool(count, seed=0):
    rng = np.random.default_rng(seed)
    return [portrait(number, rng) for number in range(count)]


def sizes(portraits):
    return [one.bytes for one in portraits]


def worth_of(portraits, objective, indices):
    worth = Worth(portraits, objective)
    for index in indices:
        worth.take(index)
    return worth.value()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_worth_is_monotone_submodular_and_one_for_the_whole_pool(objective):
    portraits, rng = pool(24), np.random.default_rng(1)
    for _ in range(120):
        order = rng.permutation(24).tolist()
        small, large, one = order[:int(rng.integers(0, 12))], order[:int(rng.integers(12, 23))], order[23]
        before, after = (worth_of(portraits, objective, group) for group in (small, large))
        gain_small = worth_of(portraits, objective, [*small, one]) - before
        gain_large = worth_of(portraits, objective, [*large, one]) - after
        assert before <= after + 1e-12 and gain_large >= -1e-12
        assert gain_large <= gain_small + 1e-12
    assert worth_of(portraits, objective, range(24)) == pytest.approx(1.0)
    assert worth_of(portraits, objective, []) == 0.0


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_gain_asked_is_the_gain_taken_and_its_parts_add_up(objective):
    portraits = pool(12)
    worth = Worth(portraits, objective)
    for index in range(12):
        gain, parts, before = worth.gain(index), worth.parts(index), worth.value()
        worth.take(index)
        assert worth.value() - before == pytest.approx(gain) == pytest.approx(float(parts.sum()))
        assert worth.gain(index) <= gain + 1e-12


def best_of_all(portraits, objective, budget):
    best = 0.0
    for count in range(len(portraits) + 1):
        for group in itertools.combinations(range(len(portraits)), count):
            if sum(portraits[i].bytes for i in group) <= budget:
                best = max(best, worth_of(portraits, objective, group))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_keeps_the_proven_bound_and_comes_near_to_the_best(seed):
    portraits = pool(8, seed)
    objective = list(OBJECTIVES)[seed % 4]
    budget = sum(sizes(portraits)) // 3
    best = best_of_all(portraits, objective, budget)
    chosen = choose(portraits, sizes(portraits), Wish(budget=budget, objective=objective))
    assert chosen.worth >= (1 - 1 / math.sqrt(math.e)) * best
    assert chosen.worth >= 0.9 * best
    assert chosen.worth == pytest.approx(worth_of(portraits, objective, chosen.chosen))


def test_plain_gain_saves_a_choice_that_gain_for_size_would_spoil():
    rng = np.random.default_rng(0)
    tiny = portrait(0, rng, sketch=(1,), bytes=1)
    large = portrait(1, rng, sketch=tuple(range(2, 90)), bytes=100)
    chosen = choose([tiny, large], [1, 100], Wish(budget=100, objective="diversity"))
    assert chosen.chosen == (1,) and chosen.way == "plain gain"


@pytest.mark.parametrize("seed", range(20))
def test_the_budget_is_never_exceeded_and_nothing_that_fits_is_left(seed):
    rng = np.random.default_rng(seed)
    portraits = pool(int(rng.integers(1, 40)), seed)
    budget = int(rng.integers(1, sum(sizes(portraits)) * 1.2))
    chosen = choose(portraits, sizes(portraits), Wish(budget=budget, objective=list(OBJECTIVES)[seed % 4]))
    assert chosen.used == sum(portraits[i].bytes for i in chosen.chosen) <= budget
    assert all(p.chosen or p.size > budget - chosen.used for p in chosen.placed)
    assert sorted(p.rank for p in chosen.placed if p.chosen) == list(range(1, len(chosen.chosen) + 1))
    assert all(p.why and (p.rank > 0) == p.chosen for p in chosen.placed)
    assert canonical_json(chosen) == canonical_json(choose(portraits, sizes(portraits), chosen.wish))


def test_equal_stories_are_taken_in_the_order_of_the_pool():
    rng = np.random.default_rng(0)
    one = portrait(0, rng)
    twins = [Portrait(**{**vars(one), "id": f"{n:064x}"}) for n in range(5)]
    chosen = choose(twins, [10] * 5, Wish(budget=20, objective="feelings"))
    assert chosen.chosen == (0, 1)


def test_pins_are_in_and_bans_are_out():
    portraits = pool(30)
    pin, ban = portraits[17].id, portraits[4].id
    wish = Wish(budget=sum(sizes(portraits)), pins=(pin,), bans=(ban, "book 2, PART *"))
    chosen = choose(portraits, sizes(portraits), replace(wish, bans=(ban, "BOOK 1, part *")))
    out = [p.title for p in chosen.placed if not p.chosen]
    assert all(p.title.startswith("Book 1") or p.id == ban for p in chosen.placed if not p.chosen) and len(out) == 10
    assert chosen.placed[17].rank == 1 and chosen.placed[17].why == "is pinned by hand"
    assert chosen.placed[4].why == f"is banned by hand ({ban})"
    with pytest.raises(BadInput, match="pinned and banned"):
        choose(portraits, sizes(portraits), wish)


def test_a_pin_is_in_even_where_it_is_worth_little():
    portraits = pool(10)
    empty = Portrait(**{**vars(portraits[3]), "feelings": dict.fromkeys(FEELINGS, 0.0), "pairs": 0, "sketch": ()})
    portraits[3] = empty
    chosen = choose(portraits, sizes(portraits), Wish(budget=empty.bytes, pins=(empty.id,)))
    assert chosen.chosen == (3,)


@pytest.mark.parametrize("more, words", [
    ({"budget": 10, "pins": (f"{3:064x}",)}, "raise the budget"), ({"pins": ("nobody",)}, "has the id nobody"),
    ({"budget": 0}, "holds nothing"), ({"objective": "beauty"}, "choose one of depth"),
])
def test_wishes_that_cannot_be_met_are_refused_in_a_sentence(more, words):
    portraits = pool(6)
    with pytest.raises(BadInput, match=words):
        choose(portraits, sizes(portraits), Wish(**{"budget": 500, **more}))


@pytest.mark.parametrize("given", [[1, 2], [1, 2, 3, 4, 5, 0]])
def test_sizes_must_be_there_and_positive(given):
    with pytest.raises(BadInput, match="size of at least 1"):
        choose(pool(6), given, Wish(budget=10))


def test_an_empty_pool_gives_an_empty_choice():
    assert choose([], [], Wish(budget=10)).chosen == ()


def test_a_near_copy_is_out_and_is_told_by_the_name_of_what_it_is_like():
    rng = np.random.default_rng(2)
    portraits = [portrait(n, rng, sketch=tuple(range(100 * n, 100 * n + 90)), bytes=100) for n in range(4)]
    copy = Portrait(**{**vars(portraits[1]), "id": "c" * 64, "title": "A copy"})
    chosen = choose([*portraits, copy], [100] * 5, Wish(budget=400, objective="diversity"))
    assert not chosen.placed[4].chosen
    assert chosen.placed[4].why == f"adds little new: much like {portraits[1].title}"


def test_the_words_say_what_a_story_brought_and_how_many_had_it_before():
    rng = np.random.default_rng(3)
    plain = {"feelings": {"joy": 1.0, "sadness": 0.0, "loneliness": 0.0}, "themes": dict.fromkeys(THEMES, 0.0)}
    lone = {**plain, "feelings": {"joy": 0.5, "sadness": 0.0, "loneliness": 9.0}}
    same = {"words": 200, "bytes": 1000, "talk": 0.2, "pairs": 0, "strength": 0.0, "shape": FLAT}
    portraits = [portrait(n, rng, **same, **(lone if n < 2 else plain)) for n in range(30)]
    chosen = choose(portraits, sizes(portraits), Wish(budget=10_000, objective="feelings"))
    first, second = sorted(chosen.placed[:2], key=lambda p: p.rank)
    assert first.rank == 1 and "brings loneliness, the first to do so" in first.why
    assert "brings loneliness, which 1 before it has too" in second.why


def test_rare_feelings_gain_by_the_choice():
    portraits = pool(200, 4)
    wish = Wish(budget=sum(sizes(portraits)) // 3, objective="feelings")
    chosen = [portraits[i] for i in choose(portraits, sizes(portraits), wish).chosen]
    for name in FEELINGS:
        inside, outside = (np.mean([p.feelings[name] for p in group]) for group in (chosen, portraits))
        assert inside > 1.15 * outside


def test_three_thousand_candidates_are_chosen_in_time():
    rng = np.random.default_rng(6)
    portraits = [
        portrait(n, rng, sketch=tuple(sorted(set(rng.integers(0, 40_000, 230).tolist()))), source=f"book-{n % 60}")
        for n in range(3000)]
    before = time.process_time()
    chosen = choose(portraits, sizes(portraits), Wish(budget=sum(sizes(portraits)) // 2))
    assert time.process_time() - before < 20 and len(chosen.chosen) > 1000


def test_the_reference_choice_takes_stories_and_gives_their_places():
    parts = [Story(title=f"part {n}", source="here", text=text) for n, text in enumerate((
        "The lonely orphan wept alone. Ada said, \"Come in.\"", "The table is by the door. " * 2,
        "He laughed with joy, and forgave the thief. Bo was brave."))]
    places = reference_choice(parts, parts[0].bytes + parts[2].bytes, "feelings")
    assert places == [0, 2]
