"""A kind of physics scene and a seed in, its bodies and frames as a page plays them out; and which kind fits an event.

It simulates nothing itself: `foundling.world.physics` does.
"""

from typing import Any

from foundling.world.chance import Dice
from foundling.world.physics.scene import KIND_NAMES, make_scene
from foundling.world.village.records import Event

FITTING = {
    "break": ("drop", "fall_on", "eggs", "bounce", "roll_off"),
    "hurt": ("ladder", "slope_race", "plank", "hill", "seesaw"),
    "damage": ("tilt", "tower", "stack", "overhang", "posts"),
    "mend": ("keystone", "plank", "lever"),
    "play": ("domino", "billiard", "hole", "throw"),
}
"""Kinds of events that have bodies in them, and the kinds of scenes that are like them."""
_PER_SECOND = 30  # frames that a page needs
_DIGITS = 3  # of metres and radians


def fitting(seed: int, event: Event) -> dict[str, Any] | None:
    """The kind and seed of a scene of the sort that an event is; None for an event that has no body in it."""
    kinds = [kind for kind in FITTING.get(event.kind, ()) if kind in KIND_NAMES]
    if not kinds:
        return None
    dice = Dice(seed, "stage", event.id)
    return {"kind": dice.one(kinds), "seed": dice.randrange(2**31)}


def staged(kind: str, seed: int) -> dict[str, Any]:
    """A scene as the page plays it: places are flat, x y angle for every body in the order of `bodies`.

    Raises BadInput for a kind that there is not.
    """
    scene = make_scene(kind, seed)
    order = [shape.id for shape in scene.shapes]
    frames: list[dict[str, Any]] = []
    for frame in scene.frames:
        if frames and frame is not scene.frames[-1] and frame.time - frames[-1]["t"] < 1 / _PER_SECOND - 1e-9:
            continue
        places = {name: (x, y, angle) for name, x, y, angle in frame.places}
        flat = [round(value, _DIGITS) for name in order for value in places.get(name, (0.0, 0.0, 0.0))]
        frames.append({"t": round(frame.time, _DIGITS), "at": flat})
    question = scene.questions[0] if scene.questions else None
    return {
        "kind": kind, "seed": seed, "told": list(scene.told), "happened": list(scene.happened),
        "question": question and {"ask": question.ask, "options": list(question.options), "answer": question.answer},
        "bodies": [
            {
                "form": shape.form, "radius": shape.radius, "points": [list(point) for point in shape.points],
                "colour": shape.colour, "name": shape.name, "fixed": shape.mass == 0,
            }
            for shape in scene.shapes
        ],
        "frames": frames,
    }
