"""What a page may ask of the village that it watches: frames in, checked orders out. Everything in a frame is hostile.

A frame is one JSON object with a `do`: play, pause, step, speed (speed), person (name), scene (kind; seed or not), or
seed (seed).
"""

import json
from dataclasses import dataclass
from typing import Any

from foundling.records import BadInput
from foundling.world.physics.scene import KIND_NAMES

SPEEDS = (1, 3, 10, 60, 600)  # minutes of the village in a second
LONGEST = 1_000  # characters of a frame
_LONGEST_NAME = 40
_SEEDS = 2**31
_FIELDS: dict[str, tuple[str, ...]] = {
    "play": (), "pause": (), "step": (), "speed": ("speed",), "person": ("name",), "scene": ("kind", "seed"),
    "seed": ("seed",),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a page wants; `number` is a speed or a seed (-1: any will do), `text` a name or a kind of scene."""

    do: str
    number: int = -1
    text: str = ""


def read_order(frame: str | None) -> Order:
    """A frame as an order. Raises BadInput when it is binary (None), too long, no order, or has a wrong value."""
    if frame is None or len(frame) > LONGEST:
        raise BadInput(f"That is no order for this window; send a JSON object of at most {LONGEST} characters.")
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError):
        found = None
    do = found.get("do") if isinstance(found, dict) else None
    if not isinstance(do, str) or do not in _FIELDS:
        raise BadInput(f'That is no order for this window; send a JSON object with "do": {", ".join(_FIELDS)}.')
    unknown = set(found) - {"do", *_FIELDS[do]}
    if unknown:
        raise BadInput(f'The order "{do}" takes {" and ".join(_FIELDS[do]) or "nothing"} besides; leave the rest out.')
    return _READ[do](do, found) if do in _READ else Order(do=do)


def _speed(do: str, found: dict[str, Any]) -> Order:
    speed = found.get("speed")
    if type(speed) is not int or speed not in SPEEDS:
        raise BadInput(f"The village runs at {', '.join(map(str, SPEEDS))} minutes a second; choose one of these.")
    return Order(do=do, number=speed)


def _person(do: str, found: dict[str, Any]) -> Order:
    name = found.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise BadInput("An order for a person needs their name as text; add it.")
    return Order(do=do, text=name)


def _scene(do: str, found: dict[str, Any]) -> Order:
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in KIND_NAMES:
        raise BadInput(f"There is no such kind of scene; choose one of {', '.join(KIND_NAMES)}.")
    return Order(do=do, text=kind, number=_number(found["seed"]) if "seed" in found else -1)


def _seed(do: str, found: dict[str, Any]) -> Order:
    return Order(do=do, number=_number(found.get("seed")))


def _number(seed: Any) -> int:
    if type(seed) is not int or not 0 <= seed < _SEEDS:
        raise BadInput(f"A seed is a whole number from 0 to {_SEEDS - 1}; give such a one.")
    return seed


_READ = {"speed": _speed, "person": _person, "scene": _scene, "seed": _seed}
