"""Guesses that never read: each looks at words alone, and a balanced set lets none of them get ahead."""

import random

from small_villages import plot_of, plotted

from foundling.world.narrator.cast import Cast
from foundling.world.narrator.tell import Telling, tell
from foundling.world.questions.asked import Question
from foundling.world.questions.controls import GUESSES, Balance, balanced, guesses, shown_words
from foundling.world.questions.families import ask

TEXT = "Ada saw Ben. Ben saw Cora. Cora saw Ben, and Dov slept."


def telling(text: str = TEXT) -> Telling:
    plot = plot_of({"kind": "meet", "actor": "Ada", "target": "Ben"})
    return Telling(plot=plot, voice="plain", cast=Cast(setting=plot.history.setting), text=text, told=())


def question(*keys: str, answer: int = 0, family: str = "who") -> Question:
    return Question(
        family=family, ask="Who?", options=tuple(f"It was {key}." for key in keys), keys=keys, answer=answer,
        query=("actor", 0), evidence=(0,),
    )


def test_each_guess_picks_what_its_name_says() -> None:
    words = ["Cora", "Ada", "Ben", "Dov"]
    picked = {name: guess(words, TEXT) for name, guess in GUESSES.items()}
    assert picked == {"named first": 1, "named last": 3, "named most": 2, "longest": 0, "shortest": -1}


def test_a_tie_is_no_guess() -> None:
    assert GUESSES["longest"](["Ada", "Ben"], TEXT) == -1
    assert GUESSES["named most"](["Ada", "Dov"], TEXT) == -1


def test_a_key_is_looked_for_as_the_telling_calls_it() -> None:
    masked = Telling(
        plot=telling().plot, voice="fable", text="", told=(),
        cast=Cast(setting=telling().plot.history.setting, masks={"Ada": "the hare"}),
    )
    assert shown_words(masked, question("Ada", "mill", "7", "yes")) == ["the hare", "mill", "It was 7.", "It was yes."]


def test_a_guess_that_is_right_all_the_time_is_stopped_soon() -> None:
    balance = Balance()
    assert sum(balance.lets(telling(), question("Ada", "Ben")) for _ in range(50)) <= 4  # named first, each time


def test_questions_that_no_guess_knows_all_pass() -> None:
    dull, balance = telling("Nobody is named."), Balance()
    assert all(balance.lets(dull, question("Ada", "Ben", answer=n % 2)) for n in range(50)) and balance.n == 50
    assert balance.rates()["chance"] == 0.5 and balance.rates()["named first"] == 0.0


def test_yes_and_no_are_let_through_in_turn() -> None:
    balance, dull = Balance(), telling("Nobody is named.")
    dice, passed = random.Random(0), []
    for _ in range(300):
        answer = 0 if dice.random() < 0.9 else 1
        if balance.lets(dull, question("yes", "no", answer=answer, family="did")):
            passed.append(answer)
    assert len(passed) > 30 and abs(passed.count(0) - passed.count(1)) <= 2


def test_one_family_does_not_pay_for_another() -> None:
    balances: dict[str, Balance] = {}
    pairs = [(telling(), question("Ada", "Ben", family=family)) for family in ("who", "whom") for _ in range(9)]
    kept = [q.family for _, q in balanced(pairs, balances)]
    assert kept.count("who") == kept.count("whom") > 0 and set(balances) == {"who", "whom"}


def test_no_guess_beats_chance_on_what_is_let_through() -> None:
    pairs = []
    for number, plot in enumerate((*plotted(1), *plotted(2))):
        told = tell(plot, "plain", number)
        pairs += [(told, q) for q in ask(told, number)][:12]
    balances: dict[str, Balance] = {}
    kept = list(balanced(pairs, balances))
    assert 100 < len(kept) <= len(pairs)
    for family, balance in balances.items():
        mine = [(told, q) for told, q in kept if q.family == family]
        chance = sum(1 / len(q.options) for _, q in mine)
        for name in GUESSES:
            assert sum(guesses(told, q)[name] for told, q in mine) <= chance + 1.5
        assert balance.n == len(mine)
