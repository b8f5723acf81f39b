"""A village with physics, characters and a narrator: seeds and deeds in, histories, stories and questions out.

It knows no model: whatever can hear and speak can live in it (DESIGN.md).
"""

from foundling.world.narrator.narrate import PLAIN, Shares, narrate
from foundling.world.questions.exam import examine_physics, examine_villages
from foundling.world.village import Action, Thread, Village, read_threads

__all__ = [
    "PLAIN", "Action", "Shares", "Thread", "Village", "examine_physics", "examine_villages", "narrate", "read_threads",
]
