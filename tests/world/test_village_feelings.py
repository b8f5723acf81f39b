"""Feelings: handmade cases of the appraisal, how feelings fade, and that all twenty-two come about."""

from dataclasses import replace
from typing import Any

import pytest

from foundling.world.village import Event, Setting, State, Village
from foundling.world.village.birth import born
from foundling.world.village.feelings import STAKES, appraise
from foundling.world.village.ground import Tie
from foundling.world.village.records import EMOTIONS, KINDS, Person


def staged(**tempers: tuple[str, ...]) -> State:
    """A village whose first three people are Ada, Ben and Cyd, strangers of one house, with these tempers."""
    setting = born(5, 12)
    people = tuple(
        Person(name=name, they="she", age=30, work="baker", home=setting.places[0].name, temper=tempers.get(name, ()))
        for name in ("Ada", "Ben", "Cyd")
    )
    things = tuple(replace(thing, owner="Ada", holder="Ada", place="") for thing in setting.things[:2])
    state = State.begin(Setting(
        seed=1, name="Elmford", day=0, people=people, places=setting.places, things=things))
    for one in people:
        for other in people:
            state.ties[one.name, other.name] = Tie()
    return state


def felt(state: State, kind: str, **fields: Any) -> dict[str, str]:
    event = Event(id=state.count, minute=0, kind=kind, actor="Ada", target="Ben", seen=("Ada", "Ben", "Cyd"))
    event = replace(event, place=state.setting.places[0].name, **fields)
    return {feeling.who: feeling.emotion for feeling in appraise(state, event)}


def test_a_gift_gives_gratitude_and_others_feel_as_they_like_the_receiver() -> None:
    state = staged()
    thing = state.setting.things[0].name
    assert felt(state, "give", thing=thing) == {"Ben": "gratitude", "Ada": "pride"}
    state.tie("Cyd", "Ben").liking = 5
    assert felt(state, "give", thing=thing)["Cyd"] == "happy_for"
    state.tie("Cyd", "Ben").liking = -5
    assert felt(state, "give", thing=thing)["Cyd"] == "envy"


def test_mockery_gives_anger_pity_gloating_and_remorse_by_temper() -> None:
    state = staged(Ada=("kind",))
    state.tie("Cyd", "Ben").liking = 4
    assert felt(state, "mock") == {"Ben": "anger", "Ada": "remorse", "Cyd": "pity"}
    state = staged(Ada=("sly",))
    state.tie("Cyd", "Ben").liking = -4
    assert felt(state, "mock") == {"Ben": "anger", "Ada": "gratification", "Cyd": "gloating"}


def test_who_does_not_know_of_a_theft_feels_nothing() -> None:
    state = staged()
    stolen = {"actor": "Ben", "target": "Ada", "thing": state.setting.things[0].name}
    assert "Ada" not in felt(state, "steal", seen=("Ben",), **stolen)
    assert felt(state, "steal", seen=("Ben", "Ada"), **stolen)["Ada"] == "anger"


def test_a_lie_is_taken_for_the_truth_by_who_knows_no_better() -> None:
    state = staged(Ada=("kind",))
    thing, place = state.setting.things[0].name, state.setting.places[1].name
    state.minds["Ben"].clear()
    assert felt(state, "lie", thing=thing, claim=place) == {"Ben": "gratitude", "Ada": "remorse"}
    state.minds["Ben"][thing] = "Ada"
    assert felt(state, "lie", thing=thing, claim=place)["Ben"] == "anger"


def test_prospects_open_and_come_true_or_to_nothing() -> None:
    state = staged()
    assert felt(state, "promise", what="come to the mill")["Ben"] == "hope"
    assert felt(state, "keep")["Ben"] == "satisfaction"
    assert felt(state, "forget")["Ben"] == "disappointment"
    state.tie("Ben", "Ada").trust = -4
    assert felt(state, "forget")["Ben"] == "fears_confirmed"
    assert felt(state, "recover", target="", about=0)["Ada"] == "satisfaction"
    state.tie("Cyd", "Ada").liking = 6
    assert felt(state, "ill", target="")["Cyd"] == "fear" and felt(state, "recover", target="")["Cyd"] == "relief"


def test_a_true_accusation_shames_and_a_false_one_angers() -> None:
    state = staged()
    thing = state.setting.things[0].name
    theft = Event(id=0, minute=0, kind="steal", actor="Ben", target="Ada", thing=thing, seen=("Ben",),
                  place=state.setting.places[0].name)
    assert felt(state, "accuse", thing=thing, what="stolen")["Ben"] == "anger"
    state.apply(theft)
    assert felt(state, "accuse", thing=thing, what="stolen", about=0) == {
        "Ben": "shame", "Ada": "anger", "Cyd": "reproach"}


def test_feelings_fade_by_one_in_six_hours() -> None:
    state = staged()
    gift = Event(id=0, minute=0, kind="say", actor="Ada", text="hello", seen=("Ada", "Ben"),
                 place=state.setting.places[0].name)
    event = replace(gift, kind="give", target="Ben", thing=state.setting.things[0].name)
    state.apply(replace(event, feelings=appraise(state, event)))
    assert [f.emotion for f in state.feelings("Ben")] == ["gratitude"]
    strength = state.feelings("Ben")[0].strength
    state.apply(replace(gift, id=1, minute=361))
    assert [f.strength for f in state.feelings("Ben")] == [strength - 1]
    state.apply(replace(gift, id=2, minute=2000))
    assert state.feelings("Ben") == ()


def test_the_table_knows_only_kinds_and_mild_numbers() -> None:
    assert set(STAKES) <= set(KINDS)
    assert all(-3 <= number <= 3 for row in STAKES.values() for number in row)


@pytest.mark.parametrize("people", [40])
def test_all_emotions_come_about(people: int) -> None:
    found: set[str] = set()
    for seed in range(1, 6):
        found |= {f.emotion for e in Village(seed, people=people).run(8).events for f in e.feelings}
        if found == set(EMOTIONS):
            return
    assert set(EMOTIONS) - found == set()
