"""Questions for a person and for a being: all families, never the narrated names, and a table of how it went."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from foundling.evaluation.choosing import Chosen, Item, tally
from foundling.home import Home
from foundling.inference import Engine
from foundling.life import asking
from foundling.life.asking import ask_being, items, quiz, table
from foundling.records import BadInput
from foundling.world.questions.asked import FAMILIES


@pytest.fixture(scope="module")
def asked() -> list[Item]:
    return list(items(3, 3))


def test_all_families_are_asked_villages_and_physics(asked: list[Item]) -> None:
    physics = {item.family for item in asked if item.family.startswith("physics")}
    assert {item.family for item in asked} - physics == set(FAMILIES)
    assert {"physics", "physics_pairs"} <= physics


def test_every_item_can_be_answered(asked: list[Item]) -> None:
    for item in asked:
        assert item.text and 0 <= item.answer < len(item.options) >= 2
        assert len(set(item.options)) == len(item.options)
        assert item.ask.endswith("?") or item.family.startswith("physics_pairs")


def test_a_quiz_goes_round_the_families(asked: list[Item]) -> None:
    rows = list(quiz(3, 8))
    assert len(rows) == 8 == len({row["family"] for row in rows})
    assert set(rows[0]) == {"family", "text", "ask", "options", "answer"}


def test_a_table_has_a_line_for_each_family_and_one_for_all(asked: list[Item]) -> None:
    lines = table(tally(asked, [Chosen(read=item.answer, unread=-1) for item in asked])).split("\n")
    assert len(lines) == 2 + len({item.family for item in asked})
    assert lines[0].split()[0] == "family" and lines[-1].split()[0] == "all" and "1.000" in lines[-1]


class Knowing(Engine):
    """A model that finds one option likelier than all others where it has read the text."""

    def __init__(self, right: dict[tuple[int, ...], tuple[int, ...]]) -> None:
        self.right = right

    def log_probabilities(self, prefix: Any, continuations: Any) -> list[float]:
        known = self.right.get(tuple(prefix))
        return [-1.0 if tuple(c) == known else -50.0 - i for i, c in enumerate(continuations)]


class Letters:
    """A tokenizer of one id a letter."""

    begin = 0

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]


def being_for(asked: list[Item], *, wrong: bool = False) -> Any:
    letters, right = Letters(), {}
    for item in asked:
        option = item.options[(item.answer + wrong) % len(item.options)]
        spaced = f" {option}" if item.ask else option
        right[(0, *letters.encode(f"{item.text}{item.ask}"))] = tuple(letters.encode(spaced))
    return SimpleNamespace(engine=Knowing(right), tokenizer=letters)


def test_a_being_that_knows_all_is_right_and_one_that_is_mistaken_wrong(
    asked: list[Item], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(asking, "items", lambda seed, count: iter(asked))
    home: Any = SimpleNamespace(path=tmp_path)
    for wrong, share in ((False, 1.0), (True, 0.0)):
        being = being_for(asked, wrong=wrong)
        monkeypatch.setattr(asking, "wake", lambda home, being=being: being)
        facts, drawn = ask_being(home, 3, 3)
        assert facts["home"] == str(tmp_path) and all(row["accuracy"] == share for row in facts["families"])
        every = facts["families"][-1]
        assert every["n"] == len(asked) and f"{share:.3f}" in drawn.split("\n")[-1]
        assert every["p_value"] == pytest.approx(math.prod(1 / len(i.options) for i in asked) if not wrong else 1)


def test_a_home_without_a_being_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="generation"):
        ask_being(home, 1, 1)
