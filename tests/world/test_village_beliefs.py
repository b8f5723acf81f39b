"""Beliefs: people believe what they saw or were told, wrongly where the world has moved on; searches follow belief."""

from dataclasses import replace
from typing import Any

import pytest

from foundling.world.village import Event, History, State, Village
from foundling.world.village.birth import born


class Stage:
    """A newborn village in which events are made by hand."""

    def __init__(self) -> None:
        self.setting = born(11, 16)
        self.state = State.begin(self.setting)
        self.thing = next(t for t in self.setting.things if t.holder)
        self.owner = self.thing.owner
        self.home = self.setting.person(self.owner).home
        self.others = [p.name for p in self.setting.people if p.name != self.owner and not p.away][:3]

    def happen(self, kind: str, **fields: Any) -> Event:
        event = replace(Event(id=self.state.count, minute=self.state.count * 10, kind=kind), **fields)
        self.state.apply(event)
        return event


def test_a_hidden_thing_is_believed_where_it_was_seen_last() -> None:
    stage = Stage()
    ann, ben, thing = stage.owner, stage.others[0], stage.thing.name
    assert stage.state.believes(ann, thing) == ann
    stage.happen("put", actor=ann, thing=thing, place=stage.home, seen=(ann, ben))
    assert stage.state.believes(ben, thing) == stage.home
    stage.happen("steal", actor=ben, target=ann, thing=thing, place=stage.home, seen=(ben,))
    assert stage.state.believes(ann, thing) == stage.home != stage.state.believes(ben, thing) == ben
    place = stage.setting.places[0].name
    stage.happen("go", actor=ben, place=stage.home, to=place, seen=(ben,))
    stage.happen("hide", actor=ben, thing=thing, place=place, seen=(ben,))
    assert stage.state.hidden(thing) and stage.state.place_of(thing) == place and stage.state.holder(thing) == ""
    cid = stage.others[1]
    stage.happen("go", actor=cid, place=stage.state.where(cid), to=place, seen=(cid,))
    assert stage.state.believes(cid, thing) == ""
    stage.happen("lie", actor=ben, target=ann, thing=thing, claim=stage.home, place=place, seen=(ben, ann))
    assert stage.state.believes(ann, thing) == stage.home and stage.state.believes(ben, thing) == place
    stage.happen("miss", actor=ann, thing=thing, place=stage.home, seen=(ann,))
    assert stage.state.believes(ann, thing) == ""
    stage.happen("tell", actor=cid, target=ann, thing=thing, claim=place, place=stage.home, seen=(cid, ann))
    assert stage.state.believes(ann, thing) == place


def test_a_loser_believes_to_have_it_still() -> None:
    stage = Stage()
    stage.happen("lose", actor=stage.owner, thing=stage.thing.name, place=stage.home)
    assert stage.state.lost(stage.thing.name) and not stage.state.hidden(stage.thing.name)
    assert stage.state.believes(stage.owner, stage.thing.name) == stage.owner


def test_what_lies_openly_is_seen_by_who_comes() -> None:
    stage = Stage()
    place = next(p.name for p in stage.setting.places if p.kind == "market")
    stage.happen("go", actor=stage.owner, place=stage.home, to=place, seen=(stage.owner,))
    stage.happen("put", actor=stage.owner, thing=stage.thing.name, place=place, seen=(stage.owner,))
    other = stage.others[0]
    assert stage.state.believes(other, stage.thing.name) in ("", stage.owner)
    stage.happen("go", actor=other, place=stage.state.where(other), to=place, seen=(other,))
    assert stage.state.believes(other, stage.thing.name) == place


def test_a_searching_liar_and_the_wiping_of_beliefs() -> None:
    stage = Stage()
    ann, thing = stage.owner, stage.thing.name
    stage.happen("lie", actor=stage.others[0], target=ann, thing=thing, claim=stage.home, place=stage.home,
                 seen=(ann, stage.others[0]))
    stage.happen("search", actor=ann, thing=thing, place=stage.setting.places[0].name, seen=(ann,))
    assert stage.state.believes(ann, thing) == stage.home
    stage.happen("search", actor=ann, thing=thing, place=stage.home, seen=(ann,))
    assert stage.state.believes(ann, thing) == ""


@pytest.fixture(scope="module")
def history() -> History:
    return Village(4).run(12)


def test_false_beliefs_come_about_and_lead_people_astray(history: History) -> None:
    state = State.begin(history.setting)
    false, astray, misled = 0, 0, 0
    for event in history.events:
        if event.kind in ("miss", "search") and state.believes(event.actor, event.thing) in (event.place, event.actor):
            truth = state.holder(event.thing) or state.place_by_thing[event.thing]
            astray += truth != state.believes(event.actor, event.thing)
            lie = history.events[event.cause].kind == "lie" if event.cause >= 0 else False
            misled += lie
        state.apply(event)
        if event.kind in ("steal", "hide", "lose"):
            owner = state.owner(event.thing)
            truth = state.holder(event.thing) or state.place_by_thing[event.thing]
            false += state.believes(owner, event.thing) not in ("", truth)
    assert false > 10 and astray > 10 and misled > 0


def test_liars_know_better_and_tellers_do_not(history: History) -> None:
    state = State.begin(history.setting)
    lies = 0
    for event in history.events:
        if event.kind in ("tell", "lie"):
            assert (state.believes(event.actor, event.thing) == event.claim) == (event.kind == "tell")
            lies += event.kind == "lie"
        state.apply(event)
        if event.kind in ("tell", "lie"):
            assert state.believes(event.target, event.thing) == event.claim
    assert lies


def test_theft_is_seen_by_few_and_a_loss_by_nobody(history: History) -> None:
    thefts = [e for e in history.events if e.kind == "steal"]
    assert thefts and sum(e.target in e.seen for e in thefts) < len(thefts) / 2
    assert all(e.actor in e.seen for e in thefts)
    assert all(e.seen == () for e in history.events if e.kind == "lose")
    for event in history.events:
        if event.target and event.kind not in ("steal", "wait", "mourn", "keep"):  # one may keep a promise elsewhere
            assert event.target in event.seen and event.actor in event.seen
