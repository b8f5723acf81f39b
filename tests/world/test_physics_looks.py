"""What decides is said in words before it is told what happened, and the ends of a pair give nothing away."""

import re

import pytest

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.kinds import KINDS
from foundling.world.physics.looks import LOOKS
from foundling.world.physics.scene import drawn, make_scene

QUICK = ("throw", "fall_race", "overhang", "seesaw", "lever", "rope", "melt", "umbrella", "soften", "cool", "spoon")
SIDES = ("bounce", "fall_race", "slope_race", "roll_far", "seesaw", "float_two", "deeper", "push", "slide", "wind",
         "pendulum_race", "spoon", "melt", "cloth")


def test_every_kind_has_looks_and_every_sentence_on_what_decides_tells_each_of_them() -> None:
    assert set(LOOKS) == set(KINDS)
    for kind, looks in LOOKS.items():
        frames = words.grammar().sections[f"{kind}.told3"]
        assert f"{kind}.told4" not in words.grammar() and len(frames) >= 2
        for frame in frames:
            said = set(re.findall(r"\{(\w+):[^{}|]*\|[^{}]*\}", frame))
            assert said == set(looks), (kind, frame)


@pytest.mark.parametrize("kind", QUICK)
def test_looks_decide(kind: str) -> None:
    """One law a kind: what looks alike ends alike, in nine scenes of ten at least. Drawn scenes, not told ones."""
    ends: dict[tuple[bool, ...], list[str]] = {}
    for seed in range(40):
        setup, truth = drawn(KINDS[kind], Dice(seed, "looks", kind))
        ends.setdefault(tuple(look(setup) for look in LOOKS[kind].values()), []).append(truth["main"])
    assert sum(max(map(keys.count, keys)) for keys in ends.values()) >= 36, ends
    assert len({key for keys in ends.values() for key in keys}) == 2


@pytest.mark.parametrize("kind", SIDES)
def test_the_ends_of_a_pair_name_sides_and_not_things_that_give_it_away(kind: str) -> None:
    """"The iron one sank" could be chosen without reading; "the left one sank" cannot."""
    pair = make_scene(kind, 7).pairs[0]
    other = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    assert re.sub("[Ll]eft|[Rr]ight", lambda side: other[side[0]], pair.right) == pair.wrong


def test_a_look_is_told_of_the_scene_that_it_is() -> None:
    for seed in range(8):
        setup, _ = drawn(KINDS["drop"], Dice(seed, "physics", "drop"))
        said = make_scene("drop", seed).told[-1]
        assert ("long" in said) == (setup.num["height"] > 0.2) and ("hard" in said) == (setup.num["hard"] > 0.5), said
