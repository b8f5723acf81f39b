"""A village and what happens in it: people, places, things, events that cause each other, feelings and beliefs.

A seed and actions go in, a history of events comes out; `state` folds it again at any point. No word is told here.
"""

from foundling.world.village.actions import Action
from foundling.world.village.archive import from_json, to_json
from foundling.world.village.records import Event, History, Setting
from foundling.world.village.state import State, replay
from foundling.world.village.threads import Thread, read_threads
from foundling.world.village.village import Village

__all__ = (
    "Action", "Event", "History", "Setting", "State", "Thread", "Village", "from_json", "read_threads", "replay",
    "to_json",
)
