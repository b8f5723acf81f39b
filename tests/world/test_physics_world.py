"""The small world itself: gravity, blows, water, and the solid copy that needs a package of its own."""

import importlib.util
import math
import xml.etree.ElementTree as ElementTree

import pytest

from foundling.records import BadInput
from foundling.world.physics import pool, solid
from foundling.world.physics.records import Setup
from foundling.world.physics.scene import make_scene
from foundling.world.physics.space import DT, WATER, World


def test_a_ball_falls_as_galileo_says() -> None:
    world = World(Setup())
    world.ball("ball", (0.0, 10.0), 0.1, 1.0)
    world.run(1.0)
    assert 10.0 - world.y("ball") == pytest.approx(9.81 / 2, rel=0.02)
    assert world.time == pytest.approx(1.0)


def test_a_blow_is_the_speed_that_is_lost() -> None:
    world = World(Setup())
    world.floor()
    world.ball("egg", (0.0, 0.525), 0.025, 0.06)
    world.fragile("egg", 1.0)
    world.run(1.0)
    assert world.blows["egg"] == pytest.approx(math.sqrt(2 * 9.81 * 0.5), rel=0.05)
    assert world.broken["egg"] == pytest.approx(math.sqrt(2 * 0.5 / 9.81), abs=3 * DT)


def test_a_soft_ground_spares_what_falls_on_it() -> None:
    world = World(Setup())
    world.floor(hard=0.05)
    world.ball("egg", (0.0, 0.525), 0.025, 0.06)
    world.fragile("egg", 1.0)
    world.run(1.0)
    assert world.broken == {} and 0 < world.blows["egg"] < 1.0


def test_friction_stops_what_slides() -> None:
    world = World(Setup())
    world.floor(friction=0.5)
    world.box("box", (0.0, 0.1), (0.4, 0.2), 3.0, friction=1.0).velocity = (2.0, 0.0)
    world.run(2.0)
    assert world.x("box") == pytest.approx(2.0**2 / (2 * 0.5 * 9.81), rel=0.05)


@pytest.mark.parametrize("density", [250.0, 500.0, 900.0])
def test_what_floats_lies_as_deep_as_it_is_dense(density: float) -> None:
    world = World(Setup())
    world.floor(y=-3.0)
    world.box("cube", (0.0, 0.0), (0.2, 0.2), density * 0.04)
    pool.fill(world, 0.0, drag=6.0)
    world.run(5.0)
    assert (0.1 - world.y("cube")) / 0.2 == pytest.approx(density / WATER, abs=0.03)


def test_what_is_denser_than_water_sinks() -> None:
    world = World(Setup())
    world.floor(y=-1.0)
    world.ball("stone", (0.0, 0.0), 0.1, 2600 * math.pi * 0.01)
    pool.fill(world, 0.0)
    world.run(3.0)
    assert world.y("stone") == pytest.approx(-0.9, abs=0.02)


def test_submerged_areas() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    assert pool.area_and_middle(pool.clipped(square, 1.0)) == (pytest.approx(2.0), pytest.approx((1.0, 0.5)))
    assert pool.area_and_middle(pool.clipped(square, -1.0))[0] == 0.0
    assert pool.circle_below(0.0, 1.0, 0.0) == (pytest.approx(math.pi / 2), pytest.approx(4 / (3 * math.pi)))
    assert pool.circle_below(5.0, 1.0, 0.0) == (0.0, 0.0) and pool.circle_below(-5.0, 1.0, 0.0)[0] == math.pi


def test_film_does_not_disturb_the_run() -> None:
    ends = []
    for record in (False, True):
        world = World(Setup(record=record))
        world.floor(friction=0.4)
        for i in range(4):
            world.box(f"block{i}", (0.03 * i, 0.05 + 0.1 * i), (0.2, 0.1), 1.0)
        world.run(1.0)
        ends.append([world.x(f"block{i}") for i in range(4)])
    assert ends[0] == ends[1]


def test_a_scene_is_written_for_mujoco() -> None:
    made = make_scene("tower", 3)
    tree = ElementTree.fromstring(solid.model_text(made))
    bodies = {body.get("name") for body in tree.iter("body")}
    assert bodies == {place[0] for place in made.frames[0].places}
    assert any(geom.get("name") == "floor" for geom in tree.iter("geom"))
    with pytest.raises(BadInput, match="no bodies"):
        solid.model_text(make_scene("cool", 1))


@pytest.mark.skipif(importlib.util.find_spec("mujoco") is not None, reason="mujoco is here")
def test_without_mujoco_one_sentence_says_so() -> None:
    with pytest.raises(BadInput, match="need the package mujoco"):
        solid.simulate(make_scene("overhang", 1))


def test_the_solid_copy_falls_too() -> None:
    pytest.importorskip("mujoco")
    made = make_scene("fall_race", 1)
    start = {place[0]: place[2] for place in made.frames[0].places}
    end = solid.simulate(made, 1.5)
    assert all(end[name][1] < start[name] for name in start)
    assert solid.picture(made, 0.2).shape == (480, 640, 3)
