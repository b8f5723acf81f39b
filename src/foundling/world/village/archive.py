"""Histories as bytes and back: `to_json` gives the one canonical form, `from_json` the equal history.

Fields that stand at their default are left out. Raises BadInput for bytes that are no history.
"""

import dataclasses
import json
from typing import Any, TypeVar

from foundling.records import BadInput, canonical_json
from foundling.world.village.records import KINDS, Event, Feeling, History, Person, Place, Setting, Thing

Kind = TypeVar("Kind", Person, Place, Thing)
BAD = "The village's history is damaged or not a history: give bytes that to_json made."


def to_json(history: History) -> bytes:
    """Canonical JSON: equal histories give equal bytes."""
    setting = history.setting
    return canonical_json({
        "setting": {
            "seed": setting.seed, "name": setting.name, "day": setting.day,
            **{part: [_slim(record) for record in getattr(setting, part)] for part in ("people", "places", "things")},
        },
        "events": [_slim(event) for event in history.events],
    })


def from_json(data: bytes) -> History:
    """The history whose `to_json` these bytes are. Raises BadInput for anything else."""
    try:
        raw = json.loads(data)
        head = raw["setting"]
        setting = Setting(
            seed=head["seed"], name=head["name"], day=head["day"],
            people=tuple(_person(one) for one in head["people"]), places=tuple(Place(**one) for one in head["places"]),
            things=tuple(Thing(**one) for one in head["things"]),
        )
        events = tuple(_event(one) for one in raw["events"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(BAD) from error
    if any(event.id != number or event.kind not in KINDS for number, event in enumerate(events)):
        raise BadInput(BAD)
    return History(setting=setting, events=events)


def _slim(record: Any) -> dict[str, Any]:
    """The fields of a record that are not at their default; records inside it likewise."""
    slim: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if value != field.default:
            nested = isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0])
            slim[field.name] = [_slim(one) for one in value] if nested else value
    return slim


def _person(raw: dict[str, Any]) -> Person:
    kin = tuple((word, name) for word, name in raw.get("kin", ()))
    return Person(**{**raw, "temper": tuple(raw.get("temper", ())), "kin": kin})


def _event(raw: dict[str, Any]) -> Event:
    feelings = tuple(Feeling(**one) for one in raw.get("feelings", ()))
    return Event(**{**raw, "seen": tuple(raw.get("seen", ())), "feelings": feelings})
