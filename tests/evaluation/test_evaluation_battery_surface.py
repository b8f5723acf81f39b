"""Whoever reads no more than lengths and words comes nowhere near a vote in what is made by hand or by the world."""

import re
from collections import Counter
from itertools import islice

import pytest

from foundling.evaluation.battery.falling import fallings
from foundling.evaluation.battery.kindness import kindnesses
from foundling.evaluation.battery.pair import Half, Pair
from foundling.evaluation.battery.programs import programs, written
from foundling.evaluation.battery.skill import USABLE, Skill
from foundling.evaluation.battery.surface import apart, fitted, surface_skills

HALVES: tuple[Half, Half] = ("scored", "taught")


@pytest.fixture(scope="module")
def skills() -> dict[str, Skill]:
    def pairs(half: Half) -> list[Pair]:
        made = (islice(programs(half, 2), 280), islice(fallings(half, 2), 152), islice(kindnesses(half, 2), 200))
        return [pair for some in made for pair in some]

    return {skill.judge: skill for skill in surface_skills(pairs("scored"), pairs("taught"))}


@pytest.mark.parametrize("cls", ["compiles", "falls_stays", "kindness"])
@pytest.mark.parametrize("reader", ["shorter", "longer", "words"])
def test_no_reader_of_surface_may_vote_and_none_is_near(skills: dict[str, Skill], reader: str, cls: str) -> None:
    row = skills[reader].row(cls)
    assert row and not row.usable and row.low < 0.6 and row.accuracy < USABLE, (reader, row)


def test_neither_length_nor_outcome_words_tell_what_fell(skills: dict[str, Skill]) -> None:
    for skill in skills.values():
        row = skill.row("falls_stays")
        assert row and 0.35 < row.accuracy < 0.65, skill.judge


def test_programs_differ_in_no_length_and_in_no_word_but_only_in_its_place(skills: dict[str, Skill]) -> None:
    for half in HALVES:
        for pair in islice(programs(half, 3), 2 * len(written())):
            words = [Counter(re.findall(r"\w+|[^\w\s]", text)) for text in (pair.better, pair.worse)]
            assert words[0] == words[1] and Counter(pair.better) == Counter(pair.worse), pair.group
            assert all(" " in sign for sign in apart(pair))  # only neighbours differ
    row = skills["longer"].row("compiles")
    assert row and row.untold == row.n == 280


def test_a_fault_is_no_slip_of_the_typist() -> None:
    """No gap or blank of a kind that whole programs do not have gives the faulty text away."""
    for half in HALVES:
        for pair in islice(programs(half, 4), len(written())):
            assert not re.search(r"\S  |[ \t]+\n|\n\n| (?:[,)\]]|:(?!=))|[(\[] |\t", pair.worse), pair.worse


def pair_of(number: int, better: str, worse: str) -> Pair:
    return Pair(id=str(number), cls="typos", better=better, worse=worse, source="templates", group=str(number))


def test_the_readers_see_what_stands_on_one_side_only() -> None:
    """Else their failing above would say nothing."""
    things = ("hen", "oak", "boat", "lamp", "shelf", "rain")
    shown = [pair_of(i, f"the {thing} is well", f"the {thing} was horribly ill") for i, thing in enumerate(things)]
    asked = [pair_of(i, f"a {thing} goes well", f"a {thing} goes horribly") for i, thing in enumerate(("cat", "fox"))]
    shorter, longer, words = surface_skills(asked, shown)
    assert [skill.rows[0].accuracy for skill in (shorter, longer, words)] == [1.0, 0.0, 1.0]
    assert fitted(shown)["well"] > 0 > fitted(shown)["horribly"] and fitted([]) == {}
    unseen = surface_skills([pair_of(0, "one two", "two one")], shown)[2].rows[0]
    assert (unseen.accuracy, unseen.untold) == (0.0, 1)
