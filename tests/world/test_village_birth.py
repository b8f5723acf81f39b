"""A village is born: unique names, families that hold together, and lists long enough for variety."""

import pytest

from foundling.records import BadInput
from foundling.world.village import words
from foundling.world.village.birth import born, workplace

BACK = {
    "mother": ("daughter", "son"), "father": ("daughter", "son"), "sister": ("sister", "brother"),
    "brother": ("sister", "brother"), "wife": ("wife", "husband"), "husband": ("wife", "husband"),
    "grandmother": ("granddaughter", "grandson"), "grandfather": ("granddaughter", "grandson"),
    "aunt": ("niece", "nephew"), "uncle": ("niece", "nephew"),
}


@pytest.mark.parametrize("people", [12, 30, 60])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_are_unique_and_everything_has_its_place(seed: int, people: int) -> None:
    setting = born(seed, people)
    persons, places, things = ([r.name for r in part] for part in (setting.people, setting.places, setting.things))
    assert len(persons) == people and len(set(persons + places + things)) == len(persons) + len(places) + len(things)
    assert 12 <= sum(p.kind != "house" for p in setting.places) <= 20
    for person in setting.people:
        assert person.home in places and 5 <= person.age <= 90 and person.they in ("she", "he")
        assert workplace(setting, person) in places and 2 <= len(person.temper) <= 4
    for thing in setting.things:
        assert thing.owner in persons and thing.place in ("", *places) and thing.name.endswith(thing.kind)
        assert not (thing.place and thing.holder)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_kin_is_mutual_and_of_the_right_age(seed: int) -> None:
    setting = born(seed, 40)
    assert sum(bool(p.kin) for p in setting.people) > 20
    for person in setting.people:
        for word, name in person.kin:
            other = setting.person(name)
            assert other.name != person.name
            back = [w for w, n in other.kin if n == person.name]
            assert len(back) == 1
            if word in BACK:
                assert back[0] in BACK[word]
            if word in ("mother", "father"):
                assert other.age >= person.age + 17
            if word in ("mother", "sister", "wife", "daughter", "aunt", "grandmother"):
                assert other.they == "she"


def test_given_names_are_used_and_bad_ones_refused() -> None:
    names = [f"Quim{letter}" for letter in "abcdefghijklmno"]
    assert {p.name for p in born(1, 12, names).people} <= set(names)
    for people, given in ((11, ()), (61, ()), (12, names[:11]), (12, ["Ada\n", *names]), (12, ["", *names])):
        with pytest.raises(BadInput):
            born(1, people, given)


def test_the_lists_are_long_enough() -> None:
    assert len(words.works()) >= 40 and all(len(tasks) >= 4 for _, tasks in words.works().values())
    assert len(words.thing_kinds()) >= 120 and len(words.phrases("adjectives")) >= 60
    for name, least in (("illnesses", 30), ("hurts", 30), ("games", 30), ("skills", 60), ("dreams", 40)):
        assert len(set(words.phrases(name))) >= least
    assert len(words.feasts()) >= 8 and len(words.phrases("names-she")) >= 100
    for name in ("illnesses", "hurts", "games", "skills", "dreams", "breakings", "adjectives", "houses"):
        for phrase in words.phrases(name):
            assert phrase.isprintable() and phrase == phrase.strip() and not set(phrase) & set("<>{}|;")
    kinds = {row[0] for row in words.rows("places")} | {"house"}
    assert {kind for kind, _ in words.works().values()} <= kinds
