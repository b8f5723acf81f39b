"""Options are chosen by likelihood, against numbers by hand, and counted against chance, exactly."""

import itertools
import math
from collections.abc import Sequence

import pytest

from foundling.evaluation.choosing import Chosen, Item, at_least, choose, tally
from foundling.inference.engine import Engine
from foundling.model import Decoder
from foundling.tokens import Tokenizer


class Oracle(Engine):
    """Says of the continuations what it was told to say, call after call, and remembers what it was asked."""

    def __init__(self, *nats: tuple[float, ...]) -> None:
        self.nats, self.asked = list(nats), list[tuple[list[int], list[list[int]]]]()

    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        self.asked.append((list(prefix), [list(c) for c in continuations]))
        return list(self.nats[len(self.asked) - 1])


def item(*options: str, answer: int = 0, family: str = "who", ask: str = "Who slept?") -> Item:
    return Item(family=family, text="Ada slept.\n\n", ask=ask, options=options, answer=answer)


def test_the_likeliest_option_is_chosen_with_the_text_and_without(tokenizer: Tokenizer) -> None:
    after, alone = (-3.0, -9.0, -8.0), (-4.0, -3.0, -8.5)
    assert choose(Oracle(after, alone), tokenizer, item("Ben.", "Adelaide.", "Dov.")) == Chosen(read=0, unread=1)


def test_a_tie_at_the_top_and_what_is_no_number_choose_nothing(tokenizer: Tokenizer) -> None:
    two, three = item("Ben.", "Ada."), item("Ben.", "Ada.", "Dov.")
    assert choose(Oracle((-4.0, -4.0), (-5.0, -6.0)), tokenizer, two) == Chosen(read=-1, unread=0)
    assert choose(Oracle((-math.inf, -1.0), (-1.0, math.nan)), tokenizer, two) == Chosen(read=-1, unread=-1)
    assert choose(Oracle((-4.0, -4.0, -9.0), (-5.0, -9.0, -9.0)), tokenizer, three) == Chosen(read=-1, unread=0)
    assert choose(Oracle((-4.0, -9.0, -9.0), (-9.0, -9.0, -5.0)), tokenizer, three) == Chosen(read=0, unread=2)


def test_the_model_reads_text_and_question_then_each_option(tokenizer: Tokenizer) -> None:
    oracle = Oracle((-1.0, -2.0), (-1.0, -1.0))
    choose(oracle, tokenizer, item("Ben.", "Ada."))
    (full, options), (bare, same) = oracle.asked
    assert full[0] == bare[0] == tokenizer.begin
    assert tokenizer.decode(full[1:]) == "Ada slept.\n\nWho slept?" and tokenizer.decode(bare[1:]) == "Who slept?"
    assert [tokenizer.decode(ids) for ids in options] == [" Ben.", " Ada."] and same == options


def test_a_real_model_chooses_what_it_finds_likeliest(model: Decoder, tokenizer: Tokenizer) -> None:
    engine, options = Engine(model), ("One morning Ada fed the brown hens.", "qzx vvw kkj!")
    for order in (options, options[::-1]):
        asked = Item(family="who", text="", ask="", options=order, answer=0)
        assert order[choose(engine, tokenizer, asked).read] == options[0]


def test_the_chance_of_so_many_hits_is_that_of_all_ways_to_get_them() -> None:
    shares = [1 / 2, 1 / 3, 1 / 4, 1 / 4, 1 / 2]
    for hits in range(6):
        brute = sum(
            math.prod(s if won else 1 - s for s, won in zip(shares, ways, strict=True))
            for ways in itertools.product((0, 1), repeat=5) if sum(ways) >= hits
        )
        assert at_least(hits, shares) == pytest.approx(brute)
    assert at_least(0, shares) == pytest.approx(1) and at_least(6, shares) == 0
    assert at_least(60, [0.5] * 100) == pytest.approx(0.028443966820490)  # 1 - binom.cdf(59, 100, 0.5)


def test_a_tally_counts_each_family_and_all_together() -> None:
    items = [item("a", "b", answer=0), item("a", "b", answer=1), item("a", "b", "c", "d", answer=2, family="why")]
    who, why, every = tally(items, [Chosen(read=0, unread=1), Chosen(read=-1, unread=1), Chosen(read=2, unread=-1)])
    assert (who.family, who.n, who.accuracy, who.chance) == ("who", 2, 0.5, 0.5)
    assert (why.family, why.n, why.accuracy, why.chance) == ("why", 1, 1.0, 0.25)
    assert (who.unread, why.unread, every.unread) == (0.5, 0.0, pytest.approx(1 / 3))
    assert (every.family, every.n) == ("all", 3) and every.accuracy == pytest.approx(2 / 3)
    assert every.chance == pytest.approx(1.25 / 3) and why.p_value == pytest.approx(0.25)
    assert all(row.low <= row.accuracy <= row.high for row in (who, why, every))


def test_items_and_choices_of_unequal_number_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        tally([item("a", "b")], [Chosen(read=0, unread=0)] * 2)
