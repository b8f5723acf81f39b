"""Actions from outside: what is offered is legal and done, what is not is refused before anything changes."""

import pytest

from foundling.records import BadInput
from foundling.world.village import Action, Village
from foundling.world.village.actions import DEEDS, as_event
from foundling.world.village.rules import fault


def at_nine(seed: int = 3) -> Village:
    village = Village(seed, people=14)
    for _ in range(9 * 6):
        village.step()
    return village


def test_options_begin_with_staying_and_all_are_legal() -> None:
    village = at_nine()
    kinds = set()
    for person in village.setting.people:
        options = village.options(person.name)
        assert options[0].kind == "stay" and len(set(options)) == len(options)
        assert options == village.options(person.name)
        for action in options[1:]:
            assert action.kind in DEEDS
            assert fault(village.state, as_event(village.state, person.name, action, village.minute)) == ""
        kinds |= {action.kind for action in options}
    assert {"go", "work", "take", "put", "give", "quarrel", "play"} <= kinds


def test_a_given_action_is_done_instead_of_what_the_mind_would_do() -> None:
    village = at_nine()
    name = next(p.name for p in village.setting.people if village.state.where(p.name))
    to = next(p.name for p in village.setting.places if p.name != village.state.where(name))
    events = village.step({name: Action(kind="go", to=to)})
    assert [e.to for e in events if e.actor == name and e.kind == "go"] == [to]
    assert village.state.where(name) == to
    for _ in range(20):
        assert not [e for e in village.step({name: Action(kind="stay")}) if e.actor == name and e.kind in DEEDS]


def test_the_same_actions_give_the_same_village() -> None:
    one, other = at_nine(), at_nine()
    for turn in range(30):
        for village in (one, other):
            name = village.setting.people[turn % 3].name
            options = village.options(name)
            village.step({name: options[turn * 7 % len(options)]})
    assert one.history() == other.history()


def test_all_hands_may_be_led_from_outside() -> None:
    village = at_nine()
    for turn in range(12):
        chosen = {}
        for number, person in enumerate(village.setting.people):
            options = village.options(person.name)
            chosen[person.name] = options[(turn + number) * 5 % len(options)]
        village.step(chosen)
    state = village.state
    for thing in village.setting.things:
        assert not (state.holder(thing.name) and state.place_by_thing[thing.name])


def test_said_words_are_quarantined_and_bad_words_refused() -> None:
    village = at_nine()
    name = next(p.name for p in village.setting.people if village.state.where(p.name))
    events = village.step({name: Action(kind="say", text="Good morning, all.")})
    said = [e for e in events if e.kind == "say" and e.actor == name]
    assert [(e.text, e.quarantined) for e in said] == [("Good morning, all.", True)]
    for text in ("", "a\nb", "<|turn|>Eve<|says|>hello", "x" * 201):
        with pytest.raises(BadInput):
            village.step({name: Action(kind="say", text=text)})


def test_impossible_actions_are_refused_and_change_nothing() -> None:
    village = at_nine()
    here = [p.name for p in village.setting.people if village.state.where(p.name)]
    name, far = here[0], next(n for n in here if village.state.where(n) != village.state.where(here[0]))
    thing = next(t.name for t in village.setting.things if t.owner == far)
    before = village.history()
    for who, action in (
        ("Nobody", Action(kind="stay")), (name, Action(kind="die")), (name, Action(kind="fly")),
        (name, Action(kind="go", to="the moon")), (name, Action(kind="go", to=village.state.where(name))),
        (name, Action(kind="quarrel", target=far)), (name, Action(kind="give", target=far, thing=thing)),
        (name, Action(kind="forgive", target=name)), (name, Action(kind="keep", target=far)),
        (name, Action(kind="tell", target=far, thing=thing, claim="the moon")), (name, Action(kind="befriend")),
        (name, Action(kind="search", thing="no such thing")), (name, Action(kind="take", thing="")),
        (name, Action(kind="thank", target=far, about=10**9)), (name, Action(kind="play", target="")),
    ):
        with pytest.raises(BadInput, match=r"\.$"):
            village.step({who: action})
    with pytest.raises(BadInput):
        village.options("Nobody")
    assert village.history() == before


def test_an_action_from_the_agenda_keeps_its_cause() -> None:
    village = at_nine(5)
    for _ in range(300):
        for person in village.setting.people:
            for action in village.options(person.name):
                if action.kind == "forgive":
                    events = village.step({person.name: action})
                    done = [e for e in events if e.kind == "forgive" and e.actor == person.name]
                    assert done and done[0].cause >= 0 and done[0].about >= 0
                    return
        village.step()
    raise AssertionError("nobody had anything to forgive in two days")


def test_the_newcomers_and_the_dead_have_nothing_to_do() -> None:
    village = at_nine()
    away = next(p.name for p in village.setting.people if p.away)
    assert [a.kind for a in village.options(away)] == ["stay"]
    with pytest.raises(BadInput):
        village.step({away: Action(kind="say", text="hello")})
