"""A village runs: the same for everybody, legally, through every kind of event, in chains."""

import collections
import itertools
import subprocess
import sys

import pytest

from foundling.records import BadInput, content_hash
from foundling.world.village import Event, History, State, Village, from_json, replay, to_json
from foundling.world.village.records import DAY, EMOTIONS, KINDS, WEATHERS
from foundling.world.village.rules import fault


@pytest.fixture(scope="module")
def village() -> Village:
    village = Village(7)
    village.run(9)
    return village


@pytest.fixture(scope="module")
def history(village: Village) -> History:
    return village.history()


def longest(events: tuple[Event, ...]) -> dict[int, int]:
    """For each chain, by its first event, how many events its longest line has."""
    depth, root, most = [], [], collections.Counter[int]()
    for event in events:
        depth.append(1 + (depth[event.cause] if event.cause >= 0 else 0))
        root.append(root[event.cause] if event.cause >= 0 else event.id)
        most[root[-1]] = max(most[root[-1]], depth[-1])
    return dict(most)


def test_another_process_with_another_hash_seed_lives_the_same_days(history: History) -> None:
    code = (
        "from foundling.records import content_hash; from foundling.world.village import Village, to_json;"
        "print(content_hash(to_json(Village(7).run(1))))"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert hashes == {content_hash(to_json(Village(7).run(1)))}
    assert content_hash(to_json(Village(8).run(1))) not in hashes
    first_day = tuple(event for event in history.events if event.minute < DAY)
    assert first_day == Village(7).run(1).events


def test_every_event_is_legal_when_it_happens_and_looks_back_only(history: History) -> None:
    state = State.begin(history.setting)
    for number, event in enumerate(history.events):
        assert event.id == number and event.cause < number and event.about < number
        assert fault(state, event) == "", event
        assert event.minute >= state.minute
        assert set(event.seen) <= set(state.people) and len(set(event.seen)) == len(event.seen)
        for feeling in event.feelings:
            assert feeling.who in event.seen and feeling.emotion in EMOTIONS and 1 <= feeling.strength <= 3
        assert len(event.feelings) <= 4
        state.apply(event)


def test_a_replay_ends_where_the_village_is(village: Village, history: History) -> None:
    state = replay(from_json(to_json(history)))
    assert state.spots == village.state.spots and state.holder_by_thing == village.state.holder_by_thing
    assert state.minds == village.state.minds and state.ties == village.state.ties
    assert state.moods == village.state.moods and state.wrongs == village.state.wrongs
    early = replay(history, 100)
    assert early.count == 100 and early.spots != state.spots


def test_the_form_of_a_history_in_json_is_exact(history: History) -> None:
    data = to_json(history)
    assert from_json(data) == history and to_json(from_json(data)) == data
    for bad in (b"", b"{}", b"[]", data[:-9], data.replace(b'"kind":"go"', b'"kind":"fly"'), b"\xff", b"[" * 10_000):
        with pytest.raises(BadInput, match="history"):
            from_json(bad)


def test_every_kind_comes_about_within_two_months_of_some_villages() -> None:
    found: collections.Counter[str] = collections.Counter()
    for seed in range(1, 13):
        found.update(event.kind for event in Village(seed, people=20).run(15).events)
        if len(found) == len(KINDS):
            break
    assert set(KINDS) - set(found) == set()


def test_walking_and_working_do_not_drown_the_rest(history: History) -> None:
    kinds = collections.Counter(event.kind for event in history.events)
    everything = len(history.events)
    assert kinds["go"] < 0.4 * everything and kinds["work"] < 0.1 * everything and kinds["meet"] < 0.06 * everything
    works = collections.Counter((e.actor, e.minute // DAY) for e in history.events if e.kind == "work")
    assert max(works.values()) <= 2


def test_much_follows_from_much(history: History) -> None:
    lines = longest(history.events)
    assert sum(length >= 4 for length in lines.values()) >= 9 * 5
    assert max(lines.values()) < 60
    assert len({e.kind for e in history.events if e.cause >= 0}) > 35
    pairs = {(history.events[e.cause].kind, e.kind) for e in history.events if e.cause >= 0}
    assert {("lend", "promise"), ("miss", "ask"), ("apologise", "forgive"), ("quarrel", "apologise")} <= pairs


def test_weather_changes_and_suits_the_season(history: History) -> None:
    weather = [event for event in history.events if event.kind == "weather"]
    assert len(weather) > 5 and {event.what for event in weather} <= set(WEATHERS)
    assert all(a.what != b.what for a, b in itertools.pairwise(weather))
    for event in weather:
        assert (event.what, history.setting.season(event.minute)) not in {("snow", "summer"), ("heat", "winter")}


def test_people_sleep_at_night(history: History) -> None:
    night = [e for e in history.events if e.minute % DAY < 4 * 60 and e.kind not in ("dream", "weather", "damage")]
    assert len(night) < 0.02 * len(history.events)


def test_temper_matters() -> None:
    thefts, honest_thefts, sly, honest = 0, 0, 0, 0
    for seed in range(20, 24):
        history = Village(seed).run(6)
        tempers = {p.name: p.temper for p in history.setting.people}
        sly += sum("sly" in temper for temper in tempers.values())
        honest += sum("honest" in temper for temper in tempers.values())
        stolen = [tempers[e.actor] for e in history.events if e.kind == "steal"]
        thefts += sum("sly" in temper for temper in stolen)
        honest_thefts += sum("honest" in temper for temper in stolen)
    assert thefts / sly > 3 * honest_thefts / honest
