"""What a page may ask of the village, and what the window says of it in words."""

import json

import pytest
from hamlet import HOSTILE, Village, script

from foundling.records import BadInput
from foundling.server import picture, stage
from foundling.server.orders import LONGEST, Order, read_order
from foundling.world.physics.scene import KIND_NAMES
from foundling.world.village.records import EMOTIONS

KIND = KIND_NAMES[0]


@pytest.mark.parametrize(("sent", "order"), [
    ({"do": "play"}, Order(do="play")),
    ({"do": "step"}, Order(do="step")),
    ({"do": "speed", "speed": 60}, Order(do="speed", number=60)),
    ({"do": "person", "name": "Ada"}, Order(do="person", text="Ada")),
    ({"do": "scene", "kind": KIND}, Order(do="scene", text=KIND)),
    ({"do": "scene", "kind": KIND, "seed": 5}, Order(do="scene", text=KIND, number=5)),
    ({"do": "seed", "seed": 0}, Order(do="seed", number=0)),
])
def test_an_order_is_read(sent, order: Order) -> None:
    assert read_order(json.dumps(sent)) == order


@pytest.mark.parametrize("sent", [
    None, "", "hello", "[1]", "null", "[" * 900, '{"do": "leap"}', '{"do": ["play"]}', '{"do": "play", "seed": 1}',
    '{"do": "speed"}', '{"do": "speed", "speed": 2}', '{"do": "speed", "speed": true}', '{"do": "speed", "speed": "3"}',
    '{"do": "speed", "speed": 1e999}', '{"do": "person"}',
    '{"do": "person", "name": ""}', '{"do": "person", "name": 3}', '[]',
    json.dumps({"do": "person", "name": "x" * 41}), '{"do": "scene", "kind": "../etc"}', '{"do": "scene", "kind": {}}',
    json.dumps({"do": "scene", "kind": KIND, "seed": -1}), '{"do": "seed", "seed": 2147483648}', '{"do": "seed"}',
    '{"do": "seed", "seed": 1.5}', '{"do": "seed", "seed": false}', '{"do": "play"}' + " " * LONGEST,
])
def test_what_is_no_order_is_refused(sent) -> None:
    with pytest.raises(BadInput, match=r"\.$"):
        read_order(sent)


@pytest.fixture
def lived() -> Village:
    village = Village(script())
    village.step()
    village.step()
    return village


def test_events_are_told_in_plain_words(lived: Village) -> None:
    told = picture.told(lived, lived.events)
    assert [one["kind"] for one in told] == ["take", "go", "hide", "say", "break"]
    assert all(one["text"].endswith(".") or one["text"].endswith("”") for one in told)
    assert "Ben" in told[1]["text"] and told[1]["to"] == "river"
    assert told[2]["says"] and told[2]["aloud"] is False  # nobody saw it: he thinks it
    assert told[3]["says"] == HOSTILE and told[3]["outside"] is True
    assert told == picture.told(lived, lived.events)  # the same words each time


def test_of_too_much_the_routine_is_left_out(lived: Village) -> None:
    many = [lived.events[0]] * 60 + [lived.events[4]]
    assert [one["kind"] for one in picture.told(lived, many)] == ["break"]


def test_a_panel_knows_what_is_so_and_what_is_only_believed(lived: Village) -> None:
    ada = picture.person(lived, "Ada")
    assert ada["feelings"][0]["words"] == "very angry with Ben"
    assert "Ada said" in ada["feelings"][0]["because"]
    jug = next(belief for belief in ada["beliefs"] if belief["thing"] == "blue jug")
    assert jug == {"thing": "blue jug", "words": "with Ben", "false": True, "truth": "by the river"}
    assert ada["kin"] == ["son Ben"] and ada["where"] == "at the ivy house"
    assert picture.person(lived, "Cyd")["holds"] == ["old key (broken)"]
    assert "Ben" not in [belief["words"] for belief in picture.person(lived, "Ben")["beliefs"] if belief["false"]]


def test_every_emotion_has_words() -> None:
    assert set(picture.FEELS) == set(EMOTIONS)


def test_the_mood_is_the_strongest_feeling(lived: Village) -> None:
    assert picture.moods(lived.state) == {"Ada": ["anger", 3]}


@pytest.mark.parametrize("kind", ["drop", "domino", "seesaw"])
def test_a_scene_moves_every_body_in_every_frame(kind: str) -> None:
    scene = stage.staged(kind, 3)
    assert scene["told"] and scene["happened"] and scene["frames"]
    assert {len(frame["at"]) for frame in scene["frames"]} == {3 * len(scene["bodies"])}
    times = [frame["t"] for frame in scene["frames"]]
    assert times == sorted(times)
    assert 0 <= scene["question"]["answer"] < len(scene["question"]["options"])
    json.dumps(scene, allow_nan=False)


def test_what_the_village_shows_is_there_to_be_shown() -> None:
    assert {kind for kinds in stage.FITTING.values() for kind in kinds} <= set(KIND_NAMES)


def test_a_break_has_a_scene_of_its_kind_and_a_talk_has_none(lived: Village) -> None:
    broken = stage.fitting(9, lived.events[4])
    assert broken and broken["kind"] in KIND_NAMES and broken == stage.fitting(9, lived.events[4])
    assert stage.fitting(9, lived.events[3]) is None
